/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside libcontainerfs.
 *
 *	stat.c		a container: what it is, its files
 *	held.c		what it holds, as descriptors
 *	enter.c		a child enters what is held
 *	child.c		children on stacks of their own; signals and cancellation at rest
 *	talk.c		a word between caller and child
 *	gate.c		who is first in, and the pieces that fork and spawn share
 *	fork.c, spawn.c, call.c		the three kinds of children
 *	fresh.c		namespaces made by a helper; create.c uses it
 *	stay.c		the helper's clone is to make no container
 *	wait.c, kill.c, root.c, mount.c, socket.c	the calls of these names
 *
 * "What is held" (held.c) and "how to enter" (enter.c) know of each other only by struct
 * held. Functions return -1 with errno, unless they run in a child: then an errno.
 */
#ifndef LIBCONTAINERFS_LIB_H
#define LIBCONTAINERFS_LIB_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "containerfs.h"
#include "uapi/containerfs.h"

#define API	__attribute__((visibility("default")))

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME		0x80
#endif

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

/* --- stat.c --- */

/* Fills *@stat. ENOTTY, EBADF, ENODEV. */
int cont_stat(int cfd, struct containerfs_stat *stat);
/* Open the control file @name of @cfd, closed on exec. */
int cont_file(int cfd, const char *name, int flags);
/* The first @size - 1 bytes of @fd, which is read from its start, with a NUL; their number. */
ssize_t read_text(int fd, char *buf, size_t size);
/* All of @fd, with a NUL; to be freed. */
char *read_whole(int fd);
/* Write @text to @fd in one write(2). */
int write_text(int fd, const char *text);

/* Leaves errno alone. Ignores -1. */
void close_fd(int fd);

/* --- held.c --- */

enum {
#define NS_ENUM_(name, bit)	NS_ ## name,
	CONTAINER_NAMESPACES(NS_ENUM_)
	NS_NR
};

struct ns_type {
	const char	*name;		/* "mnt" */
	unsigned int	type;		/* CLONE_NEWNS */
};
extern const struct ns_type ns_types[NS_NR];

struct held {
	unsigned int	types;		/* CLONE_NEW* and CONTAINERFS_HOLD_* that are here */
	int		ns[NS_NR];	/* -1: the caller's */
	int		root;		/* O_PATH, -1: that of the mount namespace */
	int		owned;		/* a file that is owned by the held user and group, or -1 */
	uid_t		uid;		/* in the caller's user namespace */
	gid_t		gid;
	gid_t		*groups;	/* supplementary ones */
	size_t		nr_groups;
	int		keyring;	/* 0: none */
};

/*
 * Fill *@held with what of @types the container holds; @stat is brought up to date. EPERM: it
 * may not be used. held_close() lets go; held_none() is a *@held of nothing.
 */
void held_none(struct held *held);
int held_open(int cfd, struct containerfs_stat *stat, unsigned int types, struct held *held);
void held_close(struct held *held);
/* One of them as a new descriptor. ENOENT. */
int held_get(int cfd, unsigned int type);

/* --- enter.c: in a child, and only system calls. 0 or an errno. --- */

/* Nothing of the caller's memory is seen by whoever is in the container. */
int enter_hidden(void);
/* The namespaces @types of @held, which may include CLONE_NEWUSER. */
int enter_namespaces(const struct held *held, unsigned int types);
/* All of @held but the PID namespace, which is the fork's matter. */
int enter_held(const struct held *held);

/* --- child.c --- */

/* No signal is handled and no cancellation is acted upon in this thread, for a while. */
struct calm {
	sigset_t	mask;
	int		cancel;
};
void calm_begin(struct calm *calm);
void calm_end(const struct calm *calm);		/* leaves errno alone */

/*
 * A child that runs @fn(@arg) on a stack of its own and exits with what that returns. @flags
 * as of clone(2), with CLONE_VFORK or without CLONE_VM. It has no fork handlers. The stack is
 * freed at once, because with CLONE_VFORK the child is done with it, and without CLONE_VM it
 * is a copy. Returns the child's id. In a calm only.
 */
pid_t child_start(int (*fn)(void *), void *arg, int flags, int *pidfd);
/* Memory that a child shares even if it has a copy of all other; zeroed. */
void *shared_alloc(size_t size);
void shared_free(void *p, size_t size);

/* The thread's children are born in the PID namespace @pidns until thread_back(). */
struct thread_pidns {
	int	self;		/* -1: not elsewhere */
};
int thread_go(struct thread_pidns *there, int pidns);
void thread_back(struct thread_pidns *there);

/* --- talk.c --- */

/* What a child says when it has come to a point, or failed before. */
struct word {
	int	error;		/* errno */
	int	pid;		/* its id in its own PID namespace */
};

/*
 * Two ends, and a pidfd of either side: a process that was forked elsewhere at the same
 * time may hold copies of the ends, so no end-of-file tells of the other side's death.
 */
struct talk {
	int	end[2];		/* the caller's, the child's */
	int	pidfd[2];	/* of the child, known to the caller; of the caller */
};
int talk_open(struct talk *talk);
void talk_close(struct talk *talk);
int talk_say(struct talk *talk, bool child, const struct word *word);
/* ECANCELED: the other side is dead. */
int talk_hear(struct talk *talk, bool child, struct word *word);

/* --- gate.c --- */

/* What fork and spawn need of the container, opened by the caller. */
struct gate {
	int			cfd;
	unsigned int		flags;		/* CONTAINER_INIT */
	struct containerfs_stat	stat;
	struct held		held;
	int			procs;		/* cgroup.procs */
	int			init;		/* container.init, locked, or -1: no init is due */
	bool			taken;		/* the PID namespace has lost its process 1 */
	int			below;		/* where the child goes, or -1: to @cfd */
	int			below_procs, below_init;	/* files of @below, or -1 */
};
/* EINVAL: @flags. ECANCELED: dead. */
int gate_open(struct gate *gate, int cfd, unsigned int flags);
/* The child enters what @cfd holds, but goes to @below; CONTAINER_INIT means @below's init. */
int gate_open_below(struct gate *gate, int cfd, int below, unsigned int flags);
void gate_close(struct gate *gate);
/* Also unlocks. In the child that remains. */
void gate_close_in_child(struct gate *gate);
/* Is the process an init, that says it is process @nspid of its PID namespace? */
bool gate_is_init(const struct gate *gate, int nspid);
/* fork() has failed with @error: what that means here. */
int gate_fork_error(const struct gate *gate, int error);

/* --- fresh.c --- */

/* Namespaces that a helper process makes, and holds in a container. */
struct fresh {
	unsigned int	types;		/* CLONE_NEW* */
	bool		empty;		/* the mount namespace has only a tmpfs */
	bool		root, cred, keyring;	/* are held, too */
	const int	*fds;		/* are held, too */
	unsigned int	nr_fds;
	int		user;		/* a user namespace that owns them, or -1 */
	const char	*uid_map, *gid_map;	/* NULL: each id to itself */
	const char	*hostname, *time_offsets;
};
int fresh_hold(int cfd, const struct fresh *fresh);

/* --- stay.c --- */

/*
 * What a child of the calling thread needs so that its next clone makes no container in the
 * hierarchy of @cfd. When it has ended, stay_close().
 */
struct stay {
	int	next_name;	/* ns.next_name of the container that it is in */
	int	procs;		/* or is to move to first: cgroup.procs of @cfd; else -1 */
	bool	notify;		/* notify_on_release of @cfd is 0 for the while */
};
int stay_open(struct stay *stay, int cfd, const struct containerfs_stat *stat);
void stay_close(struct stay *stay, int cfd);
/* In the child, before the clone; 0 or an errno. EPERM: it was moved meanwhile. */
int stay_ask(const struct stay *stay);

#endif /* LIBCONTAINERFS_LIB_H */
