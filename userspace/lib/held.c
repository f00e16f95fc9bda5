// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a container holds, as descriptors of the caller.
 *
 * The FUSE host shows what is held as symbolic links in the directory, which open to the very
 * object; the module has no links and gives descriptors by ioctl. Either answers for both
 * by failing, so nobody has to know the host.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib.h"

const struct ns_type ns_types[NS_NR] = {
#define NS_TYPE_(name, bit)	{ #name, bit },
	CONTAINER_NAMESPACES(NS_TYPE_)
};

void held_none(struct held *held)
{
	int i;

	memset(held, 0, sizeof(*held));
	for (i = 0; i < NS_NR; i++)
		held->ns[i] = -1;
	held->root = held->owned = -1;
}

void held_close(struct held *held)
{
	int i;

	for (i = 0; i < NS_NR; i++)
		close_fd(held->ns[i]);
	close_fd(held->root);
	close_fd(held->owned);
	free(held->groups);
	held_none(held);
}

static int open_held(int cfd, const char *name, unsigned int type)
{
	char link[16];
	int fd;

	snprintf(link, sizeof(link), "ns.%s", name);
	fd = cont_file(cfd, link, type == CONTAINERFS_HOLD_ROOT ? O_PATH | O_DIRECTORY : O_RDONLY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		fd = ioctl(cfd, CONTAINERFS_IOC_GET, type);
	if (fd < 0 && errno == EOPNOTSUPP)
		errno = ENOENT;		/* the host has links, and there was none */
	if (fd < 0 && errno == EACCES)
		errno = EPERM;
	return fd;
}

/* The numbers behind "cred ": user, group, and further groups. */
static int parse_cred(const char *p, struct held *held)
{
	unsigned long number;
	size_t nr;
	char *end;

	/* no more numbers than half of the characters */
	held->groups = malloc((strcspn(p, "\n") / 2 + 1) * sizeof(*held->groups));
	if (!held->groups)
		return -1;
	for (nr = 0; *p != '\n'; nr++, p = end) {
		number = strtoul(p, &end, 10);
		if (end == p)
			break;
		if (nr == 0)
			held->uid = (uid_t)number;
		else if (nr == 1)
			held->gid = (gid_t)number;
		else
			held->groups[held->nr_groups++] = (gid_t)number;
	}
	errno = ENOENT;
	return nr < 2 ? -1 : 0;
}

/*
 * A process may know the held user and group by other ids, in a user namespace of its own; the
 * kernel translates those of a file, wherever it is looked at.
 */
static int open_cred(int cfd, struct held *held)
{
	int fd = cont_file(cfd, "ns.hold", O_RDONLY), ret = -1;
	char *text = fd < 0 ? NULL : read_whole(fd), *line;

	close_fd(fd);
	if (!text)
		return -1;
	line = strncmp(text, "cred ", 5) ? strstr(text, "\ncred ") : text;
	errno = ENOENT;
	if (line)
		ret = parse_cred(strchr(line, ' '), held);
	free(text);
	if (ret)
		return -1;
	held->owned = memfd_create("containerfs", MFD_CLOEXEC);
	return held->owned < 0 || fchown(held->owned, held->uid, held->gid) ? -1 : 0;
}

static int open_one(int cfd, const struct containerfs_stat *stat, unsigned int type,
		    struct held *held)
{
	int i;

	if (type == CONTAINERFS_HOLD_KEYRING)
		return (held->keyring = stat->keyring) ? 0 : -1;
	if (type == CONTAINERFS_HOLD_CRED)
		return open_cred(cfd, held);
	if (type == CONTAINERFS_HOLD_ROOT)
		return (held->root = open_held(cfd, "root", type)) < 0 ? -1 : 0;
	for (i = 0; ns_types[i].type != type; i++)
		;
	return (held->ns[i] = open_held(cfd, ns_types[i].name, type)) < 0 ? -1 : 0;
}

/*
 * Somebody may let go of a thing in the middle. Whoever enters must not stay in the caller's
 * namespace because of that, so all of it is looked at again until it agrees.
 */
#define TRIES	100

int held_open(int cfd, struct containerfs_stat *stat, unsigned int types, struct held *held)
{
	unsigned int want, type, tries = 0;

again:
	held_none(held);
	want = stat->held & types;
	for (type = 1; type; type <<= 1) {
		if (!(want & type))
			continue;
		errno = ENOENT;
		if (open_one(cfd, stat, type, held)) {
			held_close(held);
			if (errno != ENOENT || ++tries > TRIES || cont_stat(cfd, stat))
				return -1;
			goto again;
		}
		held->types |= type;
	}
	return 0;
}

int held_get(int cfd, unsigned int type)
{
	struct containerfs_stat stat;
	int i;

	if (cont_stat(cfd, &stat))
		return -1;
	if (!(stat.held & type)) {
		errno = ENOENT;
		return -1;
	}
	if (type == CONTAINERFS_HOLD_ROOT)
		return open_held(cfd, "root", type);
	for (i = 0; ns_types[i].type != type; i++)
		;
	return open_held(cfd, ns_types[i].name, type);
}

API int container_ns(int cfd, int type)
{
	struct containerfs_stat stat;
	int i;

	for (i = 0; i < NS_NR; i++)
		if (ns_types[i].type == (unsigned int)type)
			return held_get(cfd, ns_types[i].type);
	if (!cont_stat(cfd, &stat))
		errno = EINVAL;
	return -1;
}
