/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a daemon listens, for itself and for its clients; includes only libc.
 *
 * A name without a slash is one for the whole machine: whoever says it reaches
 * the same daemon, from whatever chroot(2) or namespace.  A path is what it is
 * everywhere, and so a way to have a daemon apart from the machine's.
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
 * The directory of @where, made if @make and need be: its descriptor or
 * -errno.  @addr is the socket as seen from there, by bind(2) and connect(2).
 */
int endpoint_dir(const char *where, bool make, struct sockaddr_un *addr);
/* A connection to whoever listens at @where, or -errno. */
int endpoint_connect(const char *where);
/*
 * Until @sock can be read, for @seconds, or a moment if its other side is
 * stopped; 0 or -ETIMEDOUT.
 */
int endpoint_wait(int sock, int seconds);
/* Who does not answer at @sock, and what to do about it: a sentence. */
void endpoint_explain(int sock, char *buf, size_t size);

#endif /* _CONTAINERFS_ENDPOINT_H */
