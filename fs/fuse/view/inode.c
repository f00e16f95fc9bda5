// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes: what the kernel knows, attributes, and the table of all handlers.
 *
 * What the kernel may keep, so that a known path costs it no request:
 *  - Names of control files and of containers made by mkdir, for a day: such a
 *    container goes by rmdir only, through this superblock, and its files with
 *    it.  Names of clones not at all, since the daemon removes those by itself,
 *    and names that do not exist not at all.
 *  - Attributes, for a day, sizes until a file is opened (size.c).  The kernel
 *    drops by itself what its own requests change; what the daemon changes are
 *    the times and link count of a directory that gains or loses a clone.  For
 *    that one notification is sent if the kernel has them (known.attr_out).  It
 *    takes no inode lock in the kernel, unlike those about names, so the thread
 *    that serves may send it.
 *  - Listings: see dir.c.
 *
 * Requests per call, once the path is known (Linux 6.18): stat none, or GETATTR
 * after a change; chmod, chown, utimens SETATTR.  Opening with O_TRUNC makes a
 * SETATTR and a GETXATTR besides, for the kernel asks whether there are file capabilities to
 * drop; it would stop only if there were no extended attributes at all.
 */
#include "inode.h"
#include "dir.h"
#include "file.h"
#include "size.h"
#include "xattr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "uapi/containerfs.h"

#define KEEP_LONG	86400.0		/* seconds */
#define NSEC_PER_SEC	1000000000ull
#define MIN_BUCKETS	16
#define NGROUPS_SMALL	64		/* of who truncates a file with the set-group-ID bit */

_Static_assert(CONTAINER_NODES_MAX <= 1u << INODE_NODE_BITS, "a node index has INODE_NODE_BITS");

/* What the kernel knows of one connection. */
struct inode_table {
	struct inode_table	 *next;
	struct super		 *super;
	struct known		**buckets;
	size_t			  nr_buckets;	/* a power of two */
	size_t			  nr;
	struct known		  top;		/* in no bucket, never forgotten */
};

static struct inode_table *tables;	/* as few as there are mounted hierarchies */

/* --- the table --- */

static struct known **bucket_of(struct known **buckets, size_t nr_buckets, uint64_t id)
{
	return &buckets[(id * 0x9e3779b97f4a7c15ull >> 32) & (nr_buckets - 1)];
}

/* Without memory for it the old size serves as well, only slower. */
static void table_resize(struct inode_table *table, size_t nr_buckets)
{
	struct known **buckets = calloc(nr_buckets, sizeof(*buckets));
	struct known *k, *next, **head;

	if (!buckets)
		return;
	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (k = table->buckets[i]; k; k = next) {
			next = k->next;
			head = bucket_of(buckets, nr_buckets, k->id);
			k->next = *head;
			*head = k;
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->nr_buckets = nr_buckets;
}

static struct inode_table *table_new(struct super *s)
{
	struct inode_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table_resize(table, MIN_BUCKETS);
	if (!table->buckets) {
		free(table);
		return NULL;
	}
	table->super = s;
	table->top.cont = container_get(hierarchy_top(s->root));
	table->top.id = container_id(table->top.cont);
	table->top.listed = LISTED_MIXED;
	table->next = tables;
	tables = table;
	return table;
}

static struct inode_table *table_of(const struct super *s)
{
	struct inode_table *table;

	for (table = tables; table; table = table->next)
		if (table->super == s)
			break;
	return table;
}

static struct known *table_find(struct inode_table *table, uint64_t id)
{
	struct known *k;

	if (id == table->top.id)
		return &table->top;
	k = *bucket_of(table->buckets, table->nr_buckets, id);
	while (k && k->id != id)
		k = k->next;
	return k;
}

/* The entry of @cont, made if there is none; NULL: no memory. */
static struct known *table_add(struct inode_table *table, struct container *cont)
{
	uint64_t id = container_id(cont);
	struct known *k = table_find(table, id), **head;

	if (k)
		return k;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	if (table->nr >= table->nr_buckets)
		table_resize(table, table->nr_buckets * 2);
	k->cont = container_get(cont);
	k->id = id;
	k->listed = LISTED_MIXED;
	head = bucket_of(table->buckets, table->nr_buckets, id);
	k->next = *head;
	*head = k;
	table->nr++;
	return k;
}

static void known_free(struct known *k)
{
	container_put(k->cont);
	size_free(k);
	free(k);
}

/* The kernel gives @nlookup of its lookups back; the last one ends what it knows. */
static void table_forget(struct inode_table *table, struct known *k, uint64_t nlookup)
{
	struct known **pos;

	k->nlookup -= nlookup < k->nlookup ? nlookup : k->nlookup;
	if (k->nlookup || k == &table->top)
		return;
	for (pos = bucket_of(table->buckets, table->nr_buckets, k->id); *pos != k; )
		pos = &(*pos)->next;
	*pos = k->next;
	known_free(k);
	table->nr--;
	if (table->nr < table->nr_buckets / 8 && table->nr_buckets > MIN_BUCKETS)
		table_resize(table, table->nr_buckets / 2);
}

void inode_super_gone(struct super *s)
{
	struct inode_table **pos = &tables, *table = table_of(s);
	struct known *k;

	if (!table)
		return;
	while (*pos != table)
		pos = &(*pos)->next;
	*pos = table->next;
	file_super_gone(s);
	for (size_t i = 0; i < table->nr_buckets; i++) {
		while ((k = table->buckets[i])) {
			table->buckets[i] = k->next;
			known_free(k);
		}
	}
	container_put(table->top.cont);
	size_free(&table->top);
	free(table->buckets);
	free(table);
}

/* --- nodes --- */

fuse_ino_t inode_number(struct container *cont, unsigned int node)
{
	if (node == CONTAINER_NODE_DIR && cont == hierarchy_top(container_root(cont)))
		return FUSE_ROOT_ID;
	return container_id(cont) << INODE_NODE_BITS | node;
}

struct known *inode_find(fuse_req_t req, fuse_ino_t ino, unsigned int *node)
{
	struct inode_table *table = table_of(super_of(req));

	if (!table)
		return NULL;
	if (ino == FUSE_ROOT_ID) {
		*node = CONTAINER_NODE_DIR;
		return &table->top;
	}
	*node = ino & ((1u << INODE_NODE_BITS) - 1);
	return table_find(table, ino >> INODE_NODE_BITS);
}

void inode_reply_err(fuse_req_t req, int err)
{
	fuse_reply_err(req, -err);
}

static struct timespec to_timespec(unsigned long long ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

static unsigned long long from_timespec(const struct timespec *ts)
{
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/* What to tell whoever makes this request; the size of a file is what it would read. */
static int node_stat(fuse_req_t req, struct container *cont, unsigned int node, struct stat *st)
{
	struct container_attr attr;
	int err = container_getattr(cont, node, &attr);
	uint32_t size;

	if (err)
		return err;
	size = size_now(req, cont, node);
	*st = (struct stat){
		.st_ino		= inode_number(cont, node),
		.st_mode	= attr.mode,
		.st_nlink	= attr.nlink,
		.st_uid		= attr.uid,
		.st_gid		= attr.gid,
		.st_size	= size,
		.st_blksize	= 4096,
		.st_blocks	= (size + 511) / 512,	/* else it had holes */
		.st_atim	= to_timespec(attr.atime),
		.st_mtim	= to_timespec(attr.mtime),
		.st_ctim	= to_timespec(attr.ctime),
	};
	return 0;
}

void inode_reply_entry(fuse_req_t req, struct container *cont, unsigned int node)
{
	struct inode_table *table = table_of(super_of(req));
	struct fuse_entry_param e = {
		.attr_timeout	= KEEP_LONG,
		.entry_timeout	= KEEP_LONG,
	};
	struct known *k;
	int err = node_stat(req, cont, node, &e.attr);

	if (err)
		return inode_reply_err(req, err);
	k = table_add(table, cont);
	if (!k)
		return inode_reply_err(req, -ENOMEM);

	e.ino = e.attr.st_ino;
	if (node == CONTAINER_NODE_DIR) {
		k->attr_out = 1;
		if (container_is_clone(cont))
			e.entry_timeout = 0;
	}
	k->nlookup++;
	if (fuse_reply_entry(req, &e))		/* who asked was killed meanwhile */
		table_forget(table, k, 1);
	else
		size_told(k, node, e.attr.st_size);
}

static void node_forget(const struct super *s, fuse_ino_t ino, uint64_t nlookup)
{
	struct inode_table *table = table_of(s);
	struct known *k;

	if (!table || ino == FUSE_ROOT_ID)
		return;
	k = table_find(table, ino >> INODE_NODE_BITS);
	if (k)
		table_forget(table, k, nlookup);
}

static void inode_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	node_forget(super_of(req), ino, nlookup);
	fuse_reply_none(req);
}

static void inode_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		node_forget(super_of(req), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

/* --- attributes --- */

static void reply_attr(fuse_req_t req, struct known *k, unsigned int node)
{
	struct stat st;
	int err = node_stat(req, k->cont, node, &st);

	if (err)
		return inode_reply_err(req, err);
	if (node == CONTAINER_NODE_DIR)
		k->attr_out = 1;
	if (!fuse_reply_attr(req, &st, KEEP_LONG))
		size_told(k, node, st.st_size);
}

static void inode_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	unsigned int node;
	struct known *k = inode_find(req, ino, &node);

	(void)fi;
	if (!k)
		return inode_reply_err(req, -ESTALE);
	reply_attr(req, k, node);
}

static bool in_group(fuse_req_t req, gid_t gid)
{
	gid_t groups[NGROUPS_SMALL];
	int nr;

	if (fuse_req_ctx(req)->gid == gid)
		return true;
	nr = fuse_req_getgroups(req, NGROUPS_SMALL, groups);
	if (nr > NGROUPS_SMALL)
		nr = NGROUPS_SMALL;
	for (int i = 0; i < nr; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* The set-ID bits of @node that whoever makes this request takes off by changing it. */
static unsigned int set_id_bits(fuse_req_t req, struct known *k, unsigned int node)
{
	struct container_attr attr;
	unsigned int bits;

	if (container_getattr(k->cont, node, &attr) || !(attr.mode & (S_ISUID | S_ISGID)))
		return 0;
	bits = attr.mode & S_ISUID;
	if (attr.mode & S_IXGRP || !in_group(req, attr.gid))
		bits |= attr.mode & S_ISGID;
	return bits && !tasks_fsetid(fuse_req_ctx(req)->pid) ? bits : 0;
}

static int take_bits(struct known *k, unsigned int node, unsigned int bits)
{
	struct container_attr attr;
	int err = container_getattr(k->cont, node, &attr);

	if (err)
		return err;
	attr.mode &= ~bits;
	return container_setattr(k->cont, node, &attr, CONTAINER_ATTR_MODE);
}

/* The kernel has checked who may; a size is accepted, and changes nothing. */
static void inode_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
			  struct fuse_file_info *fi)
{
	unsigned int node, valid = 0, bits = 0;
	struct known *k = inode_find(req, ino, &node);
	unsigned long long now = host_time();
	struct container_attr attr = {
		.mode	= st->st_mode,
		.uid	= st->st_uid,
		.gid	= st->st_gid,
		.atime	= to_set & FUSE_SET_ATTR_ATIME_NOW ? now : from_timespec(&st->st_atim),
		.mtime	= to_set & FUSE_SET_ATTR_MTIME_NOW ? now : from_timespec(&st->st_mtim),
	};
	int err;

	(void)fi;
	if (!k)
		return inode_reply_err(req, -ESTALE);
	/* The kernel leaves the set-group-ID bit without the group's x to us. */
	if (node != CONTAINER_NODE_DIR &&
	    to_set & (FUSE_SET_ATTR_SIZE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
		bits = set_id_bits(req, k, node);
	if (to_set & FUSE_SET_ATTR_MODE)
		valid |= CONTAINER_ATTR_MODE;
	if (to_set & FUSE_SET_ATTR_UID)
		valid |= CONTAINER_ATTR_UID;
	if (to_set & FUSE_SET_ATTR_GID)
		valid |= CONTAINER_ATTR_GID;
	if (to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_ATIME_NOW))
		valid |= CONTAINER_ATTR_ATIME;
	if (to_set & (FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_MTIME_NOW))
		valid |= CONTAINER_ATTR_MTIME;
	if (valid) {
		err = container_setattr(k->cont, node, &attr, valid);
		if (err)
			return inode_reply_err(req, err);
	}
	if (bits) {
		err = take_bits(k, node, bits);
		if (err)
			return inode_reply_err(req, err);
	}
	reply_attr(req, k, node);
}

static void inode_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct statvfs st = {
		.f_bsize	= 4096,
		.f_frsize	= 4096,
		.f_namemax	= CONTAINER_NAME_MAX,
	};

	(void)ino;
	fuse_reply_statfs(req, &st);
}

/* --- what the engine changes by itself --- */

static void dir_changed(struct container *dir)
{
	struct super *s = hierarchy_host(container_root(dir));
	struct inode_table *table = s ? table_of(s) : NULL;
	struct known *k = table ? table_find(table, container_id(dir)) : NULL;

	if (!k || !k->attr_out)
		return;
	k->attr_out = 0;
	/* an error says that the kernel does not have it any more, or is leaving */
	fuse_lowlevel_notify_inval_inode(s->se, inode_number(dir, CONTAINER_NODE_DIR), -1, 0);
}

void host_clone_added(struct container *dir, struct container *child)
{
	(void)child;
	dir_changed(dir);
}

void host_clone_removed(struct container *dir, struct container *child)
{
	(void)child;
	dir_changed(dir);
}

/* --- the connection --- */

/*
 * Nothing is cached but names, attributes and listings, and nothing is spliced.
 * O_TRUNC comes as a SETATTR, for its answer says what the size is, which otherwise
 * would be 0 for the kernel, and whoever splices would get nothing.
 */
static void inode_init(void *userdata, struct fuse_conn_info *conn)
{
	struct super *s = userdata;

	conn->want = conn->capable & FUSE_CAP_PARALLEL_DIROPS;
	if (!table_of(s) && !table_new(s))
		log_err("no memory for a connection: it will answer ESTALE");
}

const struct fuse_lowlevel_ops containerfs_ops = {
	.init		= inode_init,
	.lookup		= dir_lookup,
	.forget		= inode_forget,
	.forget_multi	= inode_forget_multi,
	.getattr	= inode_getattr,
	.setattr	= inode_setattr,
	.mknod		= dir_refuse_mknod,
	.mkdir		= dir_mkdir,
	.unlink		= dir_refuse_unlink,
	.rmdir		= dir_rmdir,
	.symlink	= dir_refuse_symlink,
	.rename		= dir_rename,
	.link		= dir_refuse_link,
	.open		= file_open,
	.read		= file_read,
	.write		= file_write,
	.poll		= file_poll,
	.release	= file_release,
	.opendir	= dir_open,
	.releasedir	= dir_release,
	.readdir	= dir_read,
	.statfs		= inode_statfs,
	.setxattr	= xattr_set,
	.getxattr	= xattr_get,
	.listxattr	= xattr_list,
	.removexattr	= xattr_remove,
	.create		= dir_refuse_create,
};
