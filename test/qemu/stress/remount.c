// SPDX-License-Identifier: GPL-2.0-only
/*
 * remount SECONDS: readers and writers of the control files of a top container
 * against remounts that take their subsystems away and bring them back.
 *
 * What must hold: a file answers, or says ENODEV as its subsystem is not there
 * (opening it: ENOENT, too); no remount fails; nobody meets a state that is gone,
 * which the kernel would tell by an oops.
 */
#include "workers.h"

#define MNT	"/remount"

static const char *const files[] = {
	"cpuset.mems", "cpuset.cpus", "cpuset.cpu_exclusive", "cpuset.effective_cpus",
	"devices.list", "ns.events", "ns.max_depth", "cpuacct.stat", "cpuacct.usage",
	"cpuacct.usage_percpu", "debug.taskcount",
};

static const struct {
	const char	*file, *text;
} writes[] = {
	{ "ns.max_depth", "32" }, { "ns.clone_name", "node%d" }, { "ns.keep_empty", "16" },
	{ "devices.allow", "a" }, { "cpuset.cpu_exclusive", "1" },
};

static bool gone(void)
{
	return errno == ENODEV || errno == ENOENT;
}

/* Open while there, used beyond that. */
static void read_step(void)
{
	const char *name = files[below(ARRAY_SIZE(files))];
	char path[128], buf[512];
	int fd, i;

	snprintf(path, sizeof(path), MNT "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && gone())
		return;
	if (fd < 0)
		fail("open %s: %s", name, strerror(errno));
	for (i = 0; i < 200 && !shared->stop; i++)
		if (pread(fd, buf, sizeof(buf), 0) < 0 && !gone())
			fail("read %s: %s", name, strerror(errno));
	close(fd);
}

static void write_step(void)
{
	unsigned int n = below(ARRAY_SIZE(writes));
	char path[128];
	int fd, i;

	snprintf(path, sizeof(path), MNT "/%s", writes[n].file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && gone())
		return;
	if (fd < 0)
		fail("open %s: %s", writes[n].file, strerror(errno));
	for (i = 0; i < 50 && !shared->stop; i++)
		if (write(fd, writes[n].text, strlen(writes[n].text)) < 0 && !gone())
			fail("write %s: %s", writes[n].file, strerror(errno));
	close(fd);
}

static void remount(const char *options)
{
	if (mount("none", MNT, "containerfs", MS_REMOUNT, options))
		fail("remount %s: %s", options, strerror(errno));
}

static void remount_step(void)
{
	static const char *const sets[] = {
		"ns,cpuset,devices,cpuacct,debug", "ns,devices", "cpuset,cpuacct", "debug",
	};

	remount(sets[below(ARRAY_SIZE(sets))]);
}

static const struct work all[] = {
	{ "read", read_step, 4 },
	{ "write", write_step, 2 },
	{ "remount", remount_step, 1 },
};

int main(int argc, char **argv)
{
	workers_init();
	mkdir(MNT, 0755);
	if (mount("none", MNT, "containerfs", 0, "ns,cpuset,devices,cpuacct,debug"))
		end_with("mount: %s", strerror(errno));
	workers_run(all, ARRAY_SIZE(all), argc > 1 ? atof(argv[1]) : 10, NULL);
	if (umount(MNT))
		end_with("umount: %s", strerror(errno));
	rmdir(MNT);
	end_with(NULL);
}
