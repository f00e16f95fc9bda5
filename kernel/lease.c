// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: a container lives as long as somebody has one open.
 *
 * An open file becomes a lease by a write to container.lease, an open directory by an
 * ioctl, and neither by being opened, because a program that reads all files of a directory must
 * not kill what is in it.  The lease ends when the kernel closes the last copy of the
 * descriptor, whoever had them.  The end of the last lease is the death of the container.
 *
 * A host that goes while leases are open does not end them, so that the tasks live on.
 */
#include "cftype.h"
#include "lease.h"

#define LEASE_FLAGS	(CONTAINERFS_LEASE_KILL | CONTAINERFS_LEASE_REMOVE)

/* May @cont be leased? */
static int lease_check(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (container_removed(cont))
		return -ENODEV;
	if (container_dead(cont))
		return -ECANCELED;
	return 0;
}

int container_lease(struct container *cont, unsigned int flags)
{
	int ret;

	if (container_is_top(cont) || !(flags & CONTAINERFS_LEASE_KILL) || (flags & ~LEASE_FLAGS))
		return -EINVAL;
	spin_lock(&container_lock);
	ret = lease_check(cont);
	if (!ret) {
		cont->leases++;
		container_kept_changed(cont);
	}
	spin_unlock(&container_lock);
	return ret;
}

void container_lease_end(struct container *cont, unsigned int flags)
{
	spin_lock(&container_lock);
	cont->leases--;
	if (flags & CONTAINERFS_LEASE_REMOVE)
		cont->flags |= CONTAINER_REMOVE_DEAD;
	if (!cont->leases && !container_removed(cont)) {
		container_kept_changed(cont);
		container_die(cont);
		container_dead_check(cont);
	}
	spin_unlock(&container_lock);
}

/* The flags that @text says; 0: something else. */
static unsigned int lease_parse(char *text)
{
	unsigned int flags = 0, bit;
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		if (!strcmp(word, "kill"))
			bit = CONTAINERFS_LEASE_KILL;
		else if (!strcmp(word, "remove"))
			bit = CONTAINERFS_LEASE_REMOVE;
		else
			return 0;
		flags |= bit;
	}
	return flags & CONTAINERFS_LEASE_KILL ? flags : 0;
}

/* @file is a lease already. */
static int lease_again(struct container_file *file)
{
	int ret;

	spin_lock(&container_lock);
	ret = lease_check(file->cont);
	spin_unlock(&container_lock);
	return ret;
}

int container_lease_write(struct container_subsys_state *css, struct container_file *file,
			  char *buf, size_t len)
{
	unsigned int flags = lease_parse(buf);
	int ret;

	if (!flags)
		return -EINVAL;
	ret = file->lease ? lease_again(file) : container_lease(css->container, flags);
	if (!ret)
		file->lease |= flags;
	return ret;
}
