// SPDX-License-Identifier: GPL-2.0-only
/* The libfuse of these tests: the functions that the handlers call. */
#include "fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fuse_req {
	struct super	*super;
	struct fuse_ctx	 ctx;
	const gid_t	*groups;
	int		 nr_groups;
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

fuse_req_t fake_user_request(struct super *s, uid_t uid, gid_t gid, int nr, const gid_t *groups)
{
	fuse_req_t req = fake_request(s, 100);

	req->ctx.uid = uid;
	req->ctx.gid = gid;
	req->groups = groups;
	req->nr_groups = nr;
	return req;
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

int fuse_reply_readlink(fuse_req_t req, const char *link)
{
	snprintf(reply.link, sizeof(reply.link), "%s", link);
	return replied(0);
}

int fuse_reply_ioctl(fuse_req_t req, int result, const void *buf, size_t size)
{
	if (size)
		memcpy(reply.buf, buf, size);
	reply.len = size;
	return replied(result);
}

int fuse_reply_poll(fuse_req_t req, unsigned int revents)
{
	reply.events = revents;
	return replied(0);
}

/* An entry is "name\n", that of a link "@name\n", so that a listing is easy to check. */
size_t fuse_add_direntry(fuse_req_t req, char *buf, size_t bufsize, const char *name,
			 const struct stat *stbuf, off_t off)
{
	size_t link = S_ISLNK(stbuf->st_mode), len = link + strlen(name) + 1;

	if (len <= bufsize) {
		buf[0] = '@';
		memcpy(buf + link, name, len - 1 - link);
		buf[len - 1] = '\n';
	}
	return len;
}

int fuse_req_getgroups(fuse_req_t req, int size, gid_t list[])
{
	for (int i = 0; i < size && i < req->nr_groups; i++)
		list[i] = req->groups[i];
	return req->nr_groups;
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
