/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of what the kernel made first.  They are the same on every machine:
 * programs and tools rely on them, so the kernel keeps them.
 */
#ifndef _CONTAINERFS_INITIAL_H
#define _CONTAINERFS_INITIAL_H

/* inode numbers of the initial namespaces in /proc/PID/ns, fixed since Linux 3.8 */
#define INITIAL_USER_INO	0xEFFFFFFDu
#define INITIAL_PID_INO		0xEFFFFFFCu

/* the process id of kthreadd, the parent of all other kernel threads */
#define INITIAL_KTHREADD	2

#endif /* _CONTAINERFS_INITIAL_H */
