// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and attach the programs that check devices
 *
 * They are attached only while there are rules, because each access to a device pays for
 * them, also outside of containers. devices.bpf.c has two ways to be called. The daemon
 * uses the first that works: the program must have seen the daemon open a device. Where
 * bpf is not among the LSMs, for example, programs attach without an error and are never
 * called.
 *
 * Only descriptors of the daemon hold the links: if the daemon dies, nothing is denied any
 * more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/own_mount.h"
#include "internal.h"
#include "devices.skel.h"

#define NR_LINKS	2
#define SOME_DEVICE	"/dev/null"

struct te_devices {
	struct devices_bpf *skel;
	int link[NR_LINKS];
};

static bool have_cgroup2(void)
{
	int fd = own_mount("cgroup2", NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Is bpf among the LSMs? The file lists them, separated by commas. */
static bool bpf_is_lsm(void)
{
	int root = own_mount("securityfs", NULL), fd = -1;
	char list[512], *rest = list, *name;
	bool found = false;
	ssize_t n = -1;

	if (root >= 0) {
		fd = openat(root, "lsm", O_RDONLY | O_CLOEXEC);
		close(root);
	}
	if (fd >= 0) {
		n = read(fd, list, sizeof(list) - 1);
		close(fd);
	}
	if (n <= 0)
		return false;
	list[n] = '\0';
	while ((name = strsep(&rest, ",\n")))
		found |= !strcmp(name, "bpf");
	return found;
}

/* A link implies BPF_F_ALLOW_MULTI. */
static int attach_cgroup(struct te_devices *d)
{
	int cgroup = own_mount("cgroup2", NULL);

	if (cgroup < 0)
		return -EOPNOTSUPP;
	d->link[0] = bpf_link_create(bpf_program__fd(d->skel->progs.te_device), cgroup,
				     BPF_CGROUP_DEVICE, NULL);
	close(cgroup);
	return d->link[0] < 0 ? -errno : 0;
}

static int attach_lsm(struct te_devices *d)
{
	d->link[0] = bpf_raw_tracepoint_open(NULL,
				bpf_program__fd(d->skel->progs.te_inode_permission));
	if (d->link[0] < 0)
		return -errno;
	d->link[1] = bpf_raw_tracepoint_open(NULL,
				bpf_program__fd(d->skel->progs.te_inode_mknod));
	return d->link[1] < 0 ? -errno : 0;
}

static const struct way {
	const char	*name;
	bool		lsm;
	bool		(*possible)(void);
	int		(*attach)(struct te_devices *d);
} ways[] = {
	{ "a cgroup v2 device program", false, have_cgroup2, attach_cgroup },
	{ "LSM programs", true, bpf_is_lsm, attach_lsm },
};

static int reuse_maps(struct te_devices *d, const struct task_events *te)
{
	int err = bpf_map__reuse_fd(d->skel->maps.words, bpf_map__fd(te->skel->maps.words));

	if (!err)
		err = bpf_map__reuse_fd(d->skel->maps.storage,
					bpf_map__fd(te->skel->maps.storage));
	if (!err)
		err = bpf_map__reuse_fd(d->skel->maps.groups, bpf_map__fd(te->skel->maps.groups));
	return err;
}

static int devices_load(struct te_devices *d, const struct task_events *te, bool lsm)
{
	int err;

	d->skel = devices_bpf__open();
	if (!d->skel)
		return -errno;
	d->skel->rodata->daemon_tgid = (te_u32)getpid();
	bpf_program__set_autoload(d->skel->progs.te_device, !lsm);
	bpf_program__set_autoload(d->skel->progs.te_inode_permission, lsm);
	bpf_program__set_autoload(d->skel->progs.te_inode_mknod, lsm);
	err = reuse_maps(d, te);
	return err ? err : devices_bpf__load(d->skel);
}

static bool devices_called(const struct te_devices *d)
{
	te_u64 before = d->skel->bss->seen;
	int fd = open(SOME_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return __atomic_load_n(&d->skel->bss->seen, __ATOMIC_RELAXED) != before;
}

static void devices_free(struct te_devices *d)
{
	for (int i = NR_LINKS - 1; i >= 0; i--)
		if (d->link[i] >= 0)
			close(d->link[i]);
	if (d->skel)
		devices_bpf__destroy(d->skel);
	free(d);
}

/* The programs of @way, loaded; NULL if that fails. */
static struct te_devices *try_way(const struct task_events *te, const struct way *way)
{
	struct te_devices *d;

	if (!way->possible())
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	for (int i = 0; i < NR_LINKS; i++)
		d->link[i] = -1;
	if (devices_load(d, te, way->lsm)) {
		devices_free(d);
		return NULL;
	}
	return d;
}

/* The first way that can be loaded and, if the programs are to be @started, works. */
static struct te_devices *find_way(struct task_events *te, bool started)
{
	libbpf_print_fn_t print = te_quiet_libbpf();
	struct te_devices *d = NULL;

	te->devices_hook = NULL;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !d; i++) {
		d = try_way(te, &ways[i]);
		if (d && started && (ways[i].attach(d) || !devices_called(d))) {
			devices_free(d);
			d = NULL;
		}
		if (d)
			te->devices_hook = ways[i].name;
	}
	te->devices_tried = true;
	libbpf_set_print(print);
	return d;
}

int task_events_devices_start(struct task_events *te)
{
	if (!te->devices)
		te->devices = find_way(te, true);
	return te->devices ? 0 : -EOPNOTSUPP;
}

void task_events_devices_stop(struct task_events *te)
{
	if (te->devices)
		devices_free(te->devices);
	te->devices = NULL;
}

/* This only loads, and does not attach, because attaching takes some kernels seconds. */
const char *task_events_devices_hook(struct task_events *te)
{
	struct te_devices *d;

	if (!te->devices_tried) {
		d = find_way(te, false);
		if (d)
			devices_free(d);
	}
	return te->devices_hook;
}

int task_events_rules_add(struct task_events *te, uint64_t id, const struct te_rules *rules)
{
	int err = bpf_map_update_elem(bpf_map__fd(te->devices->skel->maps.rules), &id, rules,
				      BPF_NOEXIST);

	return err == -E2BIG ? -ENOSPC : err;
}

void task_events_rules_del(struct task_events *te, uint64_t id)
{
	bpf_map_delete_elem(bpf_map__fd(te->devices->skel->maps.rules), &id);
}
