// SPDX-License-Identifier: GPL-2.0-only
/*
 * An engine with one hierarchy, and connections whose mounts are memfds: a memfd belongs to
 * the hierarchy. The options "busy" and "nomount" fail, in the engine and in the connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "daemon/daemon.h"
#include "view/view.h"
#include "tests.h"

struct containerfs_root {
	char		options[128];
	int		mounted;
};

_Bool fake_sys_admin = true;
char fake_log[1024];

static struct containerfs_root root;
static struct super super = { .root = &root };

int hierarchy_mount(const char *options, const struct container_actor *actor, char *msg,
		    unsigned long msglen, struct containerfs_root **rootp)
{
	if (!strcmp(options, "busy")) {
		snprintf(msg, msglen, "busy with %d", actor->tid);
		return -EBUSY;
	}
	snprintf(root.options, sizeof(root.options), "%s", options);
	snprintf(msg, msglen, "a warning");
	root.mounted++;
	*rootp = &root;
	return 0;
}

void hierarchy_umount(struct containerfs_root *r)
{
	r->mounted--;
}

int hierarchy_remount(struct containerfs_root *r, const char *options,
		      const struct container_actor *actor, char *msg, unsigned long msglen)
{
	snprintf(r->options, sizeof(r->options), "%s", options);
	return 0;
}

int hierarchy_show_options(struct containerfs_root *r, char *buf, unsigned long size)
{
	return snprintf(buf, size, ",%s", r->options);
}

int hierarchy_id(const struct containerfs_root *r)
{
	return 7;
}

unsigned long hierarchy_containers(const struct containerfs_root *r)
{
	return 3;
}

void *hierarchy_host(const struct containerfs_root *r)
{
	return &super;
}

int hierarchy_for_each(int (*fn)(struct containerfs_root *r, int mounted, void *arg),
		       void *arg)
{
	return fn(&root, root.mounted, arg);
}

int container_subsys_describe(char *buf, unsigned long size)
{
	return snprintf(buf, size, "ns enforced\n");
}

int super_mount(struct containerfs_root *r, const char *source, unsigned int attr)
{
	if (!strcmp(r->options, "nomount")) {
		hierarchy_umount(r);
		return -ENODEV;
	}
	return memfd_create(source, MFD_CLOEXEC);
}

void super_poll(void)
{
}

struct super *super_of_fd(int fd)
{
	struct stat st;

	super.dev = makedev(3, 4);
	return !fstat(fd, &st) && S_ISREG(st.st_mode) ? &super : NULL;
}

void tasks_begin(void)
{
}

void tasks_end(void)
{
}

void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor)
{
	*actor = (struct container_actor){ .euid = euid, .tid = tid, .sys_admin = fake_sys_admin };
}

int tasks_stats(char *buf, size_t size)
{
	return snprintf(buf, size, "events 1\n");
}

const char *cgroups_stays(void)
{
	return "stays in cgroup\n";
}

const char *privilege_held(void)
{
	return "keeps\n";
}

const char *log_place(void)
{
	return "nowhere";
}

void priority_look(void)
{
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake_log, sizeof(fake_log), fmt, ap);
	va_end(ap);
}
