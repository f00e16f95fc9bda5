// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of an idle container, measured with many: the daemon's resident memory; for the
 * kernel (the module, and cgroup v1) its slabs, without those of the VFS (dentries, inodes),
 * and its per-CPU memory.
 *
 * The kernel's numbers are those of the whole machine, so other work changes them. The
 * daemon's numbers are its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define A_ROW		1000u		/* containers in one directory */
#define BASE_PART	20u		/* for cgroup v1 a twentieth of them, because it frees them slowly */

static const struct memory_op {
	const char	*name, *help, *opts;
	struct aim	 aim;
} ops[] = {
	{ "memory", "bytes a container, no subsystem", "none,name=bench", { 1024, 512 } },
	{ "memory-ns", "with the subsystem ns", "ns", { 1024, 512 } },
};
#define NR_OPS	(sizeof(ops) / sizeof(ops[0]))

/* Bytes of objects in slabs, without dentries and inodes; and of per-CPU memory. */
static double kernel_memory(void)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	unsigned long active, total, size;
	double sum = 0;
	char line[512], name[64];

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %lu %lu", name, &active, &total, &size) != 4 ||
		    !strcmp(name, "dentry") || strstr(name, "inode"))
			continue;
		sum += (double)active * size;
	}
	fclose(f);
	return sum + 1024.0 * read_field("/proc/meminfo", "Percpu:");
}

static double memory_used(pid_t daemon)
{
	char path[48];

	if (!daemon)
		return kernel_memory();
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", daemon);
	return 1024.0 * read_field(path, "Rss:");
}

static int make_many(const char *name, const char *dir, unsigned int nr)
{
	char path[128];
	int err = 0;

	for (unsigned int i = 0; i < nr && !err && !stopped; i++) {
		if (i % A_ROW == 0) {
			snprintf(path, sizeof(path), "%s/row%u", dir, i / A_ROW);
			err = mkdir(path, 0755);
			progress(name, (double)i / nr);
		} else {
			snprintf(path, sizeof(path), "%s/row%u/container%u", dir, i / A_ROW, i);
			err = mkdir(path, 0755);
		}
	}
	return err ? -errno : 0;
}

/* Bytes for each container, or -errno. */
static double measure(const char *name, const char *dir, pid_t daemon, unsigned int nr)
{
	double before = memory_used(daemon), after;
	int err = make_many(name, dir, nr);

	after = memory_used(daemon);
	remove_below(dir);
	if (stopped)
		err = -EINTR;
	return err ? err : before < 0 || after < 0 ? -ENOENT : (after - before) / nr;
}

static double measure_ours(const struct memory_op *op)
{
	char path[96];
	double bytes;
	int err = host_mount(side_dir(OURS), op->opts);

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/ns.clone_flags", side_dir(OURS));
	write_file(path, "none");
	bytes = measure(op->name, side_dir(OURS), host_daemon(), options.containers);
	host_umount_last(side_dir(OURS));
	return bytes;
}

static double measure_base(const char *name)
{
	double bytes = -1;

	if (options.no_base || host_mount_base())
		return -1;
	bytes = measure(name, side_dir(BASE), 0, options.containers / BASE_PART + 1);
	host_umount_base();
	return bytes < 0 ? -1 : bytes;
}

void memory_run(void)
{
	double base = 0, ours;
	struct summary s;

	for (size_t i = 0; i < NR_OPS && !stopped; i++) {
		if (!wanted(ops[i].name))
			continue;
		if (!base)
			base = measure_base(ops[i].name);
		ours = measure_ours(&ops[i]);
		progress_end();
		if (ours < 0) {
			table_skip(ops[i].name, strerror((int)-ours));
			continue;
		}
		s = (struct summary){ base, ours, -1, -1, -1, 1 };
		if (base > 0)
			s.ratio = s.low = s.high = ours / base;
		table_row(ops[i].name, "cgroup v1", BYTES, ops[i].aim, &s);
	}
}

void memory_help(void)
{
	puts("\nMemory, against cgroup v1:");
	for (size_t i = 0; i < NR_OPS; i++)
		printf("  %-22s %s\n", ops[i].name, ops[i].help);
}
