// SPDX-License-Identifier: GPL-2.0-only
/*
 * ESTALE as an answer that makes the kernel walk the path again, and look up each name of it
 * anew, whatever it has cached.  The kernel does so once for each call.
 *
 * If the caller comes to the same inode again, there was no name to look up (a descriptor,
 * the working directory) or nothing has changed.  Then the caller must get a real answer.
 */
#include <time.h>

#include "again.h"

#define NR_AGAIN	64
#define AGAIN_SECONDS	60		/* to walk a path again takes less */

static struct again {
	pid_t		tid;		/* 0: free */
	fuse_ino_t	ino;
	time_t		since;		/* monotonic */
} sent_back[NR_AGAIN];
static unsigned int nr_sent_back;

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

bool again_is(fuse_req_t req, fuse_ino_t ino)
{
	pid_t tid = fuse_req_ctx(req)->pid;

	if (!nr_sent_back)
		return false;
	for (struct again *a = sent_back; a < sent_back + NR_AGAIN; a++) {
		if (a->tid == tid && a->ino == ino) {
			a->tid = 0;
			nr_sent_back--;
			return true;
		}
	}
	return false;
}

/*
 * The place for thread @tid, or NULL.  A thread makes one call at a time, so it needs one
 * place; where it had been sent back before, it has not come again.
 */
static struct again *place_for(pid_t tid)
{
	struct again *place = NULL;

	for (struct again *a = sent_back; a < sent_back + NR_AGAIN; a++) {
		if (a->tid == tid)
			return a;
		/* a thread that was killed meanwhile never comes */
		if (!a->tid || seconds() - a->since > AGAIN_SECONDS)
			place = a;
	}
	return place;
}

bool again_send(fuse_req_t req, fuse_ino_t ino)
{
	pid_t tid = fuse_req_ctx(req)->pid;
	struct again *a = place_for(tid);

	if (!a)
		return false;
	nr_sent_back += !a->tid;
	*a = (struct again){ .tid = tid, .ino = ino, .since = seconds() };
	return true;
}
