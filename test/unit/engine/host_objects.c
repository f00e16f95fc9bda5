// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fake host does for clones and for containers as objects: see host.h
 *
 * It holds namespaces and roots by numbers, counts what is held, and watches inits. The
 * namespace of type T has the inode T + 1.
 */
#include "../quiet_check.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "uapi/containerfs.h"
#include "host.h"
#include "shim_libc.h"

static const char *ns_describe(void)
{
	return "enforced: clones seen by the table of tasks";
}

static void charge_user(unsigned int user, unsigned long long word)
{
	host.charged[user]++;
}

static void uncharge_user(unsigned int user)
{
	ck_assert_int_gt(host.charged[user], 0);
	host.charged[user]--;
}

/* --- what is held --- */

/* The writer may be looked at while it is in its write(2). */
static int may_hold(const struct container_actor *writer)
{
	may_sleep();
	ck_assert(host_task_of(writer->tid));
	if (host.on_hold)
		host.on_hold();
	return host.hold_err;
}

static int hold_new(unsigned int type, struct container_hold *hold)
{
	hold->type = type;
	hold->handle = ++host.last_handle;
	hold->inode = type == CONTAINERFS_HOLD_ROOT ? 0 : type + 1ull;
	host.held++;
	return 0;
}

static int hold(const struct container_actor *writer, unsigned int type,
		struct container_hold *hold)
{
	int ret = may_hold(writer);

	return ret ? ret : hold_new(type, hold);
}

static int hold_fd(const struct container_actor *writer, int fd, struct container_hold *hold)
{
	int ret = may_hold(writer);

	if (ret)
		return ret;
	if (fd == HOST_FD_NET)
		return hold_new(NEW_NET, hold);
	if (fd == HOST_FD_DIR)
		return hold_new(CONTAINERFS_HOLD_ROOT, hold);
	return fd == HOST_FD_FILE ? -EINVAL : -EBADF;
}

static void hold_put(const struct container_hold *hold)
{
	may_sleep();
	ck_assert_uint_ne(hold->handle, 0);
	ck_assert_uint_gt(host.held, 0);
	host.held--;
}

static int hold_link(const struct container_hold *hold, char *buf, unsigned long size)
{
	int len = snprintf(buf, size, "/held/%llu", hold->handle);

	return len < (int)size ? len : -ENAMETOOLONG;
}

static long cred(const struct container_actor *writer, unsigned int *uid, unsigned int *gid,
		 unsigned int *groups, unsigned int max)
{
	unsigned int i, nr = host.nr_groups;
	int ret = may_hold(writer);

	if (ret)
		return ret;
	host.nr_groups += host.more_groups;
	host.more_groups = 0;
	*uid = host.task[writer->tid].uid;
	*gid = *uid + 1;
	for (i = 0; i < nr && i < max; i++)
		groups[i] = 500 + i;
	return nr;
}

static int keyring_new(const char *description)
{
	may_sleep();
	if (host.hold_err)
		return host.hold_err;
	host.keyrings++;
	snprintf(host.keyring_name, sizeof(host.keyring_name), "%s", description);
	return host.last_keyring = 7000 + ++host.last_handle;
}

static void keyring_put(int serial)
{
	may_sleep();
	ck_assert_int_gt(serial, 7000);
	ck_assert_uint_gt(host.keyrings, 0);
	host.keyrings--;
}

const struct ns_host_ops ns_host = {
	.describe	= ns_describe,
	.charge_user	= charge_user,
	.uncharge_user	= uncharge_user,
	.hold		= hold,
	.hold_fd	= hold_fd,
	.hold_put	= hold_put,
	.hold_link	= hold_link,
	.cred		= cred,
	.keyring_new	= keyring_new,
	.keyring_put	= keyring_put,
};

void host_links_changed(struct container *cont)
{
	host.links++;
	host.links_cont = cont;
}

/* --- inits --- */

static int watch(int tgid)
{
	may_sleep();
	if (host.watch_err)
		return host.watch_err;
	host.watches++;
	host.task[tgid].watched = true;
	if (host.on_watch)
		host.on_watch();
	return 0;
}

static void unwatch(int tgid)
{
	may_sleep();
	host.unwatches++;
	host.task[tgid].watched = false;
}

const struct init_host_ops init_host = {
	.watch		= watch,
	.unwatch	= unwatch,
};

static bool process_lives(int tgid)
{
	int tid;

	for (tid = 1; tid < HOST_TASKS; tid++)
		if (host.task[tid].live && host.task[tid].tgid == tgid)
			return true;
	return false;
}

void host_process_ends(int tgid)
{
	const struct container_end end = {
		.status = host.task[tgid].status, .user_usec = 11, .system_usec = 12,
		.maxrss_kb = 13, .minflt = 14, .majflt = 15, .nvcsw = 16, .nivcsw = 17,
	};

	if (!process_lives(tgid) && host.task[tgid].watched)
		container_init_exited(tgid, &end);
}

void host_exit_status(int tid, int status)
{
	host.task[host.task[tid].tgid].status = status;
	host_exit(tid);
}
