// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sizes of control files.
 *
 * read(2) needs none, but who asks stat(2) how much there is to be copied (tar, rsync),
 * or where to begin reading (tail -c, wc -c), relies on it. So the size that is told is
 * how much there is to read, by whoever asks.
 *
 * Nobody tells the kernel when a text gets longer or shorter, and its attributes are kept
 * for a day.  What it was told is remembered here for each file, with what it makes of
 * that by itself: where a write ended, if that is beyond.  An open for reading that finds
 * the text to be of another length is answered with ESTALE: the kernel then walks the
 * path again and looks up each name anew, as for any file system whose server has news.
 * Without a change that costs no request.
 *
 * splice(2), sendfile(2) and mmap(2) fill the page cache and give, of that, what lies below
 * the size that the kernel has at the end. That may be another one by then, as soon as two
 * use a file: then the text is cut, or NULs come behind it, with success. So they are
 * refused by file_read(), with the error on which programs go on with read(2); with a size
 * of 0 they would not even ask, and end with nothing.
 */
#include "size.h"
#include "tasks/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define TOLD_STEP	8		/* files */
#define NR_AGAIN	64
#define AGAIN_SECONDS	60		/* none needs as long to walk a path again */

/* Threads that were sent back to look up what they open. */
static struct again {
	pid_t		tid;
	fuse_ino_t	ino;
	time_t		since;		/* monotonic */
} sent_back[NR_AGAIN];
static unsigned int nr_sent_back;

uint32_t size_now(fuse_req_t req, struct container *cont, unsigned int node)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor;

	if (node == CONTAINER_NODE_DIR)
		return 0;
	tasks_actor(ctx->pid, ctx->uid, &actor);
	return container_file_size(cont, node, &actor);
}

uint32_t size_of(const struct known *k, unsigned int node)
{
	return node < k->nr_told ? k->told[node] : SIZE_UNSURE;
}

/* Without memory nothing is known. */
void size_told(struct known *k, unsigned int node, uint32_t size)
{
	unsigned int nr = (node / TOLD_STEP + 1) * TOLD_STEP;
	uint32_t *told;

	if (node == CONTAINER_NODE_DIR)
		return;
	if (nr > k->nr_told) {
		told = realloc(k->told, nr * sizeof(*told));
		if (!told)
			return;
		while (k->nr_told < nr)
			told[k->nr_told++] = SIZE_UNSURE;
		k->told = told;
	}
	k->told[node] = size;
}

void size_written(struct known *k, unsigned int node, uint64_t end)
{
	uint32_t size = size_of(k, node);

	if (size != SIZE_UNSURE && end > size)
		size_told(k, node, end < SIZE_UNSURE ? end : SIZE_UNSURE);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* Whether @tid was sent back when it opened @ino last. */
static bool comes_again(pid_t tid, fuse_ino_t ino)
{
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

/* @tid will come again; false: there is no room to remember it. */
static bool send_back(pid_t tid, fuse_ino_t ino)
{
	for (struct again *a = sent_back; a < sent_back + NR_AGAIN; a++) {
		/* who was killed meanwhile does not come */
		if (a->tid && seconds() - a->since <= AGAIN_SECONDS)
			continue;
		nr_sent_back += !a->tid;
		*a = (struct again){ .tid = tid, .ino = ino, .since = seconds() };
		return true;
	}
	return false;
}

bool size_ask_again(fuse_req_t req, fuse_ino_t ino, struct known *k, unsigned int node,
		    uint32_t size)
{
	pid_t tid = fuse_req_ctx(req)->pid;

	if (comes_again(tid, ino) || size_of(k, node) == size || !send_back(tid, ino))
		return false;
	/* Who has no path to walk, as for /proc/self/fd, asks for attributes that are not valid. */
	fuse_lowlevel_notify_inval_inode(super_of(req)->se, ino, -1, 0);
	return true;
}
