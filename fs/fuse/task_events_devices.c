// SPDX-License-Identifier: GPL-2.0-only
/*
 * task_events_devices.c - load and attach the programs that check devices
 *
 * They are there only while they are wanted: other device accesses than those of
 * contained tasks pay for them, too. Of the two ways to be called (see
 * task_events_devices.bpf.c) the first that works is used, where working means that
 * the program has seen this process open a device: bpf may be missing among the
 * LSMs, and then programs attach without a complaint and are never called.
 *
 * The links are held by descriptors of this process alone; if it dies, nobody is
 * denied anything any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "task_events_priv.h"
#include "task_events_devices.skel.h"

#define NR_LINKS	2
#define SOME_DEVICE	"/dev/null"

struct te_devices {
	struct task_events_devices_bpf *skel;
	int link[NR_LINKS];
};

/* The root of cgroup v2, by a mount that nobody else sees. */
static int open_cgroup2(void)
{
	int fs = fsopen("cgroup2", FSOPEN_CLOEXEC);
	int fd = -1;

	if (fs < 0)
		return -errno;
	if (!fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return fd < 0 ? -EOPNOTSUPP : fd;
}

/* A link implies BPF_F_ALLOW_MULTI. */
static int attach_cgroup(struct te_devices *d)
{
	int cgroup = open_cgroup2();

	if (cgroup < 0)
		return cgroup;
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
	int		(*attach)(struct te_devices *d);
} ways[] = {
	{ "a cgroup v2 device program", false, attach_cgroup },
	{ "LSM programs", true, attach_lsm },
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

static int load(struct te_devices *d, const struct task_events *te, bool lsm)
{
	int err;

	d->skel = task_events_devices_bpf__open();
	if (!d->skel)
		return -errno;
	d->skel->rodata->daemon_tgid = (te_u32)getpid();
	bpf_program__set_autoload(d->skel->progs.te_device, !lsm);
	bpf_program__set_autoload(d->skel->progs.te_inode_permission, lsm);
	bpf_program__set_autoload(d->skel->progs.te_inode_mknod, lsm);
	err = reuse_maps(d, te);
	return err ? err : task_events_devices_bpf__load(d->skel);
}

static bool works(const struct te_devices *d)
{
	te_u64 before = d->skel->bss->seen;
	int fd = open(SOME_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return __atomic_load_n(&d->skel->bss->seen, __ATOMIC_RELAXED) != before;
}

static void drop(struct te_devices *d)
{
	for (int i = NR_LINKS - 1; i >= 0; i--)
		if (d->link[i] >= 0)
			close(d->link[i]);
	if (d->skel)
		task_events_devices_bpf__destroy(d->skel);
	free(d);
}

static struct te_devices *try_way(const struct task_events *te, const struct way *way)
{
	struct te_devices *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	for (int i = 0; i < NR_LINKS; i++)
		d->link[i] = -1;
	if (load(d, te, way->lsm) || way->attach(d) || !works(d)) {
		drop(d);
		return NULL;
	}
	return d;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

int task_events_devices_start(struct task_events *te)
{
	libbpf_print_fn_t print;

	if (te->devices)
		return 0;
	print = libbpf_set_print(quiet);
	if (getenv("LIBBPF_LOG_LEVEL"))
		libbpf_set_print(print);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !te->devices; i++) {
		te->devices = try_way(te, &ways[i]);
		te->devices_hook = te->devices ? ways[i].name : NULL;
	}
	te->devices_tried = true;
	libbpf_set_print(print);
	return te->devices ? 0 : -EOPNOTSUPP;
}

void task_events_devices_stop(struct task_events *te)
{
	if (te->devices)
		drop(te->devices);
	te->devices = NULL;
}

const char *task_events_devices_hook(struct task_events *te)
{
	if (!te->devices_tried && !task_events_devices_start(te))
		task_events_devices_stop(te);
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
