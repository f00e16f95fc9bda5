/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts by the kernel's own containerfs, for mount.containerfs and containerctl.
 */
#ifndef _CONTAINERFS_KERNEL_MOUNT_H
#define _CONTAINERFS_KERNEL_MOUNT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Both put into @text what the filesystem said: the reason of a refusal, or a warning.
 * -ENOSYS: only mount(2) is left.  @options are changed.
 */

/* Make a detached mount with @attr (MOUNT_ATTR_*); its descriptor or -errno. */
int kernel_mount(const char *source, char *options, uint64_t attr, char *text, size_t size);
/* Set the options of the hierarchy of which @dir is the root of a mount; O_PATH will do. */
int kernel_remount(int dir, char *options, char *text, size_t size);

#endif /* _CONTAINERFS_KERNEL_MOUNT_H */
