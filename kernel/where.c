// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.where: in which container of every hierarchy one task is.
 *
 * It is what /proc/PID/cgroup is for cgroup v1, because the engine cannot add a file to
 * /proc.  It is a transaction: reads of a descriptor are about the task id that was
 * written to it last, or, without one, about the reader.  The answer begins at the
 * position of the descriptor, so that no seek is needed in between.
 */
#include "cftype.h"

void hierarchy_show_binding(struct seq_file *m, const struct containerfs_root *root)
{
	const char *comma = "";
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (root->subsys_mask & (1u << i)) {
			seq_printf(m, "%s%s", comma, ss->name);
			comma = ",";
		}
	}
	if (*root->name)
		seq_printf(m, "%sname=%s", comma, root->name);
}

struct container *container_of_task(struct containerfs_root *root, unsigned long key)
{
	struct container *cont;

	spin_lock(&container_lock);
	cont = container_get(css_group_container(container_task_group_of(key), root));
	spin_unlock(&container_lock);
	return cont;
}

int container_where_ask(struct container_file *file, int nr)
{
	struct container_task_info info;
	int ret = host_task_get(nr, file->caller, &info);

	if (ret)
		return ret;
	file->where = info.key;
	file->asked = true;
	file->rebase = true;
	host_task_put(&info);
	return 0;
}

/* A path of any length, because deep containers with long names exceed PATH_MAX. */
static void show_path(struct seq_file *m, struct container *cont)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);
	int len = container_path_locked(cont, buf, size);

	seq_commit(m, len < 0 ? -1 : len);
}

int container_where(struct seq_file *m, const struct container_file *file)
{
	struct containerfs_root *root;
	unsigned long key = file->where;
	struct container_task_info info;
	struct css_group *group;
	int ret;

	if (!file->asked) {
		ret = host_task_get(0, file->caller, &info);
		if (ret)
			return ret;
		key = info.key;
		host_task_put(&info);
	}
	spin_lock(&container_lock);
	group = container_task_group_of(key);
	list_for_each_entry_reverse(root, &container_roots, node) {
		seq_printf(m, "%d:", root->id);
		hierarchy_show_binding(m, root);
		seq_putc(m, ':');
		show_path(m, css_group_container(group, root));
		seq_putc(m, '\n');
	}
	spin_unlock(&container_lock);
	return 0;
}
