// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a container holds, as the kernel has it: open files.
 *
 * A namespace is held by an open file of nsfs, as /proc/PID/ns/NAME gives one, and a root by
 * an O_PATH file of its directory. A file keeps its namespace alive and in sight of listns(2),
 * which a plain reference would not on newer kernels; and everything that is done with a
 * file is exported. The handle of a hold is the address of its struct file.
 *
 * The files that namespaces are opened by are those of a mount of proc that only this module
 * has, because the writer may see no /proc, or that of another PID namespace. A PID namespace
 * without a process is not shown there. open_related_ns() opens it, and puts it for a moment
 * into the writer's table of descriptors.
 *
 * No file that is held belongs to a mount that somebody can see and may want to unmount,
 * but for the file of a root. It pins the mount of the root, as a task with that root does.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/proc_ns.h>
#include <linux/workqueue.h>

#include "ns_host.h"
#include "vfs.h"

#define PROC_PATH_MAX	64	/* TGID/task/TID/ns/time_for_children */

static DEFINE_MUTEX(proc_mutex);
static struct vfsmount *proc_mnt;	/* written under proc_mutex; NULL until it is needed */

struct proc_mounting {
	struct work_struct	work;
	struct vfsmount		*mnt;
};

static void proc_mount_fn(struct work_struct *work)
{
	struct proc_mounting *m = container_of(work, struct proc_mounting, work);
	struct file_system_type *type = get_fs_type("proc");

	m->mnt = ERR_PTR(-EOPNOTSUPP);
	if (type) {
		m->mnt = kern_mount(type);
		module_put(type->owner);
	}
}

/*
 * Mount proc, once. A mount of proc shows the PID namespace of whoever makes it, so a work
 * makes this one, in the initial namespace.
 */
static struct vfsmount *proc_get(void)
{
	struct proc_mounting m;

	mutex_lock(&proc_mutex);
	if (!proc_mnt) {
		INIT_WORK_ONSTACK(&m.work, proc_mount_fn);
		schedule_work(&m.work);
		flush_work(&m.work);
		destroy_work_on_stack(&m.work);
		if (IS_ERR(m.mnt)) {
			mutex_unlock(&proc_mutex);
			return m.mnt;
		}
		proc_mnt = m.mnt;
	}
	mutex_unlock(&proc_mutex);
	return proc_mnt;
}

static const char *ns_file_name(unsigned int type)
{
	if (type == CLONE_NEWTIME)
		return "time_for_children";
#define NAME_OF(name, bit) if (type == (bit)) return #name;
	CONTAINER_NAMESPACES(NAME_OF)
#undef NAME_OF
	return NULL;
}

/* A file of current's own namespace, for time that of its children; or ERR_PTR. */
static struct file *open_own(unsigned int type)
{
	const char *name = ns_file_name(type);
	struct vfsmount *mnt = proc_get();
	char path[PROC_PATH_MAX];
	struct path root;
	struct file *file;

	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	if (!name)
		return ERR_PTR(-EINVAL);
	root = (struct path){ .mnt = mnt, .dentry = mnt->mnt_root };
	snprintf(path, sizeof(path), "%d/task/%d/ns/%s", task_tgid_nr(current),
		 task_pid_nr(current), name);
	file = file_open_root(&root, path, O_RDONLY, 0);
	/* A kernel without this type of namespace has no file. */
	return file == ERR_PTR(-ENOENT) ? ERR_PTR(-EOPNOTSUPP) : file;
}

static struct ns_common *get_own_pid_ns(struct ns_common *unused)
{
	return &get_pid_ns(current->nsproxy->pid_ns_for_children)->ns;
}

static bool is_ns(const struct inode *inode)
{
	return inode->i_sb->s_magic == NSFS_MAGIC && S_ISREG(inode->i_mode);
}

/* The same for pid, that of current's children; it may have no process. */
static struct file *open_own_pid(void)
{
	struct ns_common *ns = &current->nsproxy->pid_ns_for_children->ns;
	struct file *file;
	int fd;

	if (!ns->ops)		/* this kernel has one PID namespace only */
		return ERR_PTR(-EOPNOTSUPP);
	fd = open_related_ns(NULL, get_own_pid_ns);
	if (fd < 0)
		return ERR_PTR(fd);
	file = fget(fd);
	close_fd(fd);
	/* Another thread of the writer may have put something else there. */
	if (file && !(is_ns(file_inode(file)) && get_proc_ns(file_inode(file)) == ns)) {
		fput(file);
		file = NULL;
	}
	return file ? file : ERR_PTR(-EBADF);
}

static struct file *open_own_root(void)
{
	struct file *file;
	struct path root;

	get_fs_root(current->fs, &root);
	file = dentry_open(&root, O_PATH | O_DIRECTORY, current_cred());
	path_put(&root);
	return file;
}

static int hold_file(struct file *file, unsigned int type, struct container_hold *hold)
{
	if (IS_ERR(file))
		return PTR_ERR(file);
	hold->type = type;
	hold->handle = (unsigned long)file;
	hold->inode = type == CONTAINERFS_HOLD_ROOT ? 0 : file_inode(file)->i_ino;
	return 0;
}

/* The writer is current, here and in the others. */
static int hold_own(const struct container_actor *writer, unsigned int type,
		    struct container_hold *hold)
{
	struct file *file;

	if (type == CONTAINERFS_HOLD_ROOT)
		file = open_own_root();
	else if (type == CLONE_NEWPID)
		file = open_own_pid();
	else
		file = open_own(type);
	return hold_file(file, type, hold);
}

/*
 * The namespace of @file, by a file that is opened on the kernel's own mount of nsfs: @file
 * may be on a file that the namespace was bound to, and would keep that mount busy.
 */
static struct file *reopen_ns(struct file *file)
{
	struct file *own = open_own(CLONE_NEWNS), *ns;
	struct path path;

	if (IS_ERR(own))
		return own;
	path = (struct path){ .mnt = own->f_path.mnt, .dentry = file->f_path.dentry };
	ns = dentry_open(&path, O_RDONLY, current_cred());
	fput(own);
	return ns;
}

static int hold_fd(const struct container_actor *writer, int fd, struct container_hold *hold)
{
	struct file *file = fget_raw(fd);	/* O_PATH is good enough */
	struct inode *inode;
	unsigned int type;
	int ret = -EINVAL;

	if (!file)
		return -EBADF;
	inode = file_inode(file);
	if (S_ISDIR(inode->i_mode)) {
		ret = hold_file(dentry_open(&file->f_path, O_PATH | O_DIRECTORY, current_cred()),
				CONTAINERFS_HOLD_ROOT, hold);
	} else if (is_ns(inode)) {
		type = compat_ns_type(get_proc_ns(inode));
		if (type & CONTAINER_NS_ALL)
			ret = hold_file(reopen_ns(file), type, hold);
	}
	fput(file);
	return ret;
}

static void hold_put(const struct container_hold *hold)
{
	fput((struct file *)(unsigned long)hold->handle);
}

struct file *containerfs_hold_open(const struct container_hold *hold)
{
	struct file *file = (struct file *)(unsigned long)hold->handle;
	int flags = hold->type == CONTAINERFS_HOLD_ROOT ? O_PATH | O_DIRECTORY : O_RDONLY;

	return dentry_open(&file->f_path, flags, current_cred());
}

static long writer_cred(const struct container_actor *writer, unsigned int *uid,
			unsigned int *gid, unsigned int *groups, unsigned int max)
{
	const struct cred *cred = current_cred();
	const struct group_info *info = cred->group_info;
	unsigned int i;

	*uid = from_kuid(&init_user_ns, cred->euid);
	*gid = from_kgid(&init_user_ns, cred->egid);
	for (i = 0; i < min_t(unsigned int, info->ngroups, max); i++)
		groups[i] = from_kgid(&init_user_ns, info->gid[i]);
	return info->ngroups;
}

/*
 * The engine's own count of what users have caused is all that there is. There are no links
 * to what is held, because no module can make a link that leads to a namespace:
 * CONTAINERFS_IOC_GET gives a descriptor instead.
 */
const struct ns_host_ops ns_host = {
	.describe	= containerfs_hooks_describe,
	.hold		= hold_own,
	.hold_fd	= hold_fd,
	.hold_put	= hold_put,
	.cred		= writer_cred,
	.keyring_new	= containerfs_keyring_new,
	.keyring_put	= containerfs_keyring_put,
};

/* Nobody mounts or writes any more. */
void containerfs_hold_exit(void)
{
	if (proc_mnt)
		kern_unmount(proc_mnt);
}
