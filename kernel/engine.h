/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line between the engine and its hosts: what a host calls.
 *
 * What a host supplies (host_*) is in engine_host.h, included at the end.  Neither
 * includes anything else, so that they read the same in the kernel, in the
 * engine's user-space build (shims only) and in user space proper (libc only);
 * only plain C types cross the line.
 *
 * Errors are negative errno everywhere; no pointer return encodes one.
 *
 * Locking: the engine has one lock, container_lock (see container.h).  A function here
 * takes it unless its comment says "does not lock" or "under the lock".  Such a function
 * is called while the lock is held, which is so in the host functions and callbacks that
 * are marked atomic; or by a host that calls the engine from one thread only.
 *
 * References: a struct container, css_group or containerfs_root that a
 * function hands out "with a reference" must be put by the host.
 */
#ifndef _CONTAINERFS_ENGINE_H
#define _CONTAINERFS_ENGINE_H

struct containerfs_root;	/* a hierarchy */
struct container;
struct container_file;		/* an open control file */
struct css_group;		/* one distinct set of memberships */
struct container_task;		/* the engine's record of a task it tracks */

/*
 * The task that acts.  The host fills it from the opener of a file (credentials) or from
 * the caller (tid, pid namespace): see each function.
 */
struct container_actor {
	unsigned int		euid;		/* in the initial user namespace */
	_Bool			sys_admin;	/* CAP_SYS_ADMIN there */
	int			tid;		/* acting thread, initial pid namespace */
	unsigned long long	pid_ns;		/* host's handle; 0: the initial one */
	unsigned int		pid_ns_level;
};

/*
 * What a host says about a live task.  @key is the address of its task_struct, which
 * names the task for as long as it lives.  The numbers of the task may change at any
 * moment.
 */
struct container_task_info {
	unsigned long		key;
	int			tid, tgid;	/* initial pid namespace */
	unsigned int		uid, suid;
	int			nr_threads;	/* of its process */
	unsigned int		flags;
	unsigned long long	cookie;		/* the host's own, see host_task_set_group() */
};
#define CONTAINER_TASK_UNMOVABLE	0x1	/* kthreadd, bound kernel threads */
#define CONTAINER_TASK_EXITING		0x2
#define CONTAINER_TASK_KTHREAD		0x4
/*
 * The host itself.  An attach of it does nothing and succeeds, so that a script which
 * moves everything in `tasks` is not stopped by a task that cgroup v1 does not have.
 */
#define CONTAINER_TASK_HOST		0x8

/* a set of file attributes; times in ns since the epoch */
struct container_attr {
	unsigned int		mode;		/* with S_IFMT */
	unsigned int		uid, gid;	/* initial user namespace */
	unsigned int		nlink;
	unsigned long long	atime, mtime, ctime;
};
#define CONTAINER_ATTR_MODE	0x01
#define CONTAINER_ATTR_UID	0x02
#define CONTAINER_ATTR_GID	0x04
#define CONTAINER_ATTR_ATIME	0x08
#define CONTAINER_ATTR_MTIME	0x10

/* index of a node in its directory: 0 the directory itself, else 1 + number of the control file */
#define CONTAINER_NODE_DIR	0u
#define CONTAINER_NODE_BITS	7	/* an index has so many; hosts make inode numbers with it */
#define CONTAINER_NODES_MAX	(1u << CONTAINER_NODE_BITS)

/* ---------------------------------------------------------------------------
 * What a host calls
 */

/*
 * Bring the engine up; -ENOMEM, -ENOSPC if it has more control files than nodes, -EINVAL
 * if the table of a subsystem is not complete.  Down:
 * nothing may be mounted and no hook may run any more; hierarchies that live on
 * without a mount, their containers and all records of tasks go.  After that,
 * container_engine_free(), once the host has put all its references; may sleep.
 */
int container_engine_init(void);
void container_engine_exit(void);
void container_engine_free(void);

/* --- hierarchies: kernel/hierarchy.c --- */

/*
 * Find or make the hierarchy that @options (comma separated, may be NULL or
 * empty for "all") asks for.  Returns it with a reference and counted as
 * mounted once more.  -EINVAL, -EBUSY, -ENOENT, -ENOMEM as cgroup v1; @msg
 * (of @msglen bytes) then says in one sentence which option was wrong and what
 * is accepted, and on success holds a warning or is empty.
 */
int hierarchy_mount(const char *options, const struct container_actor *actor,
		    char *msg, unsigned long msglen,
		    struct containerfs_root **rootp);
/*
 * Undo one hierarchy_mount(); the last one makes a hierarchy die, now, unless it
 * has a container that container_mkdir() made.  Tasks that are in its containers
 * are in none then.  Waits for release agents that are due.
 */
void hierarchy_umount(struct containerfs_root *root);
/*
 * Change a mounted hierarchy into what @options say; nothing said is no change.
 * -EINVAL (flags, name), -EBUSY (it has containers; a subsystem is elsewhere),
 * -ENOMEM, with @msg as above.
 */
int hierarchy_remount(struct containerfs_root *root, const char *options,
		      const struct container_actor *actor,
		      char *msg, unsigned long msglen);
/*
 * The options as the mount table shows them: a leading comma each; comma,
 * space, tab, newline and backslash within one in octal.  Returns their length,
 * or @size if they do not fit.
 */
int hierarchy_show_options(struct containerfs_root *root, char *buf, unsigned long size);
/* The top container; borrowed, lives as long as the hierarchy. */
struct container *hierarchy_top(struct containerfs_root *root);
int hierarchy_id(const struct containerfs_root *root);
/* How many containers it has, with the top one. */
unsigned long hierarchy_containers(const struct containerfs_root *root);
/* One word for the host: its superblock or connection.  NULL at first. */
void *hierarchy_host(const struct containerfs_root *root);
void hierarchy_set_host(struct containerfs_root *root, void *host);
/* Live hierarchies, mounted or not. */
int hierarchy_count(void);
/* Call @fn for each hierarchy, oldest first, until it returns non-zero; no lock held in @fn. */
int hierarchy_for_each(int (*fn)(struct containerfs_root *root, int mounted, void *arg),
		       void *arg);
/* One line a subsystem, as container.subsystems shows it; snprintf's return value. */
int container_subsys_describe(char *buf, unsigned long size);

/* --- the tree: kernel/container.c --- */

struct container *container_get(struct container *cont);
void container_put(struct container *cont);
unsigned long long container_id(const struct container *cont);	/* unique for ever, >= 1 */
/* Its name, "" for the top; under the lock, as a rename changes it. */
const char *container_name(const struct container *cont);
struct containerfs_root *container_root(const struct container *cont);
/* Made by container_clone(), so it may vanish without an rmdir. */
_Bool container_is_clone(const struct container *cont);
_Bool container_is_removed(const struct container *cont);
/* Its init has exited, or its last lease was closed, or that of a container above. */
_Bool container_is_dead(const struct container *cont);
/* The parent with a reference; the top container is its own parent. */
struct container *container_parent(struct container *cont);
/* How many tasks are in it, not below; of the top by a walk over all tasks.  Does not lock. */
unsigned long container_count_tasks(struct container *cont);
/* The container of @root that task @key is in, with a reference. */
struct container *container_of_task(struct containerfs_root *root, unsigned long key);
/* Path below the hierarchy's root, "/" for the top; length, or -ENAMETOOLONG. */
int container_path(struct container *cont, char *buf, unsigned long size);

/*
 * Find @name in @dir: a child container (with a reference in *@child, *@node
 * CONTAINER_NODE_DIR) or a control file (*@child NULL, *@node its index).  Some control
 * files are symbolic links (S_IFLNK in the mode), which come and go: host_links_changed().
 * -ENOENT, -ENAMETOOLONG.
 */
int container_lookup(struct container *dir, const char *name,
		     struct container **child, unsigned int *node);
/* -EEXIST, -EINVAL (newline), -ENAMETOOLONG, -ENODEV (@dir removed), -EPERM (ns_rules). */
int container_mkdir(struct container *dir, const char *name, unsigned int mode,
		    unsigned int uid, unsigned int gid,
		    const struct container_actor *actor, struct container **child);
/* Does container_mkdir() in @dir look at the actor?  (If not, it may be left empty.) */
_Bool container_mkdir_asks(const struct container *dir);
/* -EBUSY (tasks or children), -ENOENT, -ENOTDIR (a control file). */
int container_rmdir(struct container *dir, const char *name);
/* Within one directory only: -EIO for another parent, -EEXIST, -ENOTDIR, -EINVAL as v1. */
int container_rename(struct container *dir, const char *name,
		     struct container *newdir, const char *newname);
/* Grows with every change to the names in @dir. */
unsigned long long container_generation(const struct container *dir);

/*
 * List @dir from position @pos on (0 at first) until @fn returns non-zero.
 * Control files first, then children in a stable order; an entry present
 * throughout is listed exactly once whatever comes and goes meanwhile.  *@end is
 * set if it is 0, and children made later are left out, so that a listing ends
 * however fast the directory grows; NULL: all that there are.
 * @fn is called under the lock (atomic); @next is the position behind the
 * entry, for a later call.
 */
typedef int (*container_filldir_t)(void *arg, const char *name, unsigned int namelen,
				   struct container *child, unsigned int node,
				   unsigned long long next);
int container_readdir(struct container *dir, unsigned long long pos, unsigned long long *end,
		      container_filldir_t fn, void *arg);

/*
 * Attributes of @node of @cont, also when that has been removed and somebody has it open;
 * -ENOENT if there is no such node.
 */
int container_getattr(struct container *cont, unsigned int node, struct container_attr *attr);
int container_setattr(struct container *cont, unsigned int node,
		      const struct container_attr *attr, unsigned int valid);
/*
 * Extended attributes of a node, as kernfs keeps them.  The host lets nobody set or
 * remove those of user but the node's owner and who may act as such: -EPERM.
 * Sizes and errors as getxattr(2) etc.
 */
long container_getxattr(struct container *cont, unsigned int node, const char *name,
			void *value, unsigned long size);
int container_setxattr(struct container *cont, unsigned int node, const char *name,
		       const void *value, unsigned long size, int flags);
/* @trusted: whoever asks may see those of that name space. */
long container_listxattr(struct container *cont, unsigned int node, _Bool trusted, char *list,
			 unsigned long size);
int container_removexattr(struct container *cont, unsigned int node, const char *name);

/* --- control files: kernel/file.c --- */

/*
 * Open control file @node for an opener whose credentials rule later writes.
 * -ENODEV, -EINVAL (a symbolic link).
 */
int container_file_open(struct container *cont, unsigned int node,
			const struct container_actor *opener,
			struct container_file **filep);
void container_file_release(struct container_file *file);
/*
 * How many bytes @reader would read from control file @node now; 0 for what cannot be
 * read.  Nothing counts as read by this.
 */
unsigned long container_file_size(struct container *cont, unsigned int node,
				  const struct container_actor *reader);
/*
 * The file's text from @pos on: *@data is borrowed until container_file_read_end(),
 * which follows in any case; until then other readers of @file wait.  Returns how many
 * bytes it has, 0 at the end, or an error.  The text is made anew when @pos is 0, so
 * that one descriptor reads a consistent whole; but see kernel/shared_list.c, for which
 * end() is told how many bytes the reader took.
 * @reader: whose pid namespace and, in container.where, who asks.
 */
long container_file_read_begin(struct container_file *file, const struct container_actor *reader,
			       unsigned long long pos, const char **data);
void container_file_read_end(struct container_file *file, unsigned long taken);
/* One whole write(2): @len bytes at @buf, which has room for a NUL behind.  @len or an error. */
long container_file_write(struct container_file *file, const struct container_actor *writer,
			  char *buf, unsigned long len);
/*
 * What poll(2) reports now, EPOLL* bits.  @armed: the host will be told by
 * host_file_event() of the next change.
 */
unsigned int container_file_poll(struct container_file *file, _Bool *armed);
struct container *container_file_container(const struct container_file *file);
unsigned int container_file_node(const struct container_file *file);

/* --- the container as an object: kernel/hold.c, init.c, lease.c --- */

/*
 * Fill *@stat, all of it, for @caller.  -ENODEV: @cont was removed.  May sleep.
 */
struct containerfs_stat;
int container_stat(struct container *cont, const struct container_actor *caller,
		   struct containerfs_stat *stat);
/*
 * An open directory (or file) of @cont is a lease from now on: @flags are
 * CONTAINERFS_LEASE_*, with KILL.  -EINVAL (flags, the top container), -ECANCELED (@cont is
 * dead), -ENODEV.  The host calls container_lease_end() with the same flags at its last
 * close.  A file that has written to container.lease is ended by container_file_release().
 * Whoever asks must be allowed to write container.lease; that is for the host to find out.
 * May sleep.
 */
int container_lease(struct container *cont, unsigned int flags);
void container_lease_end(struct container *cont, unsigned int flags);
/* Is @node of @cont a symbolic link, there or not?  Does not lock. */
_Bool container_is_link(const struct container *cont, unsigned int node);
/* The text of the symbolic link @node; its length, -ENOENT, -EINVAL (no link), -ENAMETOOLONG. */
int container_readlink(struct container *cont, unsigned int node, char *buf, unsigned long size);
/* What @cont holds of @type, with a reference; -ENOENT, -EINVAL (@type), -ENODEV. */
struct container_held;
struct container_hold;
int container_hold_get(struct container *cont, unsigned int type, struct container_held **heldp);
/* What the host said of it; lives as long as the reference.  No lock. */
const struct container_hold *container_held_hold(const struct container_held *held);
void container_held_put(struct container_held *held);	/* may sleep */

/* --- tasks: kernel/task.c.  All atomic: callable from a tracepoint. --- */

/*
 * The record of task @key, or NULL if the task is not tracked, because it is in top
 * containers only.  This function and those that take a record do not lock.
 */
struct container_task *container_task_find(unsigned long key);
/* Has task @key a record?  Needs no lock. */
_Bool container_task_tracked(unsigned long key);
unsigned long long container_task_cookie(const struct container_task *task);
void container_task_set_cookie(struct container_task *task, unsigned long long cookie);
/* The group of @task; borrowed, valid while the task stays in it. */
struct css_group *container_task_group(const struct container_task *task);
void container_task_ids(const struct container_task *task, int *tid, int *tgid);

/*
 * Task @key is in @group now: a child that is being born, or a task whose membership the
 * host has read from the kernel (containerfsd).  Calls no can_attach.  -ENOMEM: the task
 * is in the top containers.
 */
int container_task_enter(unsigned long key, int tid, int tgid,
			 struct css_group *group, unsigned long long cookie);
/* The host has seen that task @key is being killed: see kill_sync() of the host. */
void container_task_killed(unsigned long key);
/* The ids of task @key changed, because a thread that is not the leader called exec. */
void container_task_rename(unsigned long key, int tid, int tgid);
/* Call @fn for each tracked task until it is non-zero; under the lock; @fn changes no table. */
int container_task_for_each(int (*fn)(struct container_task *task, unsigned long key, void *arg),
			    void *arg);

/* --- the life of a task: kernel/fork.c.  All atomic, likewise. --- */

/*
 * The fork hook of a host that knows parents: @child is born where @parent is, or in the
 * destination if its process is being moved.  The host need not call it if the parent is
 * not tracked and container_births_follow() is false for the child's process (this needs
 * no lock).  1: the child is being killed, and must get SIGKILL before it runs.
 */
_Bool container_births_follow(int tgid);
int container_task_fork(unsigned long parent, unsigned long child, int tid, int tgid);
/* Task @key exits.  It leaves every container now, not when it is reaped. */
void container_task_exit(unsigned long key);

/*
 * Thread @key is about to make the task @child: 0, or the error with which the fork is
 * to fail (-EAGAIN), because a limit forbids it.  What was agreed to is taken over by
 * container_task_fork() or container_clone_task() with that creator, or given back by
 * container_fork_failed().  All by the thread itself.
 */
int container_fork_begins(unsigned long key, unsigned long child);
/* The fork failed, if thread @key was making @child. */
void container_fork_failed(unsigned long key, unsigned long child);
/* Task @key, which has exited, is reaped. */
void container_task_reaped(unsigned long key);

/* --- css_groups: kernel/css_group.c --- */

struct css_group *css_group_init(void);		/* all top containers; borrowed, immortal */
struct css_group *css_group_get(struct css_group *group);
void css_group_put(struct css_group *group);
/*
 * One number of the host, by which it knows the group; 0: the host does not know the
 * group.  The host always knows the init group.  Neither function locks.
 */
unsigned long long css_group_cookie(const struct css_group *group);
void css_group_set_cookie(struct css_group *group, unsigned long long cookie);
/*
 * What a host whose hooks decide by themselves must know of a group.  The engine says
 * it when the host meets the group and when something changes: see host_css_groups
 * and container_clone().
 */
struct css_group_facts {
	unsigned int		watch;		/* CSS_GROUP_WATCH_* */
	/* clones of its tasks: the CLONE_NEW* flags that make one, and the limits */
	unsigned int		clone_mask;	/* 0: none does */
	unsigned int		clone_levels;	/* of clones below; or CSS_GROUP_UNLIMITED */
	_Bool			clone_full;	/* there are as many as there may be: see below */
	_Bool			clones_charged;	/* a clone's container charges what its tasks use */
	_Bool			clones_counted;	/* and counts them */
	/*
	 * How many clones, empty ones too, one user may cause, the same in all groups;
	 * or CSS_GROUP_UNLIMITED.
	 */
	unsigned int		user_clones;
	_Bool			charged;	/* what its tasks use is charged to a container */
	unsigned long long	counter;	/* id of the container that counts its tasks, 0: none */
	unsigned long long	rules;		/* as devices_host.add_rules() was told, 0: none */
};
#define CSS_GROUP_UNLIMITED	(~0u)
#define CSS_GROUP_WATCH_EMPTY	0x1	/* the last task's exit needs the host's attention */
#define CSS_GROUP_WATCH_ALL	0x2	/* so does any change: a poller waits */
#define CSS_GROUP_WATCH_CPUS	0x4	/* so does any change of a task's affinity */
#define CSS_GROUP_WATCH_CLONE	0x8	/* so does a clone, at once */
#define CSS_GROUP_WATCH_KILL	0x10	/* children of its tasks are to be killed: kill_sync() */
#define CSS_GROUP_WATCH_EMPTIES	0x40	/* so does every so many of these becoming empty */
/*
 * The same now, for a host that has used up a watch: the engine does not say that a
 * watch has ended.  Nor does it say when a full container gets room; but then
 * container_clones_left() has grown, which needs no lock.
 */
void css_group_get_facts(const struct css_group *group, struct css_group_facts *facts);
unsigned long long container_clones_left(void);

/* --- container_clone(): kernel/clone.c --- */

struct container_clone_info {
	int		pid;		/* tgid of the task that gets the container */
	unsigned long	namer;		/* key of the task whose ns.next_name counts */
	unsigned int	flags;		/* CLONE_NEW* that were made */
	/*
	 * Whose it is: the real uid of the task or, in a user namespace, the owner of the
	 * outermost one, unless that is root, who made it for others.
	 */
	unsigned int	user;
	_Bool		unlimited;	/* it has CAP_SYS_ADMIN and uid 0, both in the initial one */
	const char	*comm;
	/* The host's own number for this clone, which its ops are given back; 0: it has none. */
	unsigned long long host_word;
};
/*
 * A task of @from made itself namespaces: make it a container in every
 * hierarchy that clones.  Returns the css_group it belongs to now, with a
 * reference: a new one, or @from itself if nothing clones, the flags are not
 * selected, a limit is reached or memory is short (refusals are counted).
 * *@facts are that group's, for a host that does not know it; NULL: not wanted.
 * Atomic.  The caller moves the task: container_task_enter().
 */
struct css_group *container_clone(struct css_group *from, const struct container_clone_info *info,
				  struct css_group_facts *facts);
/*
 * The same and the move, in one step, for a host whose hooks run on the task:
 * task @key (a child of @info->namer, or that task itself) is in its container
 * when this returns.  True: as the 1 of container_task_fork().
 */
_Bool container_clone_task(unsigned long key, int tid, int tgid,
			  const struct container_clone_info *info);

/* The host has refused @nr clones of tasks of @group. */
void container_clone_refused(struct css_group *group, unsigned long long nr);

/* --- deferred work: kernel/release.c --- */

/*
 * Remove empty clones beyond keep_empty, run release agents.  The host calls
 * it, from where it may sleep, soon after host_work_pending(), when it knows
 * that no fork into an empty container is on its way any more.
 */
void container_run_work(void);
/*
 * A part of it, for a host that has requests to serve; the engine calls host_work_pending()
 * if there is more.
 */
void container_run_some_work(void);
#include "engine_host.h"

#endif /* _CONTAINERFS_ENGINE_H */
