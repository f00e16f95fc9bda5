// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of a container below the top of its hierarchy.
 */
#include "container.h"

/* The path is written from its end, because the walk goes from the child to its parents. */
int container_path_locked(struct container *cont, char *buf, unsigned long size)
{
	unsigned long at = size;
	size_t len;

	lockdep_assert_held(&container_lock);
	if (size < 2)
		return -ENAMETOOLONG;
	buf[--at] = '\0';
	if (container_is_top(cont))
		buf[--at] = '/';
	for (; !container_is_top(cont); cont = cont->parent) {
		len = strlen(cont->name);
		if (len + 1 > at)
			return -ENAMETOOLONG;
		at -= len;
		memcpy(buf + at, cont->name, len);
		buf[--at] = '/';
	}
	memmove(buf, buf + at, size - at);
	return size - at - 1;
}

int container_path(struct container *cont, char *buf, unsigned long size)
{
	int ret;

	spin_lock(&container_lock);
	ret = container_path_locked(cont, buf, size);
	spin_unlock(&container_lock);
	return ret;
}
