// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users take turns: a request waits for one other of each user, not for all that
 * a user with many tasks has asked.
 *
 * The kernel hands out requests as they come, so a user with fifty tasks that ask
 * without end would be served fifty times as often as one with one, and each of that
 * one's calls would wait for fifty others. What the kernel has is read at once, and
 * queued by user; the next one is that of the user who has used the least time of the
 * daemon so far. Who had nothing to ask begins where the one is who is served, so
 * nobody saves up for later. A user is the user ID of the request.
 *
 * Requests of one user stay in their order. What asks for no answer, or begins and
 * ends a connection, is served when it is read: nothing that is queued depends on it,
 * for whatever the kernel forgets nobody asks about any more.
 *
 * Only so much is read ahead; when that is full, what the kernel still has waits there
 * as it would without.
 */
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "view.h"

#define AHEAD_REQUESTS	1024
#define AHEAD_BYTES	(8u << 20)

struct request {
	struct request	*next;
	struct super	*super;
	size_t		 len;
	_Alignas(16) char data[];
};

struct user {
	struct user	*next;
	uint32_t	 uid;
	uint64_t	 used;		/* time, ns; of the least used at first */
	struct request	*first, **last;	/* first NULL: nothing asked, but may have used more than others */
};

static struct user *users;
static uint64_t used_now;		/* of the user who is served or was served last */
static size_t nr_ahead, bytes_ahead;

static uint64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void serve(struct super *s, const struct fuse_buf *buf)
{
	tasks_begin();
	fuse_session_process_buf(s->se, buf);
	tasks_end();
}

static struct user *user_of(uint32_t uid)
{
	struct user *user;

	for (user = users; user; user = user->next)
		if (user->uid == uid)
			return user;
	user = calloc(1, sizeof(*user));
	if (!user)
		return NULL;
	user->uid = uid;
	user->last = &user->first;
	user->next = users;
	users = user;
	return user;
}

static bool at_once(const struct fuse_in_header *in)
{
	switch (in->opcode) {
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
	case FUSE_INIT:
	case FUSE_DESTROY:
		return true;
	default:
		return false;
	}
}

bool turns_room(void)
{
	return nr_ahead < AHEAD_REQUESTS && bytes_ahead < AHEAD_BYTES;
}

void turns_add(struct super *s, const struct fuse_buf *buf)
{
	const struct fuse_in_header *in = buf->mem;
	struct request *rq;
	struct user *user;

	if (buf->size < sizeof(*in) || at_once(in))
		return serve(s, buf);
	rq = malloc(sizeof(*rq) + buf->size);
	user = rq ? user_of(in->uid) : NULL;
	if (!user) {
		free(rq);
		return serve(s, buf);
	}
	memcpy(rq->data, buf->mem, buf->size);
	rq->len = buf->size;
	rq->super = s;
	rq->next = NULL;
	if (!user->first && user->used < used_now)
		user->used = used_now;
	*user->last = rq;
	user->last = &rq->next;
	nr_ahead++;
	bytes_ahead += rq->len;
}

static void request_take(struct user *user, struct request **link)
{
	struct request *rq = *link;

	*link = rq->next;
	if (user->last == &rq->next)
		user->last = link;
	nr_ahead--;
	bytes_ahead -= rq->len;
}

/* Who is next, or NULL; forgets those who have asked nothing and owe nothing. */
static struct user *next_user(void)
{
	struct user **link = &users, *user, *least = NULL;

	while ((user = *link)) {
		if (user->first) {
			if (!least || user->used < least->used)
				least = user;
		} else if (!nr_ahead || user->used <= used_now) {
			*link = user->next;
			free(user);
			continue;
		}
		link = &user->next;
	}
	return least;
}

bool turns_serve(void)
{
	struct user *user = next_user();
	struct fuse_buf buf = { .fd = -1 };
	struct request *rq;
	uint64_t began;

	if (!user)
		return false;
	used_now = user->used;
	rq = user->first;
	request_take(user, &user->first);
	buf.mem = rq->data;
	buf.size = rq->len;
	began = nanoseconds();
	serve(rq->super, &buf);
	/* the user is there, as nobody else forgets one */
	user->used += nanoseconds() - began;
	free(rq);
	return nr_ahead;
}

void turns_forget(const struct super *s)
{
	struct request **link, *rq;

	for (struct user *user = users; user; user = user->next) {
		for (link = &user->first; (rq = *link);) {
			if (rq->super == s) {
				request_take(user, link);
				free(rq);
			} else {
				link = &rq->next;
			}
		}
	}
}
