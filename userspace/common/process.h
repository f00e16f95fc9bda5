/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Give this process what a kernel thread has, in place of what it inherited.  The
 * daemon and mount.containerfs share this; it logs nothing, and includes only libc.
 */
#ifndef _CONTAINERFS_PROCESS_H
#define _CONTAINERFS_PROCESS_H

#include <stdbool.h>
#include <sys/resource.h>

/* Open descriptors 0, 1 and 2 if they are closed, so that no other file gets these numbers. */
void process_stdio(void);
/* Default dispositions, no signal blocked. */
void process_signals(void);
/*
 * Make the limits at least as wide as those of kernel threads, and allow @files
 * descriptors if possible.  Returns a bit, by its RLIMIT_ number, for each limit that
 * stays narrower, because CAP_SYS_RESOURCE is missing.
 */
unsigned int process_limits(unsigned int files);
/* "RLIMIT_NOFILE" */
const char *process_limit_name(int which);
/* The limits of kernel threads themselves, RLIM_NLIMITS of them. */
void process_kernel_limits(struct rlimit *limits);
/*
 * Set policy, nice value, CPUs, memory nodes, I/O priority, timer slack, execution
 * domain, keyring, umask, user and groups as of a kernel thread; 0, or -errno of the
 * first of policy, CPUs and user that was refused.
 */
int process_schedule(void);
/*
 * Does this process have no_new_privs, which nothing takes off, or SECBIT_NOROOT, which
 * process_schedule() could not take off?
 */
bool process_no_new_privs(void);
bool process_securebits(void);

#endif /* _CONTAINERFS_PROCESS_H */
