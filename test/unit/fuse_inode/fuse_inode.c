// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the request handlers: which containers the kernel knows, what it may cache,
 * and which connection an open file belongs to.
 */
#include "fake.h"
#include "view/dir.h"
#include "view/file.h"
#include "view/node.h"
#include "view/size.h"

#include "../cases.h"
#include "../quiet_check.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/containerfs.h"

#define NODE(cont, node)	((fuse_ino_t)(cont)->id << CONTAINER_NODE_BITS | (node))
#define CASES(X)		X(handlers)
CASES_DECLARE(CASES)

#define REQ			fake_request(&super, 100)

static const struct fuse_lowlevel_ops *const ops = &containerfs_ops;
static struct super super;
static struct container *top;

static void connect_super(struct super *s)
{
	struct fuse_conn_info conn = { .capable = ~0u, .want = ~0u };

	s->root = fake_root();
	s->root->host = s;
	ops->init(s, &conn);
	ck_assert(!(conn.want & (FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_SPLICE_READ |
				 FUSE_CAP_ATOMIC_O_TRUNC)));
}

static void setup(void)
{
	memset(&reply, 0, sizeof(reply));
	fake_invals = fake_polls = fake_actors = 0;
	connect_super(&super);
	top = super.root->top;
}

static void super_gone(struct super *s)
{
	file_super_gone(s);
	dir_super_gone(s);
	nodes_gone(s);
}

/* Whatever a test leaves open, nothing is held once the connection has ended. */
static void teardown(void)
{
	super_gone(&super);
	ck_assert_int_eq(top->refs, 1);
	ck_assert_int_eq(fake_open_files, 0);
	ck_assert_int_eq(fake_pollhandles, 0);
	fake_reset();
}

static fuse_ino_t lookup(fuse_ino_t dir, const char *name)
{
	ops->lookup(REQ, dir, name);
	ck_assert_int_eq(reply.err, 0);
	return reply.entry.ino;
}

static struct fuse_file_info open_dir(fuse_ino_t dir)
{
	struct fuse_file_info fi = { 0 };

	ops->opendir(REQ, dir, &fi);
	ck_assert_int_eq(reply.err, 0);
	ck_assert(reply.fi.cache_readdir);
	return reply.fi;
}

static void close_dir(fuse_ino_t dir, struct fuse_file_info *fi)
{
	ops->releasedir(REQ, dir, fi);
	ck_assert_int_eq(reply.err, 0);
}

static int opendir_keeps(fuse_ino_t dir)
{
	struct fuse_file_info fi = open_dir(dir);

	close_dir(dir, &fi);
	return fi.keep_cache;
}

static struct fuse_file_info open_file(fuse_ino_t ino)
{
	struct fuse_file_info fi = { .flags = O_RDWR };

	ops->open(REQ, ino, &fi);
	ck_assert_int_eq(reply.err, 0);
	ck_assert(reply.fi.direct_io && reply.fi.noflush);
	fi = reply.fi;
	fi.lock_owner = 1;
	return fi;
}

START_TEST(node_ids)
{
	struct container *a = fake_mkdir(top, "a");

	ck_assert_uint_eq(lookup(FUSE_ROOT_ID, "a"), NODE(a, 0));
	ck_assert_uint_eq(lookup(FUSE_ROOT_ID, "tasks"), NODE(top, 1));
	ck_assert_uint_eq(lookup(NODE(a, 0), "notify_on_release"), NODE(a, 2));
	ck_assert_uint_eq(reply.entry.attr.st_ino, NODE(a, 2));
	ck_assert(S_ISREG(reply.entry.attr.st_mode));
	ck_assert_int_eq(reply.entry.attr.st_mtim.tv_sec, 1);
	ck_assert_int_eq(reply.entry.attr.st_mtim.tv_nsec, 500000000);
	ops->getattr(REQ, FUSE_ROOT_ID, NULL);
	ck_assert_uint_eq(reply.attr.st_ino, FUSE_ROOT_ID);
	ck_assert(S_ISDIR(reply.attr.st_mode));
	ops->lookup(REQ, FUSE_ROOT_ID, "b");
	ck_assert_int_eq(reply.err, ENOENT);
}
END_TEST

/* An inode that was not looked up, or is of another connection, does not exist. */
START_TEST(stale)
{
	struct super other = { 0 };
	struct container *a = fake_mkdir(top, "a"), *o;
	struct fuse_file_info fi = { 0 };
	struct stat st = { 0 };

	connect_super(&other);
	o = fake_mkdir(other.root->top, "o");
	ops->lookup(fake_request(&other, 1), FUSE_ROOT_ID, "o");
	ck_assert_uint_eq(reply.entry.ino, NODE(o, 0));

	const fuse_ino_t bad[] = { NODE(a, 0), NODE(a, 1), NODE(o, 0), 0, 2, ~0ul };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
#define STALE(call) do { reply.err = 0; call; ck_assert_int_eq(reply.err, ESTALE); } while (0)
		STALE(ops->getattr(REQ, bad[i], NULL));
		STALE(ops->setattr(REQ, bad[i], &st, FUSE_SET_ATTR_MODE, NULL));
		STALE(ops->lookup(REQ, bad[i], "tasks"));
		STALE(ops->mkdir(REQ, bad[i], "n", 0755));
		STALE(ops->rmdir(REQ, bad[i], "n"));
		STALE(ops->rename(REQ, bad[i], "a", FUSE_ROOT_ID, "b", 0));
		STALE(ops->rename(REQ, FUSE_ROOT_ID, "a", bad[i], "b", 0));
		STALE(ops->open(REQ, bad[i], &fi));
		STALE(ops->opendir(REQ, bad[i], &fi));
		STALE(ops->readdir(REQ, bad[i], 4096, 0, &fi));
		STALE(ops->getxattr(REQ, bad[i], "user.x", 0));
		STALE(ops->listxattr(REQ, bad[i], 10));
		STALE(ops->setxattr(REQ, bad[i], "user.x", "", 0, 0));
		STALE(ops->removexattr(REQ, bad[i], "user.x"));
		ops->forget(REQ, bad[i], 1);
	}
	ck_assert_int_eq(o->refs, 2);
	super_gone(&other);
	ck_assert_int_eq(o->refs, 1);
	ck_assert_int_eq(a->refs, 1);
}
END_TEST

/* One reference for each container, given back with the last of its lookups. */
START_TEST(forget)
{
	struct container *a = fake_mkdir(top, "a");
	struct fuse_forget_data data[] = { { NODE(a, 0), 1 }, { NODE(a, 1), 1 } };

	lookup(FUSE_ROOT_ID, "a");
	lookup(FUSE_ROOT_ID, "a");
	lookup(NODE(a, 0), "tasks");
	ck_assert_int_eq(a->refs, 2);
	ops->forget_multi(REQ, 2, data);
	ck_assert_int_eq(a->refs, 2);
	ops->forget(REQ, NODE(a, 0), 1);
	ck_assert_int_eq(a->refs, 1);
	ops->getattr(REQ, NODE(a, 0), NULL);
	ck_assert_int_eq(reply.err, ESTALE);

	/* more lookups than there were, and an inode that must not be forgotten */
	lookup(FUSE_ROOT_ID, "a");
	ops->forget(REQ, NODE(a, 0), 100);
	ck_assert_int_eq(a->refs, 1);
	lookup(FUSE_ROOT_ID, "tasks");
	ops->forget(REQ, NODE(top, 1), 1);
	ops->forget(REQ, FUSE_ROOT_ID, 1000);
	ops->getattr(REQ, FUSE_ROOT_ID, NULL);
	ck_assert_int_eq(reply.err, 0);

	/* a reply whose caller has gone does not count */
	reply.fails = true;
	ops->lookup(REQ, FUSE_ROOT_ID, "a");
	ck_assert_int_eq(a->refs, 1);
}
END_TEST

/* The table grows and shrinks, and loses no inode. */
START_TEST(many)
{
	enum { N = 5000 };
	char name[16];

	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		ops->mkdir(REQ, FUSE_ROOT_ID, name, 0755);
		ck_assert_int_eq(reply.err, 0);
	}
	for (int i = 0; i < N; i++) {
		ops->getattr(REQ, (fuse_ino_t)(top->id + 1 + i) << CONTAINER_NODE_BITS, NULL);
		ck_assert_int_eq(reply.err, 0);
	}
	for (int i = 0; i < N; i++) {
		if (i % 100)
			ops->forget(REQ, (fuse_ino_t)(top->id + 1 + i) << CONTAINER_NODE_BITS, 1);
	}
	for (int i = 0; i < N; i++) {
		ops->getattr(REQ, (fuse_ino_t)(top->id + 1 + i) << CONTAINER_NODE_BITS, NULL);
		ck_assert_int_eq(reply.err, i % 100 ? ESTALE : 0);
	}
}
END_TEST

START_TEST(timeouts)
{
	struct container *a = fake_mkdir(top, "a"), *n = fake_mkdir(top, "n");

	n->clone = true;
	lookup(FUSE_ROOT_ID, "a");
	ck_assert(reply.entry.entry_timeout > 3600 && reply.entry.attr_timeout > 3600);
	lookup(FUSE_ROOT_ID, "n");
	ck_assert(reply.entry.entry_timeout == 0 && reply.entry.attr_timeout > 3600);
	lookup(NODE(n, 0), "tasks");
	ck_assert(reply.entry.entry_timeout > 3600);
	a->link = "text";
	lookup(NODE(a, 0), "ns.net");
	ck_assert(reply.entry.entry_timeout == 0 && reply.entry.attr_timeout == 0);
	ops->getattr(REQ, NODE(a, FAKE_LINK), NULL);
	ck_assert(reply.attr_timeout == 0);
}
END_TEST

/* One notification each time that the kernel was given the attributes. */
START_TEST(clones_invalidate)
{
	struct container *a = fake_mkdir(top, "a"), *n = fake_mkdir(a, "n");

	host_clone_added(a, n);			/* the kernel does not know a */
	host_clone_added(top, a);		/* the kernel does not know its attributes */
	ck_assert_int_eq(fake_invals, 0);
	lookup(FUSE_ROOT_ID, "a");
	host_clone_added(a, n);
	ck_assert_int_eq(fake_invals, 1);
	ck_assert_uint_eq(fake_inval, NODE(a, 0));
	host_clone_removed(a, n);
	ck_assert_int_eq(fake_invals, 1);
	ops->getattr(REQ, NODE(a, 0), NULL);
	host_clone_removed(a, n);
	ck_assert_int_eq(fake_invals, 2);
	lookup(NODE(a, 0), "tasks");		/* those of a file do not change */
	host_clone_removed(a, n);
	ck_assert_int_eq(fake_invals, 2);
	ops->getattr(REQ, FUSE_ROOT_ID, NULL);
	host_clone_added(top, a);
	ck_assert_uint_eq(fake_inval, FUSE_ROOT_ID);
	super.root->host = NULL;
	ops->getattr(REQ, FUSE_ROOT_ID, NULL);
	host_clone_added(top, a);
	ck_assert_int_eq(fake_invals, 3);
	super.root->host = &super;
}
END_TEST

/* Small pieces make one listing, with each name once. */
START_TEST(listing)
{
	struct fuse_file_info fi;
	char all[256] = "";
	int n = 0;

	fake_mkdir(top, "a");
	fake_mkdir(top, "b");
	fi = open_dir(FUSE_ROOT_ID);
	do {
		ops->readdir(REQ, FUSE_ROOT_ID, 18, n, &fi);
		ck_assert_int_eq(reply.err, 0);
		reply.buf[reply.len] = '\0';
		strcat(all, reply.buf);
		/* positions in this engine's top are 1 apart, but for its id and two files */
		for (size_t i = 0; i < reply.len; i++)
			n += reply.buf[i] == '\n';
		if (n == 4)
			n += top->id + 2;
	} while (reply.len);
	ck_assert_str_eq(all, ".\n..\ntasks\nnotify_on_release\na\nb\n");

	/* A later container is in the next listing, also of the same descriptor. */
	fake_mkdir(top, "c");
	ops->readdir(REQ, FUSE_ROOT_ID, 4096, 4, &fi);
	ck_assert_uint_eq(reply.len, strlen("a\nb\n"));
	ops->readdir(REQ, FUSE_ROOT_ID, 4096, 0, &fi);
	ck_assert_uint_eq(reply.len, strlen(all) + strlen("c\n"));
	close_dir(FUSE_ROOT_ID, &fi);
}
END_TEST

/* The kernel keeps a listing if all of it is of the present generation. */
START_TEST(listing_cached)
{
	struct fuse_file_info fi = open_dir(FUSE_ROOT_ID), other;

	ck_assert(!fi.keep_cache);
	ops->readdir(REQ, FUSE_ROOT_ID, 4096, 0, &fi);
	ck_assert(opendir_keeps(FUSE_ROOT_ID));
	fake_mkdir(top, "a");
	ck_assert(!opendir_keeps(FUSE_ROOT_ID));
	ck_assert(opendir_keeps(FUSE_ROOT_ID));

	/* the older descriptor reads on, across the change */
	ops->readdir(REQ, FUSE_ROOT_ID, 4096, 3, &fi);
	close_dir(FUSE_ROOT_ID, &fi);
	fi = open_dir(FUSE_ROOT_ID);
	ck_assert(!fi.keep_cache);
	ck_assert(opendir_keeps(FUSE_ROOT_ID));

	/* a change between two parts, and no open meanwhile */
	ops->readdir(REQ, FUSE_ROOT_ID, 40, 0, &fi);
	fake_mkdir(top, "b");
	ops->readdir(REQ, FUSE_ROOT_ID, 4096, 3, &fi);
	close_dir(FUSE_ROOT_ID, &fi);
	ck_assert(!opendir_keeps(FUSE_ROOT_ID));
	reply.fails = true;
	fake_mkdir(top, "c");
	ops->opendir(REQ, FUSE_ROOT_ID, &other);
	ck_assert(!opendir_keeps(FUSE_ROOT_ID));
}
END_TEST

START_TEST(removed)
{
	struct container *a = fake_mkdir(top, "a");
	struct fuse_file_info fi = { 0 };

	lookup(FUSE_ROOT_ID, "a");
	lookup(NODE(a, 0), "tasks");
	ops->rmdir(REQ, FUSE_ROOT_ID, "a");
	ck_assert_int_eq(reply.err, 0);
	ops->rmdir(REQ, FUSE_ROOT_ID, "a");
	ck_assert_int_eq(reply.err, ENOENT);
	ops->lookup(REQ, NODE(a, 0), "tasks");
	ck_assert_int_eq(reply.err, ENOENT);
	ops->open(REQ, NODE(a, 1), &fi);
	ck_assert_int_eq(reply.err, ENOENT);
	ops->mkdir(REQ, NODE(a, 0), "b", 0755);
	ck_assert_int_eq(reply.err, ENOENT);
	ck_assert_int_eq(a->refs, 1);		/* ours */
}
END_TEST

/* The kernel keeps the name of a container that the daemon has removed: it must look again. */
START_TEST(vanished)
{
	struct container *a = fake_mkdir(top, "a"), *n = fake_mkdir(top, "n");
	fuse_ino_t ino = lookup(FUSE_ROOT_ID, "a");

	n->clone = true;
	lookup(FUSE_ROOT_ID, "n");
	fake_remove(a);
	fake_remove(n);
	host_clone_removed(top, a);
	ck_assert_int_eq(fake_invals, 1);
	ck_assert_uint_eq(fake_inval, ino);
	ops->getattr(REQ, ino, NULL);
	ck_assert_int_eq(reply.err, ESTALE);
	/* by a descriptor there is no path to walk again */
	ops->getattr(REQ, ino, NULL);
	ck_assert_int_eq(reply.err, 0);
	ops->getattr(REQ, ino, NULL);
	ck_assert_int_eq(reply.err, ESTALE);
	ops->lookup(REQ, FUSE_ROOT_ID, "a");
	ck_assert_int_eq(reply.err, ENOENT);
	/* each of many, although the thread never comes to them again */
	for (int i = 0; i < 200; i++) {
		a = fake_mkdir(top, "a");
		ino = lookup(FUSE_ROOT_ID, "a");
		fake_remove(a);
		host_clone_removed(top, a);
		ops->getattr(REQ, ino, NULL);
		ck_assert_int_eq(reply.err, ESTALE);
		ops->lookup(REQ, FUSE_ROOT_ID, "a");
	}
	ops->getattr(REQ, ino, NULL);
	ck_assert_int_eq(reply.err, 0);
	ck_assert(reply.attr_timeout == 0);
	/* of the name of a clone the kernel keeps nothing */
	host_clone_removed(top, n);
	ops->getattr(REQ, NODE(n, 0), NULL);
	ck_assert_int_eq(reply.err, 0);
}
END_TEST

START_TEST(links)
{
	struct container *a = fake_mkdir(top, "a");
	struct fuse_file_info fi;

	lookup(FUSE_ROOT_ID, "a");
	ops->lookup(REQ, NODE(a, 0), "ns.net");
	ck_assert_int_eq(reply.err, ENOENT);
	a->link = "/proc/1/fd/17";
	lookup(NODE(a, 0), "ns.net");
	ck_assert(S_ISLNK(reply.entry.attr.st_mode));
	ck_assert_int_eq(reply.entry.attr.st_size, strlen(a->link));
	ops->readlink(REQ, NODE(a, FAKE_LINK));
	ck_assert_int_eq(reply.err, 0);
	ck_assert_str_eq(reply.link, a->link);
	ops->readlink(REQ, NODE(a, 1));
	ck_assert_int_eq(reply.err, EINVAL);
	fi = open_dir(NODE(a, 0));
	ops->readdir(REQ, NODE(a, 0), 4096, 0, &fi);
	reply.buf[reply.len] = '\0';
	ck_assert_str_eq(reply.buf, ".\n..\ntasks\nnotify_on_release\ncontainer.lease\n@ns.net\n");
	close_dir(NODE(a, 0), &fi);
	a->link = NULL;
	ops->readlink(REQ, NODE(a, FAKE_LINK));
	ck_assert_int_eq(reply.err, ENOENT);
}
END_TEST

static int ioctl_by(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi, unsigned int cmd,
		    void *arg)
{
	size_t size = _IOC_SIZE(cmd);

	ops->ioctl(req, ino, cmd, arg, fi, FUSE_IOCTL_DIR, arg, _IOC_DIR(cmd) & _IOC_WRITE ? size : 0,
		   _IOC_DIR(cmd) & _IOC_READ ? size : 0);
	return reply.err;
}

static int lease_by(fuse_req_t req, struct container *cont, struct fuse_file_info *fi,
		    uint32_t flags)
{
	return ioctl_by(req, NODE(cont, 0), fi, CONTAINERFS_IOC_LEASE, &flags);
}

/* A lease of an open directory ends with that, whatever ends it. */
START_TEST(leases)
{
	struct container *a = fake_mkdir(top, "a");
	struct fuse_file_info fi, other;

	fake_override = true;
	lookup(FUSE_ROOT_ID, "a");
	fi = open_dir(NODE(a, 0));
	other = open_dir(NODE(a, 0));
	ck_assert_int_eq(lease_by(REQ, a, &fi, 0), EINVAL);
	ck_assert_int_eq(lease_by(REQ, a, &fi, CONTAINERFS_LEASE_KILL), 0);
	ck_assert_int_eq(a->leases, 1);
	/* again, with more, is the same lease */
	ck_assert_int_eq(lease_by(REQ, a, &fi, CONTAINERFS_LEASE_KILL | CONTAINERFS_LEASE_REMOVE), 0);
	ck_assert_int_eq(a->leases, 1);
	close_dir(NODE(a, 0), &other);
	ck_assert_int_eq(a->leases, 1);
	close_dir(NODE(a, 0), &fi);
	ck_assert_int_eq(a->leases, 0);
	ck_assert_uint_eq(a->ended, CONTAINERFS_LEASE_KILL | CONTAINERFS_LEASE_REMOVE);

	/* an open that the kernel did not get is none */
	reply.fails = true;
	ops->opendir(REQ, NODE(a, 0), &fi);
	fi = open_dir(FUSE_ROOT_ID);
	ck_assert_int_eq(lease_by(REQ, top, &fi, CONTAINERFS_LEASE_KILL), EINVAL);
	close_dir(FUSE_ROOT_ID, &fi);
	fi = open_dir(NODE(a, 0));
	ck_assert_int_eq(lease_by(REQ, a, &fi, CONTAINERFS_LEASE_KILL), 0);
	super_gone(&super);
	ck_assert_int_eq(a->leases, 0);
	ck_assert_uint_eq(a->ended, CONTAINERFS_LEASE_KILL);
	nodes_connect(&super);
	lookup(FUSE_ROOT_ID, "a");
	fi = open_dir(NODE(a, 0));
	fake_remove(a);
	ck_assert_int_eq(lease_by(REQ, a, &fi, CONTAINERFS_LEASE_KILL), ENODEV);
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, CONTAINERFS_IOC_GET, NULL), ENODEV);
}
END_TEST

/* Who may lease is who may write the file, as the kernel decides that. */
START_TEST(lease_access)
{
	struct container *a = fake_mkdir(top, "a");
	gid_t groups[200];
	struct fuse_file_info fi;
	static const struct {
		unsigned int	mode;
		uid_t		uid;
		gid_t		gid;
		bool		override;
		int		err;
	} tries[] = {
		{ 0200, 10, 1, false, 0 },
		{ 0020, 10, 20, false, EACCES },	/* the owner's bits count, and no others */
		{ 0200, 11, 20, false, EACCES },
		{ 0020, 11, 20, false, 0 },
		{ 0002, 11, 20, false, EACCES },
		{ 0002, 11, 21, false, 0 },
		{ 0220, 11, 21, false, EACCES },
		{ 0200, 0, 0, false, EACCES },		/* root without capabilities */
		{ 0000, 11, 21, true, 0 },
	};

	for (int i = 0; i < 200; i++)
		groups[i] = 1000 + i;
	lookup(FUSE_ROOT_ID, "a");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		a->lease_mode = tries[i].mode;
		fake_override = tries[i].override;
		fi = open_dir(NODE(a, 0));
		ck_assert_int_eq(lease_by(fake_user_request(&super, tries[i].uid, tries[i].gid, 2,
							    groups), a, &fi,
					  CONTAINERFS_LEASE_KILL), tries[i].err);
		ck_assert_int_eq(a->leases, !tries[i].err);
		close_dir(NODE(a, 0), &fi);
	}
	fake_override = false;
	a->lease_mode = 0020;
	fi = open_dir(NODE(a, 0));
	groups[199] = 20;
	ck_assert_int_eq(lease_by(fake_user_request(&super, 11, 21, 199, groups), a, &fi,
				  CONTAINERFS_LEASE_KILL), EACCES);
	ck_assert_int_eq(lease_by(fake_user_request(&super, 11, 21, 200, groups), a, &fi,
				  CONTAINERFS_LEASE_KILL), 0);
	close_dir(NODE(a, 0), &fi);
}
END_TEST

START_TEST(ioctls)
{
	struct containerfs_stat stat = { .size = sizeof(stat) };
	struct container *a = fake_mkdir(top, "a");
	struct fuse_file_info fi, file;
	struct {
		struct containerfs_stat stat;
		uint64_t more;
	} newer = { .stat.size = sizeof(newer) };

	lookup(FUSE_ROOT_ID, "a");
	fi = open_dir(NODE(a, 0));
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, CONTAINERFS_IOC_STAT, &stat), 0);
	ck_assert_uint_eq(reply.len, sizeof(stat));
	memcpy(&stat, reply.buf, sizeof(stat));
	ck_assert_uint_eq(stat.size, sizeof(stat));
	ck_assert_uint_eq(stat.id, a->id);
	ck_assert_int_eq(stat.init, 100);
	ck_assert_int_eq(stat.keyring, -1);

	/* a structure of later programs, of which we fill what we know */
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi,
				  _IOC(_IOC_READ | _IOC_WRITE, 0xCF, 2, sizeof(newer)), &newer), 0);
	ck_assert_uint_eq(reply.len, sizeof(stat));
	ck_assert_uint_eq(((struct containerfs_stat *)reply.buf)->size, sizeof(stat));
	stat.size = CONTAINERFS_STAT_SIZE_VER0 - 1;
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, CONTAINERFS_IOC_STAT, &stat), EINVAL);
	stat.size = sizeof(stat) + 1;
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, CONTAINERFS_IOC_STAT, &stat), EINVAL);
	stat.size = 0;
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, _IOC(_IOC_READ | _IOC_WRITE, 0xCF, 2, 2),
				  &stat), ENOTTY);

	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, CONTAINERFS_IOC_GET, NULL), EOPNOTSUPP);
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, _IO(0xCF, 4), NULL), ENOTTY);
	ck_assert_int_eq(ioctl_by(REQ, NODE(a, 0), &fi, _IOW(0xCF, 1, uint64_t), &newer), ENOTTY);
	close_dir(NODE(a, 0), &fi);

	/* no file has any */
	lookup(NODE(a, 0), "tasks");
	file = open_file(NODE(a, 1));
	ops->ioctl(REQ, NODE(a, 1), CONTAINERFS_IOC_STAT, NULL, &file, 0, &stat, sizeof(stat),
		   sizeof(stat));
	ck_assert_int_eq(reply.err, ENOTTY);
	ops->release(REQ, NODE(a, 1), &file);
}
END_TEST

START_TEST(refused)
{
	struct fuse_file_info fi = { 0 };

	ops->create(REQ, FUSE_ROOT_ID, "x", 0644, &fi);
	ck_assert_int_eq(reply.err, EACCES);
	ops->mknod(REQ, FUSE_ROOT_ID, "x", S_IFIFO, 0);
	ck_assert_int_eq(reply.err, EPERM);
	ops->symlink(REQ, "y", FUSE_ROOT_ID, "x");
	ck_assert_int_eq(reply.err, EPERM);
	ops->link(REQ, FUSE_ROOT_ID, FUSE_ROOT_ID, "x");
	ck_assert_int_eq(reply.err, EPERM);
	ops->unlink(REQ, FUSE_ROOT_ID, "tasks");
	ck_assert_int_eq(reply.err, EPERM);
	ops->rename(REQ, FUSE_ROOT_ID, "a", FUSE_ROOT_ID, "b", 1);
	ck_assert_int_eq(reply.err, EINVAL);
}
END_TEST

START_TEST(read_write)
{
	struct fuse_file_info fi = open_file(lookup(FUSE_ROOT_ID, "tasks"));
	static char big[8192];

	ops->read(REQ, 0, 4096, 0, &fi);
	ck_assert_uint_eq(reply.len, strlen(FAKE_TEXT));
	ops->read(REQ, 0, 3, 2, &fi);
	ck_assert(reply.len == 3 && !memcmp(reply.buf, "22\n", 3));
	ops->read(REQ, 0, 3, strlen(FAKE_TEXT), &fi);
	ck_assert_uint_eq(reply.len, 0);

	memset(big, 'x', sizeof(big));
	ops->write(REQ, 0, big, 4096, 7, &fi);
	ck_assert_int_eq(reply.err, 0);
	ck_assert_uint_eq(reply.len, 4096);
	ops->write(REQ, 0, big, 4097, 0, &fi);
	ck_assert_int_eq(reply.err, E2BIG);

	/* a number that a limit may have cut */
	fake_file_limit = 7;
	ops->write(REQ, 0, "123", 3, 4, &fi);
	ck_assert_int_eq(reply.err, EFBIG);
	ops->write(REQ, 0, "123", 3, 3, &fi);
	ck_assert_int_eq(reply.err, 0);
	ops->write(REQ, 0, "12\n", 3, 4, &fi);
	ck_assert_int_eq(reply.err, 0);
	fake_file_limit = UINT64_MAX;

	/* all by the task that looked it up and opened it; then by another thread */
	ck_assert_int_eq(fake_actors, 2);
	ck_assert_int_eq(fake_writer, 100);
	ops->write(fake_request(&super, 101), 0, "0", 1, 0, &fi);
	ck_assert_int_eq(fake_actors, 3);
	ck_assert_int_eq(fake_writer, 101);
	ops->release(REQ, 0, &fi);
	ck_assert_int_eq(fake_open_files, 0);

	reply.fails = true;
	ops->open(REQ, NODE(top, 1), &fi);
	ck_assert_int_eq(fake_open_files, 0);
}
END_TEST

/* An open for reading sets the present size, and drops the page cache. */
START_TEST(sizes)
{
	const fuse_ino_t ino = lookup(FUSE_ROOT_ID, "tasks");
	struct fuse_file_info fi = open_file(ino), cache = fi, wronly = { .flags = O_WRONLY };
	struct stat none = { 0 };

	ck_assert_int_eq(reply.entry.attr.st_size, 9);
	cache.lock_owner = 0;
	ops->read(REQ, ino, 4096, 0, &cache);
	ck_assert_int_eq(reply.err, EINVAL);

	/* more than the size that the kernel knows */
	fake_text_len = 7;
	ops->read(REQ, ino, 4096, 0, &fi);
	ck_assert(!reply.err && reply.len == 7);
	ops->release(REQ, ino, &fi);

	/* sent back once, whether or not the size is known better then */
	fi = (struct fuse_file_info){ .flags = O_RDONLY };
	ops->open(REQ, ino, &wronly);
	ck_assert_int_eq(reply.err, 0);
	ops->release(REQ, ino, &reply.fi);
	ops->open(REQ, ino, &fi);
	ck_assert_int_eq(reply.err, ESTALE);
	ck_assert(fake_invals == 1 && fake_inval == ino);
	ops->open(fake_request(&super, 101), ino, &fi);
	ck_assert_int_eq(reply.err, ESTALE);
	for (pid_t tid = 100; tid <= 101; tid++) {
		ops->open(fake_request(&super, tid), ino, &fi);
		ck_assert_int_eq(reply.err, 0);
		ops->release(REQ, ino, &reply.fi);
	}
	for (int i = 0; i < 3; i++) {
		ops->open(REQ, ino, &fi);
		ck_assert_int_eq(reply.err, ESTALE);
		ops->getattr(REQ, ino, NULL);
		ck_assert_int_eq(reply.attr.st_size, fake_text_len);
		fi = open_file(ino);
		/* a write makes the file longer for the kernel */
		ops->write(REQ, ino, "12", 2, 0, &fi);
		ops->write(REQ, ino, "12", 2, fake_text_len - 2, &fi);
		ck_assert_uint_eq(size_of(node_find(REQ, ino, &(unsigned int){ 0 }), 1),
				  fake_text_len);
		ops->write(REQ, ino, "12", 2, fake_text_len - 1, &fi);
		ops->release(REQ, ino, &fi);
		fi = (struct fuse_file_info){ .flags = O_RDONLY };
	}

	/* a truncation does not change the length */
	ops->setattr(REQ, ino, &none, FUSE_SET_ATTR_SIZE, NULL);
	ck_assert_int_eq(reply.attr.st_size, fake_text_len);
	fake_text_len--;

	/* as many as come again are remembered */
	for (pid_t tid = 200; tid < 200 + 64; tid++) {
		ops->open(fake_request(&super, tid), ino, &fi);
		ck_assert_int_eq(reply.err, ESTALE);
	}
	ops->open(fake_request(&super, 300), ino, &fi);
	ck_assert_int_eq(reply.err, 0);
	ops->release(REQ, ino, &reply.fi);
	fake_text_len = sizeof(FAKE_TEXT) - 1;
}
END_TEST

START_TEST(polling)
{
	fuse_ino_t ino = lookup(FUSE_ROOT_ID, "tasks");
	struct fuse_file_info a = open_file(ino), b = open_file(ino);

	fake_armed = true;
	ops->poll(REQ, 0, &a, fake_pollhandle());
	ops->poll(REQ, 0, &a, fake_pollhandle());
	ops->poll(REQ, 0, &b, fake_pollhandle());
	ck_assert_uint_eq(reply.events, 1);
	ck_assert_int_eq(fake_pollhandles, 2);
	host_file_event(top, 2);
	ck_assert_int_eq(fake_polls, 0);
	host_file_event(top, 1);
	ck_assert_int_eq(fake_polls, 2);
	/* a task that sleeps in an edge-triggered epoll(7) does not poll again */
	ck_assert_int_eq(fake_pollhandles, 2);
	host_file_event(top, 1);
	ck_assert_int_eq(fake_polls, 4);
	fake_armed = false;
	ops->poll(REQ, 0, &a, fake_pollhandle());
	ops->poll(REQ, 0, &a, NULL);
	ck_assert_int_eq(fake_pollhandles, 2);
	ops->release(REQ, 0, &a);
	ck_assert_int_eq(fake_pollhandles, 1);
	ops->poll(REQ, 0, &b, fake_pollhandle());	/* stays until the end */
}
END_TEST

TCase *handlers_tests(void)
{
	TCase *tc = tcase_create("handlers");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, node_ids);
	tcase_add_test(tc, stale);
	tcase_add_test(tc, forget);
	tcase_add_test(tc, many);
	tcase_add_test(tc, timeouts);
	tcase_add_test(tc, clones_invalidate);
	tcase_add_test(tc, listing);
	tcase_add_test(tc, listing_cached);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, vanished);
	tcase_add_test(tc, links);
	tcase_add_test(tc, leases);
	tcase_add_test(tc, lease_access);
	tcase_add_test(tc, ioctls);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, read_write);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, polling);
	return tc;
}

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "fuse_inode", CASES_TABLE(CASES));
}
