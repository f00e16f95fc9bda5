// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/containers: the container that the reader is in, and those right below it, as the
 * kernel-objects series of 2019 would have shown them.
 *
 * It tells of the hierarchy with ns, because containers that hold namespaces are there.
 * Without one there is only the heading. Whoever sees a container from inside sees nothing
 * that is beside or above it, so the file is for everybody.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "vfs.h"

/* As in that series. */
#define FLAG_INIT_STARTED	0x01
#define FLAG_DEAD		0x02
#define FLAG_KILL_ON_CLOSE	0x04

#define NAME_WIDTH		24
#define BATCH			16

struct batch {
	unsigned long long	next;		/* position behind the last one */
	unsigned int		nr;
	struct container	*child[BATCH];	/* a reference each */
	char			name[BATCH][CONTAINER_NAME_MAX + 1];
};

static int batch_add(void *arg, const char *name, unsigned int namelen, struct container *child,
		     unsigned int node, unsigned long long next)
{
	struct batch *b = arg;

	if (b->nr == BATCH)
		return 1;
	b->next = next;
	if (child) {
		b->child[b->nr] = container_get(child);
		memcpy(b->name[b->nr], name, namelen);
		b->name[b->nr++][namelen] = '\0';
	}
	return 0;
}

static void show_container(struct seq_file *m, struct container *cont, const char *name)
{
	struct user_namespace *user_ns = seq_user_ns(m);
	struct container_actor actor;
	struct containerfs_stat stat;
	struct container_attr attr;
	unsigned int flags = 0;

	containerfs_user(&actor);
	if (container_stat(cont, &actor, &stat) ||
	    container_getattr(cont, CONTAINER_NODE_DIR, &attr))
		return;
	if (stat.state != CONTAINERFS_INIT_NONE)
		flags |= FLAG_INIT_STARTED;
	if (stat.flags & CONTAINERFS_STAT_DEAD)
		flags |= FLAG_DEAD;
	if (stat.leases)
		flags |= FLAG_KILL_ON_CLOSE;
	seq_setwidth(m, NAME_WIDTH);
	seq_escape(m, name, " \t\n\\");
	seq_pad(m, ' ');
	seq_printf(m, "%12llu %3lu %02x %5u %5u\n", stat.id, container_count_tasks(cont), flags,
		   from_kuid_munged(user_ns, make_kuid(&init_user_ns, attr.uid)),
		   from_kgid_munged(user_ns, make_kgid(&init_user_ns, attr.gid)));
}

static int show_children(struct seq_file *m, struct container *cont)
{
	struct batch *b = kmalloc(sizeof(*b), GFP_KERNEL);
	unsigned long long end = 0;
	unsigned int i;
	int ret;

	if (!b)
		return -ENOMEM;
	b->next = 0;
	do {
		b->nr = 0;
		ret = container_readdir(cont, b->next, &end, batch_add, b);
		for (i = 0; i < b->nr; i++) {
			if (!seq_has_overflowed(m))
				show_container(m, b->child[i], b->name[i]);
			container_put(b->child[i]);
		}
	} while (ret > 0 && !seq_has_overflowed(m));
	kfree(b);
	return min(ret, 0);
}

static int show_hierarchy(struct containerfs_root *root, int mounted, void *arg)
{
	struct container_actor actor;
	struct containerfs_stat stat;
	struct container *cont;
	struct seq_file *m = arg;
	int ret;

	containerfs_user(&actor);
	ret = container_stat(hierarchy_top(root), &actor, &stat);
	if (ret || !(stat.flags & CONTAINERFS_STAT_NS))
		return ret;
	cont = container_of_task(root, (unsigned long)current);
	show_container(m, cont, "<current>");
	ret = show_children(m, cont);
	container_put(cont);
	return ret ? ret : 1;
}

/* The whole text at once; it is made again with more room if it does not fit. */
static int containers_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%-*s %12s USE FL OWNER GROUP\n", NAME_WIDTH, "NAME", "ID");
	return min(hierarchy_for_each(show_hierarchy, m), 0);
}

int __init containerfs_proc_init(void)
{
	return proc_create_single("containers", 0444, NULL, containers_show) ? 0 : -ENOMEM;
}

/* Waits for readers. */
void containerfs_proc_exit(void)
{
	remove_proc_entry("containers", NULL);
}
