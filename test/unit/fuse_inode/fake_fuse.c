// SPDX-License-Identifier: GPL-2.0-only
/* The libfuse of these tests: the functions that the handlers call. */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fuse_req {
	struct super	*super;
	struct fuse_ctx	 ctx;
};

struct fuse_pollhandle {
	int	unused;
};

struct fake_reply reply;
fuse_ino_t fake_inval;
int fake_invals, fake_polls, fake_pollhandles;

fuse_req_t fake_request(struct super *s, pid_t pid)
{
	static struct fuse_req req;

	req = (struct fuse_req){ .super = s, .ctx = { .pid = pid } };
	return &req;
}

struct fuse_pollhandle *fake_pollhandle(void)
{
	fake_pollhandles++;
	return malloc(sizeof(struct fuse_pollhandle));
}

void *fuse_req_userdata(fuse_req_t req)
{
	return req->super;
}

const struct fuse_ctx *fuse_req_ctx(fuse_req_t req)
{
	return &req->ctx;
}

static int replied(int err)
{
	bool fails = reply.fails;

	reply.fails = false;
	reply.err = err;
	reply.count++;
	return fails ? -ENOENT : 0;
}

int fuse_reply_err(fuse_req_t req, int err)
{
	return replied(err);
}

void fuse_reply_none(fuse_req_t req)
{
	replied(0);
}

int fuse_reply_entry(fuse_req_t req, const struct fuse_entry_param *e)
{
	reply.entry = *e;
	return replied(0);
}

int fuse_reply_attr(fuse_req_t req, const struct stat *attr, double attr_timeout)
{
	reply.attr = *attr;
	reply.attr_timeout = attr_timeout;
	return replied(0);
}

int fuse_reply_open(fuse_req_t req, const struct fuse_file_info *fi)
{
	reply.fi = *fi;
	return replied(0);
}

int fuse_reply_buf(fuse_req_t req, const char *buf, size_t size)
{
	memcpy(reply.buf, buf, size);
	reply.len = size;
	return replied(0);
}

int fuse_reply_write(fuse_req_t req, size_t count)
{
	reply.len = count;
	return replied(0);
}

int fuse_reply_xattr(fuse_req_t req, size_t count)
{
	reply.len = count;
	return replied(0);
}

int fuse_reply_statfs(fuse_req_t req, const struct statvfs *stbuf)
{
	return replied(0);
}

int fuse_reply_poll(fuse_req_t req, unsigned int revents)
{
	reply.events = revents;
	return replied(0);
}

/* An entry is "name\n", so that a listing is easy to check. */
size_t fuse_add_direntry(fuse_req_t req, char *buf, size_t bufsize, const char *name,
			 const struct stat *stbuf, off_t off)
{
	size_t len = strlen(name) + 1;

	if (len <= bufsize) {
		memcpy(buf, name, len - 1);
		buf[len - 1] = '\n';
	}
	return len;
}

int fuse_req_getgroups(fuse_req_t req, int size, gid_t list[])
{
	return 0;
}

int fuse_lowlevel_notify_inval_inode(struct fuse_session *se, fuse_ino_t ino, off_t off, off_t len)
{
	fake_inval = ino;
	fake_invals++;
	return off < 0 ? 0 : -EINVAL;
}

int fuse_lowlevel_notify_poll(struct fuse_pollhandle *ph)
{
	fake_polls++;
	return 0;
}

void fuse_pollhandle_destroy(struct fuse_pollhandle *ph)
{
	fake_pollhandles--;
	free(ph);
}
