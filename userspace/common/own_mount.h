/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File systems of one's own: mounts that are in no mount namespace, so that
 * nobody can mount anything over what is in them.  For the daemon and for its
 * clients; includes only libc.
 */
#ifndef _CONTAINERFS_OWN_MOUNT_H
#define _CONTAINERFS_OWN_MOUNT_H

/*
 * A detached mount of file system @type with @options (may be NULL; separated
 * by commas, without escapes), which lives as long as its descriptor: that, or
 * -errno.
 */
int own_mount(const char *type, const char *options);
/* A proc of one's own, or the one that others see where that is refused; the descriptor or -errno. */
int own_proc(void);

#endif /* _CONTAINERFS_OWN_MOUNT_H */
