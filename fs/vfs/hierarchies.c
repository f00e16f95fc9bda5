// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hierarchies that live, mounted or not: the module's parameter "hierarchies"
 * (/sys/module/containerfs/parameters), which only root can read.
 *
 * No file of a mount can tell this, because a hierarchy that its containers keep alive need
 * not be mounted anywhere. The lines are those of containerfsd's statistics
 * (fs/fuse/daemon/control.c): "hierarchy ID MAJOR:MINOR CONTAINERS OPTIONS", with "-" for
 * the device of a hierarchy that is not mounted. Lines that do not fit into a page are left
 * out.
 */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "vfs.h"

struct page_text {
	char	*buf;
	size_t	len;
	char	*options;	/* a page */
};

/* The device of @root; 0: @root is not mounted. */
static dev_t root_dev(struct containerfs_root *root)
{
	const struct super_block *sb;
	dev_t dev;

	rcu_read_lock();
	sb = hierarchy_host(root);
	dev = sb ? sb->s_dev : 0;
	rcu_read_unlock();
	return dev;
}

static int show_root(struct containerfs_root *root, int mounted, void *arg)
{
	struct page_text *t = arg;
	dev_t dev = root_dev(root);
	char device[24] = "-";
	int len;

	if (dev)
		snprintf(device, sizeof(device), "%u:%u", MAJOR(dev), MINOR(dev));
	hierarchy_show_options(root, t->options, PAGE_SIZE);
	len = snprintf(t->buf + t->len, PAGE_SIZE - t->len, "hierarchy %d %s %lu %s\n",
		       hierarchy_id(root), device, hierarchy_containers(root),
		       t->options[0] == ',' ? t->options + 1 : t->options);
	if (len < PAGE_SIZE - t->len)
		t->len += len;
	return 0;
}

static int hierarchies_get(char *buffer, const struct kernel_param *kp)
{
	struct page_text t = { .buf = buffer };

	t.options = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!t.options)
		return -ENOMEM;
	hierarchy_for_each(show_root, &t);
	kfree(t.options);
	return t.len;
}

static const struct kernel_param_ops hierarchies_ops = {
	.get = hierarchies_get,
};
module_param_cb(hierarchies, &hierarchies_ops, NULL, 0400);
MODULE_PARM_DESC(hierarchies, "which hierarchies live, mounted or not (read only)");
