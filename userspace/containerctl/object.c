// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a container is as an object: the ioctls of its directory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "containerctl.h"

const struct held_name held_names[] = {
#define HELD(name, bit) { #name, bit },
	CONTAINER_NAMESPACES(HELD)
#undef HELD
	{ "root",	CONTAINERFS_HOLD_ROOT },
	{ "cred",	CONTAINERFS_HOLD_CRED },
	{ "keyring",	CONTAINERFS_HOLD_KEYRING },
	{ NULL },
};

int object_stat(int fd, struct containerfs_stat *st)
{
	*st = (struct containerfs_stat){ .size = sizeof(*st) };
	return ioctl(fd, CONTAINERFS_IOC_STAT, st) ? -errno : 0;
}

char *held_text(unsigned int held)
{
	char *text = xstrdup(""), *old;

	for (const struct held_name *h = held_names; h->name; h++) {
		if (!(held & h->bit))
			continue;
		old = text;
		text = xasprintf("%s%s%s", old, *old ? "," : "", h->name);
		free(old);
	}
	return text;
}
