// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users take turns: a request waits for one request of each other user, not for all
 * requests of a user with many tasks.
 *
 * The kernel hands out requests in the order in which they are made.  A user with fifty
 * tasks that ask without end would be served fifty times as often as a user with one
 * task, whose calls would each wait for fifty others.  So requests are read as soon as
 * the kernel has them, and queued by user, that is by the user ID of the request.  The
 * next request is of the user for whom the daemon has worked least so far.  A user
 * without requests saves nothing up: when it asks again, it begins at the time used by
 * the user who is being served.
 *
 * Requests of one user stay in their order.  Requests without an answer, and those that
 * begin or end a connection, are served when they are read.  No queued request depends
 * on these, because the kernel does not ask for a node that it has forgotten.
 *
 * A limited number of requests is read ahead; the others wait in the kernel.
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
	uint64_t	 used;		/* time, ns, beginning with used_now */
	struct request	*first, **last;	/* first NULL: no request */
};

static struct user *users;
static uint64_t used_now;		/* by the user who is served, or was served last */
static size_t nr_ahead, bytes_ahead;

static uint64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void serve_request(struct super *s, const struct fuse_buf *buf)
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
		return serve_request(s, buf);
	rq = malloc(sizeof(*rq) + buf->size);
	user = rq ? user_of(in->uid) : NULL;
	if (!user) {
		free(rq);
		return serve_request(s, buf);
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

/*
 * The next user, or NULL.  Forgets users without requests; but while others have requests,
 * not a user who has used more time than they.
 */
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
	serve_request(rq->super, &buf);
	/* @user still exists, because only next_user() forgets users */
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
