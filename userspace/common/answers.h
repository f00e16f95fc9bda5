/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does the daemon that serves a path answer?  Includes only libc.
 */
#ifndef _CONTAINERFS_ANSWERS_H
#define _CONTAINERFS_ANSWERS_H

/*
 * 0: statfs(2) of @path succeeded; -ETIMEDOUT: it was not answered within @ms
 * milliseconds; else its -errno, where -ENOTCONN means that the daemon is dead,
 * or -errno of fork(2).
 */
int path_answers(const char *path, int ms);

#endif /* _CONTAINERFS_ANSWERS_H */
