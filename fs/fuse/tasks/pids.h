/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of tasks, from BPF's entries to the engine's containers
 *
 * One thread, no locks. What may be called under the engine's lock says so.
 */
#ifndef _CONTAINERFSD_TASKS_PIDS_H
#define _CONTAINERFSD_TASKS_PIDS_H

#include <stdbool.h>
#include <stdint.h>

/* -ENOMEM. */
int pids_init(void);
void pids_exit(void);

/* The key of the entry that counts where container @id does, 0: none. Under the lock, too. */
uint64_t pids_key(uint64_t id);
/* After container_clone() with @id as its host_word: keep BPF's entry, if no container has it. */
void pids_cloned(uint64_t id);
/* Do clones get containers that count? No, until this says so. Under the lock. */
void pids_set_clones(bool clones);
/* After a complete drain: forget entries that are done with, tell of refusals. */
void pids_settle(void);

#endif /* _CONTAINERFSD_TASKS_PIDS_H */
