// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the ioctls and links of a container's directory tell of it.
 */
#include "init.h"

int container_stat(struct container *cont, const struct container_actor *caller,
		   struct containerfs_stat *stat)
{
	struct container_init_info init;
	struct container_subsys *ss;
	int i, ret = 0;

	container_init_get(cont, caller, &init);
	memset(stat, 0, sizeof(*stat));
	stat->size = sizeof(*stat);
	stat->id = cont->id;
	stat->hierarchy = cont->root->id;
	stat->state = init.state;
	stat->init = init.pid;
	if (container_is_top(cont))
		stat->flags |= CONTAINERFS_STAT_TOP;
	spin_lock(&container_lock);
	if (container_removed(cont))
		ret = -ENODEV;
	if (cont->flags & CONTAINER_CLONE)
		stat->flags |= CONTAINERFS_STAT_CLONE;
	if (container_dead(cont))
		stat->flags |= CONTAINERFS_STAT_DEAD;
	stat->leases = cont->leases;
	for_each_subsys(ss, i)
		if (!ret && cont->subsys[i] && ss->stat)
			ss->stat(cont->subsys[i], stat);
	spin_unlock(&container_lock);
	return ret;
}

_Bool container_is_link(const struct container *cont, unsigned int node)
{
	const struct cftype *cft = container_cftype(cont, node);

	return cft && cftype_is_link(cft);
}

int container_readlink(struct container *cont, unsigned int node, char *buf, unsigned long size)
{
	const struct cftype *cft;
	int ret;

	spin_lock(&container_lock);
	cft = container_cftype(cont, node);
	if (node == CONTAINER_NODE_DIR || (cft && !cftype_is_link(cft)))
		ret = -EINVAL;
	else if (!cft || !cftype_is_there(cont, node))
		ret = -ENOENT;
	else
		ret = cft->readlink(cftype_css(cont, node), cft, buf, size);
	spin_unlock(&container_lock);
	return ret;
}

void container_links_changed(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	cont->generation++;
	cont->mtime = host_time();
	host_links_changed(cont);
}
