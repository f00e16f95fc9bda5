/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does whoever serves a path answer?  Includes only libc.
 */
#ifndef _CONTAINERFS_ANSWERS_H
#define _CONTAINERFS_ANSWERS_H

/*
 * 0: statfs(2) of @path is answered; -ETIMEDOUT: not within @ms; else
 * -errno of it, of which -ENOTCONN means that its daemon is dead.
 */
int path_answers(const char *path, int ms);

#endif /* _CONTAINERFS_ANSWERS_H */
