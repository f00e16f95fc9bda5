// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell tasks in poll(2) and inotify what the engine does by itself.
 *
 * The engine calls this under its lock, from hooks, and fsnotify may sleep. So an event is
 * noted, with a reference on its container, and a work delivers it. Notes are for
 * watchers only: none is made if nothing in the hierarchy is watched, and a note for which
 * there is no memory is dropped.
 *
 * Pollers share one wait queue, which is woken only when a file that a task polls has
 * changed.
 */
#include <linux/fsnotify.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "vfs.h"

DECLARE_WAIT_QUEUE_HEAD(containerfs_poll_wait);

struct note {
	struct list_head	list;
	struct container	*cont;		/* a reference: where it happened */
	unsigned int		node;		/* of the file that changed */
	struct container	*child;		/* a reference: the clone added or gone; NULL */
	u32			mask;
	char			name[];		/* of the clone */
};

static LIST_HEAD(notes);
static DEFINE_SPINLOCK(notes_lock);		/* protects notes; inside container_lock */

static void deliver_note(struct super_block *sb, const struct note *note)
{
	struct inode *inode, *child;
	struct qstr name;

	/* If the VFS has no inode for it, it has no watchers. */
	inode = ilookup5(sb, containerfs_ino(note->cont, note->node), containerfs_inode_is,
			 note->cont);
	if (!inode)
		return;
	if (!note->child) {
		fsnotify_inode(inode, note->mask);
	} else if (!IS_ERR(child = containerfs_iget(sb, note->child, CONTAINER_NODE_DIR))) {
		name = (struct qstr)QSTR_INIT(note->name, strlen(note->name));
		fsnotify(note->mask | FS_ISDIR, child, FSNOTIFY_EVENT_INODE, inode, &name, NULL, 0);
		iput(child);
	}
	iput(inode);
}

static void note_free(struct note *note)
{
	container_put(note->cont);
	if (note->child)
		container_put(note->child);
	kfree(note);
}

struct delivery {
	struct containerfs_root	*root;
	const struct note	*note;
};

static void deliver_in(struct super_block *sb, void *arg)
{
	struct delivery *d = arg;

	if (sb->s_fs_info == d->root && sb->s_root)
		deliver_note(sb, d->note);
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
		d.root = container_root(note->cont);
		d.note = note;
		iterate_supers_type(&containerfs_type, deliver_in, &d);
		note_free(note);
	}
}
static DECLARE_WORK(notes_work, notes_work_fn);

/*
 * Is anything in the hierarchy watched? The superblock cannot be freed meanwhile: super.c
 * takes it out of reach one grace period before, and no grace period passes while the
 * engine's lock, a spinlock, is held.
 */
static bool hierarchy_watched(struct container *cont)
{
	struct super_block *sb;

	sb = hierarchy_host(container_root(cont));
	return sb && fsnotify_sb_has_watchers(sb);
}

static void note_add(struct container *cont, unsigned int node, struct container *child, u32 mask)
{
	const char *name = child ? container_name(child) : "";
	size_t len = strlen(name) + 1;
	struct note *note;

	if (!hierarchy_watched(cont))
		return;
	note = kmalloc(sizeof(*note) + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!note)
		return;
	note->cont = container_get(cont);
	note->node = node;
	note->child = child ? container_get(child) : NULL;
	note->mask = mask;
	memcpy(note->name, name, len);
	spin_lock(&notes_lock);
	list_add_tail(&note->list, &notes);
	spin_unlock(&notes_lock);
	schedule_work(&notes_work);
}

void host_clone_added(struct container *dir, struct container *child)
{
	note_add(dir, CONTAINER_NODE_DIR, child, FS_CREATE);
}

void host_clone_removed(struct container *dir, struct container *child)
{
	note_add(dir, CONTAINER_NODE_DIR, child, FS_DELETE);
}

/* This host has no links. */
void host_links_changed(struct container *cont)
{
}

void host_file_event(struct container *cont, unsigned int node)
{
	wake_up_all(&containerfs_poll_wait);
	note_add(cont, node, NULL, FS_MODIFY);
}

void containerfs_notify_exit(void)
{
	flush_work(&notes_work);
}
