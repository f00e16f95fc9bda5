// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: its parts in order, and back.
 *
 * The filesystem type holds the module while anything is mounted. Without a mount the
 * module can be unloaded at any moment. Then no task can mount any more; then no hook runs
 * any more; then the engine lets go of all tasks, and of the hierarchies that have lived on
 * without a mount.
 */
#include <linux/module.h>

#include "vfs.h"

/* The parts, in the order in which they come up; not all of them can fail. */
enum part { ENGINE, INODE, DEVICES, HOST, HOOKS, FORKS, CPUSET, PROC, FILESYSTEM };

/* Take down what is up, from @last back to the first: containerfs_init() line for line. */
static void containerfs_down(enum part last)
{
	switch (last) {
	case FILESYSTEM:
		unregister_filesystem(&containerfs_type);
		fallthrough;
	case PROC:
		containerfs_proc_exit();
		fallthrough;
	case CPUSET:
		containerfs_cpuset_exit();
		fallthrough;
	case FORKS:
		containerfs_forks_exit();
		fallthrough;
	case HOOKS:
		containerfs_hooks_exit();
		fallthrough;
	case HOST:
		/* No hook runs any more, and what the engine asks for at its end still can be done. */
		container_engine_exit();
		containerfs_forks_settle();
		containerfs_host_exit();
		containerfs_hold_exit();
		containerfs_freezer_exit();
		fallthrough;
	case DEVICES:
		containerfs_devices_exit();
		fallthrough;
	case INODE:
		containerfs_notify_exit();
		containerfs_inode_exit();
		fallthrough;
	case ENGINE:
		container_engine_free();
	}
}

static int __init containerfs_init(void)
{
	enum part up;
	int ret;

	ret = container_engine_init();
	if (ret)
		return ret;
	up = ENGINE;
	ret = containerfs_inode_init();
	if (ret)
		goto down;
	containerfs_devices_init();
	up = DEVICES;
	ret = containerfs_host_init();
	if (ret)
		goto down;
	up = HOST;
	ret = containerfs_hooks_init();
	if (ret)
		goto down;
	containerfs_forks_init();
	up = FORKS;
	ret = containerfs_cpuset_init();
	if (ret)
		goto down;
	up = CPUSET;
	ret = containerfs_proc_init();
	if (ret)
		goto down;
	up = PROC;
	ret = register_filesystem(&containerfs_type);
	if (ret)
		goto down;
	return 0;

down:
	containerfs_down(up);
	return ret;
}

static void __exit containerfs_exit(void)
{
	containerfs_down(FILESYSTEM);
}

module_init(containerfs_init);
module_exit(containerfs_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Process containers: a filesystem that groups tasks, cgroup-v1-like");
