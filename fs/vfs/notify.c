// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine does by itself, told to who waits: poll(2) and inotify.
 *
 * The engine tells under its lock, from hooks; fsnotify may sleep.  So an event
 * is noted, with a reference on its container, and delivered from a work item.
 * Notes are for watchers only: where there is no memory for one, it is dropped.
 *
 * Pollers share one wait queue; it is woken only when a file that somebody
 * polls has changed.
 */
#include <linux/fsnotify.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "vfs.h"

DECLARE_WAIT_QUEUE_HEAD(containerfs_poll_wait);

struct note {
	struct list_head	list;
	struct container	*dir;		/* a reference */
	unsigned int		node;		/* of the file that changed */
	u32			mask;
	char			name[];		/* of the clone that came or went */
};

static LIST_HEAD(notes);
static DEFINE_SPINLOCK(notes_lock);		/* protects notes; inside container_lock */

static void deliver(struct super_block *sb, const struct note *note)
{
	struct inode *inode = ilookup5(sb, containerfs_ino(note->dir, note->node),
				       containerfs_inode_is, (void *)note->dir);

	if (!inode)
		return;
	if (*note->name) {
		struct qstr name = QSTR_INIT(note->name, strlen(note->name));

		/* The object tells fsnotify() the superblock; the new one may have no inode. */
		fsnotify(note->mask | FS_ISDIR, inode, FSNOTIFY_EVENT_INODE, inode, &name, NULL, 0);
	} else {
		fsnotify_inode(inode, note->mask);
	}
	iput(inode);
}

struct delivery {
	struct containerfs_root	*root;
	const struct note	*note;
};

static void deliver_in(struct super_block *sb, void *arg)
{
	struct delivery *d = arg;

	if (sb->s_fs_info == d->root && sb->s_root)
		deliver(sb, d->note);
}

static void notes_work_fn(struct work_struct *work)
{
	struct delivery d;
	struct note *note;

	for (;;) {
		spin_lock(&notes_lock);
		note = list_first_entry_or_null(&notes, struct note, list);
		if (note)
			list_del(&note->list);
		spin_unlock(&notes_lock);
		if (!note)
			return;
		d.root = container_root(note->dir);
		d.note = note;
		iterate_supers_type(&containerfs_type, deliver_in, &d);
		container_put(note->dir);
		kfree(note);
	}
}
static DECLARE_WORK(notes_work, notes_work_fn);

static void note_add(struct container *dir, unsigned int node, u32 mask, const char *name)
{
	size_t len = strlen(name) + 1;
	struct note *note = kmalloc(sizeof(*note) + len, GFP_ATOMIC | __GFP_NOWARN);

	if (!note)
		return;
	note->dir = container_get(dir);
	note->node = node;
	note->mask = mask;
	memcpy(note->name, name, len);
	spin_lock(&notes_lock);
	list_add_tail(&note->list, &notes);
	spin_unlock(&notes_lock);
	schedule_work(&notes_work);
}

void host_clone_added(struct container *dir, struct container *child)
{
	note_add(dir, CONTAINER_NODE_DIR, FS_CREATE, container_name(child));
}

void host_clone_removed(struct container *dir, struct container *child)
{
	note_add(dir, CONTAINER_NODE_DIR, FS_DELETE, container_name(child));
}

void host_file_event(struct container *cont, unsigned int node)
{
	wake_up_all(&containerfs_poll_wait);
	note_add(cont, node, FS_MODIFY, "");
}

void containerfs_notify_exit(void)
{
	flush_work(&notes_work);
}
