// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache of control files.
 *
 * Only splice(2), sendfile(2) and mmap(2) go through it.  What they leave there would be
 * given to whoever splices next from a descriptor that was open before, long after the
 * text has become another, and without a request from which we could know.  An open
 * empties it; so does this after each READ that fills it.
 *
 * The kernel waits for pages that are being read, and it is us who are to answer that
 * READ: the notification is sent by a thread of its own, which the READ that is being
 * served does not keep from anything, nor it us.  As the sizes that the kernel has are
 * exact (size.c), it may come when it likes: before the reader has taken what it asked
 * for, it only makes it ask again.
 */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX	8
#define THREAD_STACK	(64 << 10)

struct drop {
	int					fuse;		/* owned: the connection may end meanwhile */
	struct {
		struct fuse_out_header			out;
		struct fuse_notify_inval_inode_out	inval;
	} msg;
};

static atomic_int nr_threads;

static void *drop_thread(void *arg)
{
	struct drop *drop = arg;

	/* An error says that the kernel does not have it any more, or is leaving. */
	if (write(drop->fuse, &drop->msg, sizeof(drop->msg)) < 0)
		log_debug("page cache: %s", strerror(errno));
	close(drop->fuse);
	free(drop);
	nr_threads--;
	return NULL;
}

static int drop_start(struct drop *drop)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err = pthread_attr_init(&attr);

	if (err)
		return err;
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, drop_thread, drop);
	pthread_attr_destroy(&attr);
	return err;
}

bool pages_drop(const struct super *s, fuse_ino_t ino)
{
	struct drop *drop;

	if (nr_threads >= THREADS_MAX)
		return false;
	drop = malloc(sizeof(*drop));
	if (!drop)
		return false;
	*drop = (struct drop){
		.fuse = fcntl(s->fd, F_DUPFD_CLOEXEC, 0),
		.msg = {
			.out = { .len = sizeof(drop->msg), .error = FUSE_NOTIFY_INVAL_INODE },
			.inval = { .ino = ino },
		},
	};
	if (drop->fuse < 0)
		goto free_drop;
	nr_threads++;
	if (!drop_start(drop))
		return true;
	nr_threads--;
	close(drop->fuse);
free_drop:
	free(drop);
	return false;
}
