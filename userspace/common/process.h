/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program of ours puts right in the process that it was given, as a
 * kernel thread has it.  The daemon and mount.containerfs share this; it logs
 * nothing, and includes only libc.
 */
#ifndef _CONTAINERFS_PROCESS_H
#define _CONTAINERFS_PROCESS_H

#include <stdbool.h>
#include <sys/resource.h>

/* Descriptors 0, 1 and 2 are open: whatever is opened next is not taken for one of them. */
void process_stdio(void);
/* Default dispositions, nothing blocked. */
void process_signals(void);
/*
 * Limits at least as wide as those of kernel threads, and @files descriptors if
 * there may be so many.  Returns a bit for each that could
 * not be made so (CAP_SYS_RESOURCE), by its RLIMIT_ number.
 */
unsigned int process_limits(unsigned int files);
/* "RLIMIT_NOFILE" */
const char *process_limit_name(int which);
/* The limits of kernel threads themselves, RLIM_NLIMITS of them. */
void process_kernel_limits(struct rlimit *limits);
/*
 * Nice value, policy, CPUs, memory nodes, I/O priority, timer slack, execution
 * domain, keyring, umask, user and groups; 0 or -errno of the first refused.
 */
int process_schedule(void);
/* Has something been set that cannot be taken off?  (no_new_privs; locked securebits) */
bool process_no_new_privs(void);
bool process_securebits(void);

#endif /* _CONTAINERFS_PROCESS_H */
