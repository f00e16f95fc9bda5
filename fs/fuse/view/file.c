// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open control files: open, read, write, poll, release.
 *
 * Two threads count, as in cgroup v1: the opener, whose credentials the engine keeps for
 * later writes, and the thread that reads or writes.  Numbers are of the latter's pid
 * namespace, and "0" is the latter.  Mostly they are one thread, and then it is looked
 * up only once, at open.
 *
 * All I/O is direct: read(2) and write(2) arrive as they are made.  A write arrives
 * whole up to the largest request, which is far more than CONTAINER_WRITE_MAX, or cut
 * to a limit (may_be_cut()).  splice(2) and the like go through the page cache and by
 * the size, and are refused (size.c).
 *
 * poll(2): the kernel hands out a handle, by which the poller is woken whenever the
 * engine reports a change (host_file_event()).  The handle is kept as long as the file
 * is open, because an edge-triggered epoll(7) polls once and sleeps many times.
 *
 * Requests per call (Linux 6.18): open and write OPEN, WRITE; open and read OPEN, READ,
 * and one READ more if the reader goes on until it gets 0 bytes.  If the size differs
 * from the one that the kernel knows, an OPEN that fails and a LOOKUP for each name of
 * the path come before.  close(2) makes no FLUSH, and does not wait for RELEASE.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "uapi/containerfs.h"

#include "file.h"
#include "node.h"
#include "size.h"
#include "tasks/tasks.h"

#define NR_BUCKETS	1024		/* a power of two */
#define OPENER_SECONDS	1
#define FMODE_EXEC	0x20		/* in the flags of an open by execve(2); see linux/fs.h */

/* An open control file: fuse_file_info.fh. */
struct open_file {
	struct open_file	*next, **pprev;	/* in open_files */
	struct container_file	*file;
	struct container_actor	 actor;		/* the opener */
	time_t			 opened;	/* monotonic */
	struct fuse_pollhandle	*ph;		/* to wake pollers, or NULL */
};

/* All open files, by container. */
static struct open_file *open_files[NR_BUCKETS];

static struct open_file **bucket_of(const struct container *cont)
{
	return &open_files[container_id(cont) & (NR_BUCKETS - 1)];
}

static struct open_file *open_file_of(const struct fuse_file_info *fi)
{
	return (struct open_file *)(uintptr_t)fi->fh;
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/*
 * The thread that makes this request.  The opener's thread id stands for the opener only
 * for OPENER_SECONDS, because it may belong to another thread later.
 */
static const struct container_actor *caller(fuse_req_t req, const struct open_file *of,
					    struct container_actor *actor)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	if (ctx->pid == of->actor.tid && seconds() - of->opened <= OPENER_SECONDS)
		return &of->actor;
	tasks_actor(ctx->pid, ctx->uid, actor);
	return actor;
}

/* --- open and release --- */

static void open_file_add(struct open_file *of)
{
	struct open_file **head = bucket_of(container_file_container(of->file));

	of->next = *head;
	of->pprev = head;
	if (of->next)
		of->next->pprev = &of->next;
	*head = of;
}

static void open_file_free(struct open_file *of)
{
	*of->pprev = of->next;
	if (of->next)
		of->next->pprev = of->pprev;
	if (of->ph)
		fuse_pollhandle_destroy(of->ph);
	container_file_release(of->file);
	free(of);
}

/* Must an open for reading be answered with ESTALE, because the size has changed?  See size.c. */
static bool open_again(fuse_req_t req, fuse_ino_t ino, const struct fuse_file_info *fi,
		       struct known *k, unsigned int node, const struct container_actor *opener)
{
	if ((fi->flags & O_ACCMODE) == O_WRONLY)
		return false;
	return size_ask_again(req, ino, k, node, container_file_size(k->cont, node, opener));
}

void file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	struct open_file *of;
	int err;

	if (!k)
		return node_reply_err(req, -ESTALE);
	if (fi->flags & FMODE_EXEC)
		return node_reply_err(req, -EACCES);
	of = calloc(1, sizeof(*of));
	if (!of)
		return node_reply_err(req, -ENOMEM);
	tasks_actor(ctx->pid, ctx->uid, &of->actor);
	if (open_again(req, ino, fi, k, node, &of->actor)) {
		free(of);
		return node_reply_err(req, -ESTALE);
	}
	of->opened = seconds();
	err = container_file_open(k->cont, node, &of->actor, &of->file);
	if (err) {
		free(of);
		/* a file of a removed container has no name any more */
		return node_reply_err(req, err == -ENODEV ? -ENOENT : err);
	}
	open_file_add(of);

	fi->fh = (uintptr_t)of;
	fi->direct_io = 1;
	fi->noflush = 1;
	if (fuse_reply_open(req, fi))
		open_file_free(of);	/* the kernel did not get it, and will not release it */
}

void file_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	open_file_free(open_file_of(fi));
	node_reply_err(req, 0);
}

/* The kernel sends no RELEASE on an aborted connection. */
void file_super_gone(const struct super *s)
{
	struct open_file *of, *next;

	for (size_t i = 0; i < NR_BUCKETS; i++) {
		for (of = open_files[i]; of; of = next) {
			next = of->next;
			if (container_root(container_file_container(of->file)) == s->root)
				open_file_free(of);
		}
	}
}

/* --- read and write --- */

void file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
	       struct fuse_file_info *fi)
{
	struct open_file *of = open_file_of(fi);
	struct container_actor actor;
	const char *data;
	long len;

	/*
	 * A read(2) has a lock owner, a read of the page cache has none: see size.c.  On
	 * this error, programs that splice go on with read(2).
	 */
	if (!fi->lock_owner)
		return node_reply_err(req, -EINVAL);
	len = container_file_read_begin(of->file, caller(req, of, &actor), off, &data);
	if (len > (long)size)
		len = size;
	if (len < 0)
		node_reply_err(req, len);
	else
		fuse_reply_buf(req, data, len);
	container_file_read_end(of->file, len > 0 ? len : 0);
}

/*
 * The VFS cuts a write at the writer's RLIMIT_FSIZE, by the position in the file, which
 * means nothing here: "1234" may arrive as "123", the number of another task.  A write
 * that ends exactly at the limit, and not with a newline, may have been cut.  The limit
 * is looked up only for writes without a newline at the end.
 */
static bool may_be_cut(fuse_req_t req, const char *buf, size_t size, off_t off)
{
	return size && buf[size - 1] != '\n' &&
		tasks_file_limit(fuse_req_ctx(req)->pid) == (uint64_t)off + size;
}

void file_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size,
		off_t off, struct fuse_file_info *fi)
{
	static char text[CONTAINER_WRITE_MAX + 1];	/* the engine puts a NUL behind */
	struct open_file *of = open_file_of(fi);
	struct container_actor actor;
	unsigned int node;
	struct known *k;
	long len;

	if (size > CONTAINER_WRITE_MAX)
		return node_reply_err(req, -E2BIG);
	if (may_be_cut(req, buf, size, off))
		return node_reply_err(req, -EFBIG);
	memcpy(text, buf, size);
	len = container_file_write(of->file, caller(req, of, &actor), text, size);
	if (len < 0)
		return node_reply_err(req, len);
	k = node_find(req, ino, &node);
	if (k)
		size_written(k, node, (uint64_t)off + len);
	fuse_reply_write(req, len);
}

/* --- poll --- */

void file_poll(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi,
	       struct fuse_pollhandle *ph)
{
	struct open_file *of = open_file_of(fi);
	_Bool armed;

	/* without a handle this poller does not sleep; the old handle may have others */
	if (ph) {
		if (of->ph)
			fuse_pollhandle_destroy(of->ph);
		of->ph = ph;
	}
	fuse_reply_poll(req, container_file_poll(of->file, &armed));
}

void host_file_event(struct container *cont, unsigned int node)
{
	struct open_file *of;

	for (of = *bucket_of(cont); of; of = of->next) {
		if (!of->ph || container_file_container(of->file) != cont ||
		    container_file_node(of->file) != node)
			continue;
		fuse_lowlevel_notify_poll(of->ph);
	}
}
