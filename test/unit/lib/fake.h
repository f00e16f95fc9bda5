/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A container that is none: a directory with the files that the library uses, whose ioctls
 * answer as the test says. What it holds are real namespaces, made by the test. So the way
 * in is tested without containerfs, and with answers that containerfs gives only rarely.
 */
#ifndef TEST_UNIT_LIB_FAKE_H
#define TEST_UNIT_LIB_FAKE_H

#include <limits.h>
#include <sys/types.h>

#include "lib.h"

struct fake {
	char			path[64];
	int			cfd;
	int			outer;		/* the directory that it is in, no fake */
	struct containerfs_stat	stat;		/* what IOC_STAT answers */
	int			stat_error;	/* unless this is set */
	int			ns[NS_NR], root; /* what IOC_GET gives, or -1 */
	int			leases;		/* IOC_LEASE came so many times */
};

/* One at a time; there are real namespaces of @types, the user namespace mapping each id to itself. */
extern struct fake fake;
void fake_open(unsigned int types);
void fake_close(void);
/* The held user namespace will map @count ids from 0 to @first...; setgroups is denied. */
void fake_map(unsigned int first, unsigned int count);
/* Also hold new namespaces of @types, owned by the held user namespace if @owned. */
void fake_hold(unsigned int types, bool owned);
void fake_hold_root(const char *path);
void fake_hold_cred(uid_t uid, gid_t gid);
/* The content of a file of it. */
const char *fake_file(const char *name);
void fake_write(const char *name, const char *text);
/*
 * Make the file one whose write(2) does not return until fake_unplug(), which gives what was
 * written.
 */
int fake_plug(const char *name);
void fake_unplug(int plug, char *buf, size_t size);

/* --- tools --- */

/* The namespace of the calling process, as a number. */
unsigned long my_ns(const char *name);
unsigned long fd_ns(int fd);
/* How many descriptors there are, and how many children. */
int count_fds(void);
bool has_children(void);
/* The only child of process @parent, as soon as there is one. */
pid_t wait_child_of(pid_t parent);
/* The exit status of @pid, or 1000 + its signal. */
int end_of(pid_t pid);
/* Can the root of user namespace @user trace process @pid?  0, or an errno. */
int trace_from(int user, pid_t pid);

#endif /* TEST_UNIT_LIB_FAKE_H */
