/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a daemon listens, for the daemon and its clients; includes only libc.
 *
 * A name without a slash is one for the whole machine: a client that uses it reaches
 * the same daemon from each chroot(2) and namespace.  A path is an ordinary path of
 * a socket, for a daemon apart from the machine's.
 */
#ifndef _CONTAINERFS_ENDPOINT_H
#define _CONTAINERFS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

/* "/dev/containerfs/NAME", or the path itself, to show; valid until the next call. */
const char *endpoint_show(const char *where);
/*
 * The descriptor of the directory of @where, which is made if @make is set and it is
 * not there; or -errno.  @addr is for bind(2) or connect(2) with that working
 * directory.
 */
int endpoint_dir(const char *where, bool make, struct sockaddr_un *addr);
/*
 * Beside the socket there is a file, SOCKET.lock, of which the daemon locks two bytes
 * (F_OFD_SETLK): while it starts, and as long as it lives.  The first line is its process id;
 * the others are the device numbers of its mounts, "MAJOR:MINOR", so that after its death
 * its mounts can be told from those of other daemons.
 */
enum { ENDPOINT_LOCK_STARTING, ENDPOINT_LOCK_RUNNING };
/* Open the file of @addr in the directory @dir with @flags, mode 0600; or -errno. */
int endpoint_lock_file(int dir, const struct sockaddr_un *addr, int flags);
/* A connection to the daemon that listens at @where, or -errno. */
int endpoint_connect(const char *where);
/*
 * Wait until @sock can be read, at most @seconds, or one second if the process at the
 * other side is stopped; 0 or -ETIMEDOUT.
 */
int endpoint_wait(int sock, int seconds);
/* Put a sentence into @buf: which daemon does not answer at @sock, and what to do about it. */
void endpoint_explain(int sock, char *buf, size_t size);

#endif /* _CONTAINERFS_ENDPOINT_H */
