/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts that are in no mount namespace, so that no process can mount anything over
 * their files.  For the daemon and its clients; includes only libc.
 */
#ifndef _CONTAINERFS_OWN_MOUNT_H
#define _CONTAINERFS_OWN_MOUNT_H

/*
 * Make a detached mount of file system @type with @options, which are separated by
 * commas, without escapes, or NULL.  It lives as long as its descriptor, which is
 * returned; or -errno.
 */
int own_mount(const char *type, const char *options);
/* Such a mount of proc, or /proc if that is refused; the descriptor or -errno. */
int own_proc(void);

#endif /* _CONTAINERFS_OWN_MOUNT_H */
