/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tasks: a replica, for the engine, of what the kernel knows of them.
 */
#ifndef _CONTAINERFSD_TASKS_H
#define _CONTAINERFSD_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../../kernel/engine.h"

struct tasks_opts {
	size_t	ring_bytes;		/* 0: the default */
	bool	force_tracepoint;	/* do not try fexit */
};
int tasks_init(const struct tasks_opts *opts);
void tasks_exit(void);
void tasks_begin(void);
void tasks_end(void);
/*
 * Could tasks_begin() not keep up?  Then tasks may be missing that were born while it ran.
 */
bool tasks_behind(void);
/* Who is thread @tid (initial pid namespace, 0: unknown)?  @euid: used if it is gone. */
void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor);
/* RLIMIT_FSIZE of @tid; RLIM_INFINITY also if that is not known. */
uint64_t tasks_file_limit(pid_t tid);
/* Has @tid, at this moment, CAP_FSETID in the initial user namespace? */
bool tasks_fsetid(pid_t tid);
/* Likewise CAP_DAC_OVERRIDE. */
bool tasks_dac_override(pid_t tid);
/*
 * Counters for the log and `containerctl hierarchies --stats`, a line "name value" each.
 * Returns what snprintf() does.
 */
int tasks_stats(char *buf, size_t size);

#endif /* _CONTAINERFSD_TASKS_H */
