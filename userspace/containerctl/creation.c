// SPDX-License-Identifier: GPL-2.0-only
/*
 * What create and run make: their common options, and the container.
 */
#define _GNU_SOURCE
#include <containerfs.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "creation.h"

enum { OPT_MNT_EMPTY = OPTION_LONG, OPT_MAP_USERS, OPT_MAP_GROUPS, OPT_HOSTNAME, OPT_BOOTTIME,
       OPT_SHARE, OPT_NS_FILE, OPT_KEYRING, OPT_HIERARCHY, OPT_SET, OPT_PIDS_MAX, OPT_CPUS,
       OPT_DEVICE };

const struct option_row creation_options[] = {
	{ 'N', "new", "LIST", "new namespaces, held: mnt,uts,ipc,user,pid,net,cgroup,time or all" },
	{ OPT_MNT_EMPTY, "mnt-empty", NULL, "a new mount namespace with an empty root" },
	{ OPT_MAP_USERS, "map-users", "INNER:OUTER:COUNT[,...]",
	  "users of a new user namespace; all, if it is not given" },
	{ OPT_MAP_GROUPS, "map-groups", "INNER:OUTER:COUNT[,...]", "its groups" },
	{ OPT_HOSTNAME, "hostname", "NAME", "of a new uts namespace" },
	{ OPT_BOOTTIME, "boottime", "SECONDS", "a new time namespace, whose boot was so much earlier" },
	{ OPT_SHARE, "share", "PATH:LIST", "hold namespaces that the container PATH holds" },
	{ OPT_NS_FILE, "ns-file", "TYPE=FILE", "hold the namespace FILE, such as net=/run/netns/x" },
	{ OPT_KEYRING, "keyring", NULL, "a keyring of its own" },
	{ OPT_PIDS_MAX, "pids-max", "N", "so many tasks at most" },
	{ OPT_CPUS, "cpus", "LIST", "only these CPUs, such as 0-3,5" },
	{ OPT_DEVICE, "device", "RULE", "only devices so allowed: a path, a rule of devices.allow\n"
	  "such as 'c 1:3 rw', or none" },
	{ OPT_SET, "set", "FILE=VALUE", "write VALUE to the control file FILE" },
	{ OPT_HIERARCHY, "hierarchy", "DIRECTORY", "the hierarchy that PATH is in" },
	{ 0 }
};

static const struct {
	const char	*name;
	unsigned int	 flag;		/* CONTAINER_NEW_* */
	int		 type;		/* CLONE_NEW* */
} kinds[] = {
	{ "mnt",	CONTAINER_NEW_FS_NS,	0x00020000 },
	{ "uts",	CONTAINER_NEW_UTS_NS,	0x04000000 },
	{ "ipc",	CONTAINER_NEW_IPC_NS,	0x08000000 },
	{ "user",	CONTAINER_NEW_USER_NS,	0x10000000 },
	{ "pid",	CONTAINER_NEW_PID_NS,	0x20000000 },
	{ "net",	CONTAINER_NEW_NET_NS,	0x40000000 },
	{ "cgroup",	CONTAINER_NEW_CGROUP_NS, 0x02000000 },
	{ "time",	CONTAINER_NEW_TIME_NS,	0x00000080 },
};
#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

void creation_init(struct creation *c, const char *command)
{
	*c = (struct creation){ .command = command };
}

void creation_end(struct creation *c)
{
	for (unsigned int i = 0; i < c->nr_fds; i++)
		close(c->fd[i]);
	free(c->uid_map);
	free(c->gid_map);
	free(c->offsets);
	for (size_t i = 0; i < c->nr_writes; i++) {
		free(c->write[i].file);
		free(c->write[i].value);
	}
	free(c->write);
}

/* --- the values of options; these report --- */

static bool take_fd(struct creation *c, int fd)
{
	if (c->nr_fds == CONTAINER_HOLD_FDS_MAX) {
		complain("%s: at most %d namespaces can be given", c->command,
			 CONTAINER_HOLD_FDS_MAX);
		close(fd);
		return false;
	}
	c->fd[c->nr_fds++] = fd;
	return true;
}

static bool each_kind(struct creation *c, const char *list, bool all,
		      bool (*fn)(struct creation *c, size_t kind, void *arg), void *arg)
{
	while (*list) {
		size_t len = strcspn(list, ","), i;
		bool every = all && len == 3 && !strncmp(list, "all", 3), found = every;

		for (i = 0; i < NR_KINDS; i++) {
			bool is = strlen(kinds[i].name) == len && !strncmp(kinds[i].name, list, len);

			found |= is;
			if ((is || every) && !fn(c, i, arg))
				return false;
		}
		if (!found) {
			complain("%s: there is no namespace '%.*s': mnt, uts, ipc, user, pid, net, "
				 "cgroup or time%s", c->command, (int)len, list, all ? ", or all" : "");
			return false;
		}
		list += len + (list[len] == ',');
	}
	return true;
}

static bool want_new(struct creation *c, size_t kind, void *arg)
{
	c->flags |= kinds[kind].flag;
	return true;
}

static bool want_share(struct creation *c, size_t kind, void *arg)
{
	const struct place *place = arg;
	int fd = container_ns(place->fd, kinds[kind].type);

	if (fd >= 0)
		return take_fd(c, fd);
	if (errno == ENOENT)
		complain("%s: %s holds no %s namespace", c->command, place->directory,
			 kinds[kind].name);
	else
		complain("%s: the %s namespace of %s: %s", c->command, kinds[kind].name,
			 place->directory, strerror(errno));
	return false;
}

static bool take_share(struct creation *c, const char *value)
{
	const char *colon = strrchr(value, ':');
	struct place place;
	char *path;
	bool done;

	if (!colon || colon == value || !colon[1]) {
		complain("%s: --share takes PATH:LIST, such as /pod:net,ipc", c->command);
		return false;
	}
	path = xasprintf("%.*s", (int)(colon - value), value);
	done = place_open(c->command, path, &place);
	if (done) {
		done = each_kind(c, colon + 1, false, want_share, &place);
		place_close(&place);
	}
	free(path);
	return done;
}

static bool take_ns_file(struct creation *c, const char *value)
{
	const char *equal = strchr(value, '=');
	int fd, type = 0, is;

	for (size_t i = 0; equal && i < NR_KINDS; i++)
		if (strlen(kinds[i].name) == (size_t)(equal - value) &&
		    !strncmp(kinds[i].name, value, (size_t)(equal - value)))
			type = kinds[i].type;
	if (!type) {
		complain("%s: --ns-file takes TYPE=FILE, such as net=/run/netns/x", c->command);
		return false;
	}
	fd = open(equal + 1, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	is = fd < 0 ? 0 : ioctl(fd, NS_GET_NSTYPE);
	if (is == type)
		return take_fd(c, fd);
	if (fd < 0)
		complain("%s: %s: %s", c->command, equal + 1, strerror(errno));
	else
		complain("%s: %s is no %.*s namespace", c->command, equal + 1,
			 (int)(equal - value), value);
	if (fd >= 0)
		close(fd);
	return false;
}

/* "0:100000:65536,65536:0:1" as the lines of /proc/PID/uid_map. */
static bool take_map(struct creation *c, const char *value, char **map)
{
	unsigned int inner, outer, count;
	char *text = xstrdup(""), *old;
	int len;

	for (;; value += len + 1) {
		len = 0;
		if (sscanf(value, "%u:%u:%u%n", &inner, &outer, &count, &len) != 3 || !len ||
		    (value[len] && value[len] != ',')) {
			complain("%s: '%s' is not INNER:OUTER:COUNT[,...], such as 0:100000:65536",
				 c->command, value);
			free(text);
			return false;
		}
		old = text;
		text = xasprintf("%s%u %u %u\n", old, inner, outer, count);
		free(old);
		if (!value[len])
			break;
	}
	free(*map);
	*map = text;
	c->flags |= CONTAINER_NEW_USER_NS;
	return true;
}

static bool take_boottime(struct creation *c, const char *value)
{
	char *end;
	long seconds = strtol(value, &end, 10);

	if (end == value || *end) {
		complain("%s: '%s' is no number of seconds", c->command, value);
		return false;
	}
	free(c->offsets);
	c->offsets = xasprintf("boottime %ld 0\n", seconds);
	c->flags |= CONTAINER_NEW_TIME_NS;
	return true;
}

/* --- options --- */

enum creation_took creation_option(struct creation *c, int key)
{
	bool good = true;

	switch (key) {
	case 'N':
		good = each_kind(c, optarg, true, want_new, NULL);
		break;
	case OPT_MNT_EMPTY:
		c->flags |= CONTAINER_NEW_EMPTY_FS_NS;
		break;
	case OPT_MAP_USERS:
		good = take_map(c, optarg, &c->uid_map);
		break;
	case OPT_MAP_GROUPS:
		good = take_map(c, optarg, &c->gid_map);
		break;
	case OPT_HOSTNAME:
		c->hostname = optarg;
		c->flags |= CONTAINER_NEW_UTS_NS;
		break;
	case OPT_BOOTTIME:
		good = take_boottime(c, optarg);
		break;
	case OPT_SHARE:
		good = take_share(c, optarg);
		break;
	case OPT_NS_FILE:
		good = take_ns_file(c, optarg);
		break;
	case OPT_KEYRING:
		c->flags |= CONTAINER_KEYRING;
		break;
	case OPT_PIDS_MAX:
		creation_write(c, "pids.max", optarg);
		break;
	case OPT_CPUS:
		creation_write(c, "cpuset.cpus", optarg);
		break;
	case OPT_DEVICE:
		good = creation_device(c, optarg);
		break;
	case OPT_SET:
		good = creation_set(c, optarg);
		break;
	case OPT_HIERARCHY:
		c->hierarchy = optarg;
		break;
	default:
		return TOOK_NOT;
	}
	return good ? TOOK : TOOK_BAD;
}

bool creation_holds(const struct creation *c)
{
	return c->nr_fds || c->flags;
}

bool creation_enters(const struct creation *c)
{
	return c->nr_fds || c->flags & (CONTAINER_NEW_USER_NS | CONTAINER_NEW_FS_NS |
					CONTAINER_NEW_EMPTY_FS_NS);
}

/* --- the container --- */

const char *create_error(int err)
{
	switch (err) {
	case ECANCELED:
		return "the container above is dead";
	case ENODEV:
		return container_error(-err);
	case EEXIST:
		return "it is there already";
	case EPERM:
		return "to hold namespaces takes CAP_SYS_ADMIN";
	case ENOSPC:
		return "too many namespaces (user.max_*_namespaces), or nested too deep";
	case EACCES:
		return "Permission denied: " DELEGATE_HINT;
	case EINVAL:
		return "a map, hostname or offset is refused, or a namespace is both new and given";
	default:
		return strerror(err);
	}
}

/* Why the host, or the hierarchy of @dir, cannot hold what is to be held. */
static const char *hold_error(const struct creation *c, int dir)
{
	struct containerfs_stat st;

	if (!object_stat(dir, &st) && !(st.flags & CONTAINERFS_STAT_NS))
		return "its hierarchy does not have the subsystem ns, which holds namespaces";
	if (c->flags & CONTAINER_NEW_PID_NS)
		return "this kernel cannot hold a pid namespace without a process";
	return strerror(EOPNOTSUPP);
}

int creation_make(struct creation *c, int dir, const char *name, unsigned int flags,
		  const char *path, bool *again)
{
	struct container_create_args args = {
		.flags = c->flags | flags,
		.hold_fds = (uintptr_t)(c->nr_fds ? c->fd : NULL),
		.nr_hold_fds = c->nr_fds,
		.uid_map = (uintptr_t)c->uid_map,
		.gid_map = (uintptr_t)c->gid_map,
		.hostname = (uintptr_t)c->hostname,
		.time_offsets = (uintptr_t)c->offsets,
	};
	int cfd;

	/* an empty mount namespace is a new one, too */
	if (args.flags & CONTAINER_NEW_EMPTY_FS_NS)
		args.flags &= ~(uint64_t)CONTAINER_NEW_FS_NS;
	*again = false;
	cfd = container_create_at(dir, name, &args, sizeof(args));
	if (cfd < 0) {
		*again = is_gone(-errno) || errno == ECANCELED || errno == EEXIST;
		if (!*again)
			complain("%s: %s: %s", c->command, path, errno == EOPNOTSUPP ?
				 hold_error(c, dir) : create_error(errno));
		return -1;
	}
	if (creation_apply(c, cfd, path))
		return cfd;
	object_remove(cfd);
	close(cfd);
	return -1;
}
