// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine of these tests, as far as handlers call it: a container has two control files
 * and, but for the top, a file for leases, and a link that comes and goes.
 */
#include "fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "uapi/containerfs.h"

static const char *const file_names[] = {
	"tasks", "notify_on_release", "container.lease", "ns.net",
};
#define NR_FILES 4u

struct container_file {
	struct container	*cont;
	unsigned int		 node;
};

static struct container *all;
static unsigned long long last_id;
static struct containerfs_root roots[4];
static unsigned int nr_roots;
bool fake_armed;
unsigned long fake_text_len = sizeof(FAKE_TEXT) - 1;
int fake_actors, fake_open_files, fake_writer;

void fake_reset(void)
{
	struct container *c;

	while ((c = all)) {
		all = c->next;
		free(c);
	}
	memset(roots, 0, sizeof(roots));
	nr_roots = 0;
	last_id = 0;
}

static struct container *fake_new(struct containerfs_root *root, struct container *parent,
				  const char *name)
{
	struct container *c = calloc(1, sizeof(*c));

	c->root = root;
	c->parent = parent;
	c->id = ++last_id;
	c->refs = 1;
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->next = all;
	all = c;
	return c;
}

struct containerfs_root *fake_root(void)
{
	struct containerfs_root *root = &roots[nr_roots++];

	root->top = fake_new(root, NULL, "");
	return root;
}

struct container *fake_mkdir(struct container *dir, const char *name)
{
	dir->generation++;
	return fake_new(dir->root, dir, name);
}

void fake_remove(struct container *cont)
{
	cont->dead = true;
	cont->parent->generation++;
	container_put(cont);
}

struct container *container_get(struct container *cont)
{
	cont->refs++;
	return cont;
}

void container_put(struct container *cont)
{
	if (--cont->refs < 0)
		abort();
}

unsigned long long container_id(const struct container *cont)
{
	return cont->id;
}

struct containerfs_root *container_root(const struct container *cont)
{
	return cont->root;
}

_Bool container_is_clone(const struct container *cont)
{
	return cont->clone;
}

struct container *container_parent(struct container *cont)
{
	return container_get(cont->parent ? cont->parent : cont);
}

unsigned long long container_generation(const struct container *dir)
{
	return dir->generation;
}

struct container *hierarchy_top(struct containerfs_root *root)
{
	return root->top;
}

void *hierarchy_host(const struct containerfs_root *root)
{
	return root->host;
}

static bool has_file(const struct container *cont, unsigned int node)
{
	if (node >= FAKE_LEASE && !cont->parent)
		return false;
	return node != FAKE_LINK || cont->link;
}

static struct container *child_of(struct container *dir, const char *name)
{
	struct container *c;

	for (c = all; c; c = c->next)
		if (c->parent == dir && !c->dead && !strcmp(c->name, name))
			break;
	return c;
}

int container_lookup(struct container *dir, const char *name,
		     struct container **child, unsigned int *node)
{
	*child = NULL;
	for (*node = 1; *node <= NR_FILES; ++*node)
		if (!dir->dead && has_file(dir, *node) && !strcmp(name, file_names[*node - 1]))
			return 0;
	*node = CONTAINER_NODE_DIR;
	*child = child_of(dir, name);
	if (!*child)
		return -ENOENT;
	container_get(*child);
	return 0;
}

_Bool container_mkdir_asks(const struct container *dir)
{
	return 1;
}

int container_mkdir(struct container *dir, const char *name, unsigned int mode,
		    unsigned int uid, unsigned int gid,
		    const struct container_actor *actor, struct container **child)
{
	if (dir->dead)
		return -ENODEV;
	*child = container_get(fake_mkdir(dir, name));
	return 0;
}

int container_rmdir(struct container *dir, const char *name)
{
	struct container *child = child_of(dir, name);

	if (!child)
		return -ENOENT;
	fake_remove(child);
	return 0;
}

int container_rename(struct container *dir, const char *name,
		     struct container *newdir, const char *newname)
{
	return dir == newdir ? 0 : -EIO;
}

/* The oldest comes first. A position is an id, behind those of the files. */
int container_readdir(struct container *dir, unsigned long long pos, unsigned long long *end,
		      container_filldir_t fn, void *arg)
{
	struct container *c;

	if (!*end)
		*end = last_id;

	for (; pos < NR_FILES; pos++)
		if (has_file(dir, pos + 1) && fn(arg, file_names[pos], strlen(file_names[pos]),
						 NULL, pos + 1, pos + 1))
			return 0;
	for (unsigned long long id = pos - NR_FILES + 1; id <= *end; id++)
		for (c = all; c; c = c->next)
			if (c->id == id && c->parent == dir && !c->dead &&
			    fn(arg, c->name, strlen(c->name), c, CONTAINER_NODE_DIR, id + NR_FILES))
				return 0;
	return 0;
}

int container_getattr(struct container *cont, unsigned int node, struct container_attr *attr)
{
	*attr = (struct container_attr){
		.mode	= node ? S_IFREG | 0644 : S_IFDIR | 0755,
		.nlink	= 1,
		.mtime	= 1500000000ull,
	};
	if (node == FAKE_LINK)
		attr->mode = S_IFLNK | 0777;
	if (node == FAKE_LEASE) {
		attr->mode = S_IFREG | cont->lease_mode;
		attr->uid = 10;
		attr->gid = 20;
	}
	return 0;
}

_Bool container_is_removed(const struct container *cont)
{
	return cont->dead;
}

_Bool container_is_link(const struct container *cont, unsigned int node)
{
	return node == FAKE_LINK;
}

int container_readlink(struct container *cont, unsigned int node, char *buf, unsigned long size)
{
	if (node != FAKE_LINK)
		return -EINVAL;
	return cont->link ? snprintf(buf, size, "%s", cont->link) : -ENOENT;
}

int container_lease(struct container *cont, unsigned int flags)
{
	if (!cont->parent || !(flags & CONTAINERFS_LEASE_KILL))
		return -EINVAL;
	if (cont->dead)
		return -ENODEV;
	cont->leases++;
	return 0;
}

void container_lease_end(struct container *cont, unsigned int flags)
{
	cont->leases--;
	cont->ended = flags;
}

int container_stat(struct container *cont, const struct container_actor *caller,
		   struct containerfs_stat *stat)
{
	if (cont->dead)
		return -ENODEV;
	*stat = (struct containerfs_stat){
		.size = sizeof(*stat), .id = cont->id, .init = caller->tid, .keyring = -1,
	};
	return 0;
}

int container_setattr(struct container *cont, unsigned int node,
		      const struct container_attr *attr, unsigned int valid)
{
	return valid ? 0 : -EINVAL;
}

long container_getxattr(struct container *cont, unsigned int node, const char *name,
			void *value, unsigned long size)
{
	return -ENODATA;
}

int container_setxattr(struct container *cont, unsigned int node, const char *name,
		       const void *value, unsigned long size, int flags)
{
	return 0;
}

long container_listxattr(struct container *cont, unsigned int node, _Bool trusted, char *list,
			 unsigned long size)
{
	return 0;
}

int container_removexattr(struct container *cont, unsigned int node, const char *name)
{
	return -ENODATA;
}

int container_file_open(struct container *cont, unsigned int node,
			const struct container_actor *opener, struct container_file **filep)
{
	if (cont->dead)
		return -ENODEV;
	*filep = malloc(sizeof(**filep));
	**filep = (struct container_file){ .cont = container_get(cont), .node = node };
	fake_open_files++;
	return 0;
}

unsigned long container_file_size(struct container *cont, unsigned int node,
				  const struct container_actor *reader)
{
	return fake_text_len;
}

void container_file_release(struct container_file *file)
{
	container_put(file->cont);
	free(file);
	fake_open_files--;
}

long container_file_read_begin(struct container_file *file, const struct container_actor *reader,
			       unsigned long long pos, const char **data)
{
	unsigned long long len = fake_text_len;

	if (pos > len)
		pos = len;
	*data = FAKE_TEXT + pos;
	return len - pos;
}

void container_file_read_end(struct container_file *file, unsigned long taken)
{
}

long container_file_write(struct container_file *file, const struct container_actor *writer,
			  char *buf, unsigned long len)
{
	fake_writer = writer->tid;
	buf[len] = '\0';	/* ASan reports it if there is no room */
	return len;
}

unsigned int container_file_poll(struct container_file *file, _Bool *armed)
{
	*armed = fake_armed;
	return 1;
}

struct container *container_file_container(const struct container_file *file)
{
	return file->cont;
}

unsigned int container_file_node(const struct container_file *file)
{
	return file->node;
}

/* --- other parts of the daemon --- */

unsigned long long host_time(void)
{
	return 1;
}

uint64_t fake_file_limit = UINT64_MAX;
bool fake_override;

uint64_t tasks_file_limit(pid_t tid)
{
	return fake_file_limit;
}

bool tasks_fsetid(pid_t tid)
{
	return true;
}

bool tasks_dac_override(pid_t tid)
{
	return fake_override;
}

bool tasks_behind(void)
{
	return false;
}

void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor)
{
	*actor = (struct container_actor){ .tid = tid, .euid = euid };
	fake_actors++;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
}
