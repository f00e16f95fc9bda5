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

static int __init containerfs_init(void)
{
	int ret;

	ret = container_engine_init();
	if (ret)
		return ret;
	ret = containerfs_inode_init();
	if (ret)
		goto engine;
	ret = containerfs_host_init();
	if (ret)
		goto inode;
	ret = containerfs_hooks_init();
	if (ret)
		goto host;
	containerfs_devices_init();
	containerfs_pids_init();
	ret = containerfs_cpuset_init();
	if (ret)
		goto pids;
	ret = register_filesystem(&containerfs_type);
	if (ret)
		goto affinity;
	return 0;

affinity:
	containerfs_cpuset_exit();
pids:
	containerfs_pids_exit();
	containerfs_hooks_exit();
host:
	containerfs_host_exit();
inode:
	containerfs_inode_exit();
engine:
	container_engine_exit();
	container_engine_free();
	return ret;
}

static void __exit containerfs_exit(void)
{
	unregister_filesystem(&containerfs_type);
	containerfs_cpuset_exit();
	containerfs_pids_exit();
	containerfs_hooks_exit();
	container_engine_exit();
	containerfs_pids_settle();
	containerfs_host_exit();
	containerfs_freezer_exit();
	containerfs_devices_exit();
	containerfs_notify_exit();
	containerfs_inode_exit();
	container_engine_free();
}

module_init(containerfs_init);
module_exit(containerfs_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Process containers: a filesystem that groups tasks, cgroup-v1-like");
