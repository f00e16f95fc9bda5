/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pids.h - the numbers of tasks, from BPF's entries to the engine's containers
 *
 * One thread, no locks. What may be called under the engine's lock says so.
 */
#ifndef _CONTAINERFSD_TASKS_PIDS_H
#define _CONTAINERFSD_TASKS_PIDS_H

#include <stdint.h>

struct css_group;
struct task_events;

/* -ENOMEM. @te is borrowed until pids_exit(). */
int pids_init(struct task_events *te);
void pids_exit(void);

/* The key of the entry that counts @group's tasks, 0: none. Under the lock, too. */
uint64_t pids_key(const struct css_group *group);
/* Around container_clone() for the css_group id @id: its container has BPF's entry. */
void pids_clone_begin(uint64_t id);
void pids_clone_end(void);
/* Whether clones get containers in the hierarchy of pids may have changed. Under the lock. */
void pids_clones_changed(void);
/* After a complete drain: forget entries that are done with, tell of refusals. */
void pids_settle(void);

#endif /* _CONTAINERFSD_TASKS_PIDS_H */
