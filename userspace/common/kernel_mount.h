/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts by the kernel's own containerfs, for mount.containerfs and containerctl.
 */
#ifndef _CONTAINERFS_KERNEL_MOUNT_H
#define _CONTAINERFS_KERNEL_MOUNT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Both leave in @text what the filesystem said: why not, or a warning.  -ENOSYS: only
 * mount(2) is left.  kernel_mount() returns a detached mount of @attr (MOUNT_ATTR_*).
 */
int kernel_mount(const char *source, char *options, uint64_t attr, char *text, size_t size);
/* The options of the hierarchy that @dir (O_PATH will do) is the root of a mount of. */
int kernel_remount(int dir, char *options, char *text, size_t size);

#endif /* _CONTAINERFS_KERNEL_MOUNT_H */
