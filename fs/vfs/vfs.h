/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerfs.ko, the kernel host: what its parts ask of each other.
 *
 * The engine owns tree, names, attributes and texts. The VFS's inodes and dentries are
 * looked up in the engine on demand and revalidated, because the hooks (hooks.c) make and
 * remove containers where the VFS cannot be called.
 *
 * Each hierarchy has one superblock. An inode holds a reference on its container, so the
 * containers of a hierarchy outlive every inode. The superblock counts as a mount of the
 * hierarchy, so the hierarchy outlives the superblock.
 *
 * Locks: the VFS's, i_lock included, then the engine's.
 */
#ifndef _CONTAINERFS_VFS_H
#define _CONTAINERFS_VFS_H

#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>

#include "compat.h"
#include "engine.h"
#include "uapi/containerfs.h"

struct containerfs_inode {
	struct inode		inode;
	struct container	*cont;		/* a reference */
	unsigned int		node;		/* index in it */
};

static inline struct containerfs_inode *CONTAINERFS_I(const struct inode *inode)
{
	return container_of(inode, struct containerfs_inode, inode);
}

static inline struct container *inode_cont(const struct inode *inode)
{
	return CONTAINERFS_I(inode)->cont;
}

/* An inode number is the id of the container and, in the lowest bits, the index of the node. */
static inline unsigned long containerfs_ino(struct container *cont, unsigned int node)
{
	return container_id(cont) << CONTAINER_NODE_BITS | node;
}

/* Fill @actor for current, with its present credentials. */
void containerfs_actor(struct container_actor *actor);
/* The same without credentials, for reads and writes, where those of the opener count. */
void containerfs_user(struct container_actor *actor);

/* super.c */
extern struct file_system_type containerfs_type;

/* inode.c */
int __init containerfs_inode_init(void);
void containerfs_inode_exit(void);
struct inode *containerfs_alloc_inode(struct super_block *sb);
void containerfs_free_inode(struct inode *inode);
void containerfs_evict_inode(struct inode *inode);
/* The inode of @node of @cont; it holds a reference on @cont. ERR_PTR: -ENOMEM, -ENODEV (gone). */
struct inode *containerfs_iget(struct super_block *sb, struct container *cont, unsigned int node);
/* A test for ilookup5(): is @inode of the container @data? Its number says which node. */
int containerfs_inode_is(struct inode *inode, void *data);
extern const struct xattr_handler *const containerfs_xattr_handlers[];
extern const struct inode_operations containerfs_file_iops;
int containerfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
			u32 mask, unsigned int flags);
int containerfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
ssize_t containerfs_listxattr(struct dentry *dentry, char *list, size_t size);

/* dir.c: what an open directory keeps */
struct containerfs_open_dir {
	unsigned long long	end;		/* where the listing that is under way ends */
	struct mutex		lock;		/* protects lease */
	unsigned int		lease;		/* CONTAINERFS_LEASE_*; 0: it is none */
};

extern const struct inode_operations containerfs_dir_iops;
extern const struct file_operations containerfs_dir_fops;
extern const struct dentry_operations containerfs_dops;

/* file.c */
extern const struct file_operations containerfs_file_fops;

/* ioctl.c */
long containerfs_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);

/*
 * hold.c: open once more what is held, with a reference on it; ERR_PTR. exit() when no task
 * can write any more.
 */
struct container_hold;
struct file *containerfs_hold_open(const struct container_hold *hold);
void containerfs_hold_exit(void);

/* keyring.c: serial number of a new keyring, or an error; revoke and let go of it. May sleep. */
int containerfs_keyring_new(const char *description);
void containerfs_keyring_put(int serial);

/* init.c: a thread of an init, current, is at the hook of exits. Atomic. */
void containerfs_init_exits(struct task_struct *task, bool group_dead);

/* notify.c: tell pollers and inotify what the engine did by itself */
void containerfs_notify_exit(void);
extern wait_queue_head_t containerfs_poll_wait;

/* freezer.c: let all tasks go, and wait until they have left; no hook runs any more */
void containerfs_freezer_exit(void);

/* devices.c: find out what the kernel can do; at exit wait until all tasks have left the code */
void __init containerfs_devices_init(void);
void containerfs_devices_exit(void);

/*
 * forks.c: the hooks that are on by need. settle() waits until those are on that the
 * engine wants. exit() removes them; a last settle() comes after the engine's exit, which
 * may still ask for a change.
 */
void __init containerfs_forks_init(void);
void containerfs_forks_settle(void);
void containerfs_forks_exit(void);

/* host.c: work; kill() sends SIGKILL to the process of @task, in any context */
int __init containerfs_host_init(void);
void containerfs_host_exit(void);
void containerfs_kill(struct task_struct *task);

/* cpuacct.c: does some hierarchy account CPU time, so that migrations matter? */
extern bool containerfs_migrations;

/* cpuset.c: CPU affinity */
int __init containerfs_cpuset_init(void);
void containerfs_cpuset_exit(void);

/* proc.c: /proc/containers; exit() waits for its readers */
int __init containerfs_proc_init(void);
void containerfs_proc_exit(void);

/*
 * hooks.c: the hooks; which of them see clones; and log how often a probe, which is now
 * removed, was not called
 */
struct kprobe;
const char *containerfs_hooks_describe(void);
int __init containerfs_hooks_init(void);
void containerfs_hooks_exit(void);
void containerfs_probe_missed(const struct kprobe *probe, unsigned long nr);

#endif /* _CONTAINERFS_VFS_H */
