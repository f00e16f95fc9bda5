/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's task table as a replica of the kernel's words.
 *
 * The engine has a record for each task with a word. The key of a record is the address
 * of the task_struct, its cookie is the word last seen. Events change records here, by
 * the rules at the head of bpf/task_events.h; attach changes them in tasks.c. Both keep
 * the counts of ids.h by ids_count_word().
 *
 * One thread, no locks; nothing here may be called under the engine's lock but
 * replay_word() and replay_failed().
 */
#ifndef _CONTAINERFSD_TASKS_REPLAY_H
#define _CONTAINERFSD_TASKS_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/task_events.h"

/* The callbacks for task_events_new(); their context is not used. */
extern const struct task_events_ops replay_ops;

int replay_init(void);
/* Empties the engine's table. */
void replay_exit(void);

/*
 * Bring the engine up to date. Returns the number of events, or a negative errno if
 * they could not be read. Then the engine may be wrong until a later call succeeds, and
 * no id or container may be freed. The first of several failures in a row is logged.
 */
int replay_drain(void);
/*
 * Drain, then mark the tasks that container.kill means. Called between
 * task_events_kill_begin() and task_events_kill_end(), when BPF knows the groups. A
 * negative errno: not all could be marked.
 */
int replay_kill(void);
/* Has the last replay_drain() failed? */
bool replay_failed(void);
/*
 * Has it failed, or not kept up (-EAGAIN)? In the latter case the engine knows everything
 * that happened before the call, but may lack a task that was born during it.
 */
bool replay_behind(void);

/* The word by which the engine knows task @key; 0: none. */
uint64_t replay_word(unsigned long key);
/* @facts are of a live task: drop a record of an earlier task at its address. */
void replay_check(const struct te_facts *facts);

/* How many tasks the engine has a record of. */
unsigned long replay_tracked(void);
/* How many words had an id that neither the daemon nor BPF knew; 0 unless something is broken. */
unsigned long replay_unknown_ids(void);

#endif /* _CONTAINERFSD_TASKS_REPLAY_H */
