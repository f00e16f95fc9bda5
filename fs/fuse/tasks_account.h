/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tasks_account.h - CPU time of css_groups, from BPF's sums to the engine's charges
 *
 * See tasks_account.c. One thread, no locks; nothing here may be called under
 * the engine's lock unless it says so.
 */
#ifndef FS_FUSE_TASKS_ACCOUNT_H
#define FS_FUSE_TASKS_ACCOUNT_H

#include <stdbool.h>

struct css_group;
struct group_id;
struct task_events;

/* @te is borrowed; NULL at the end. -ENOMEM. */
int account_init(struct task_events *te);

/* Some hierarchy clones, or none does any more. */
void account_clones_changed(void);
/*
 * @gid, which is about to be an id of @group, gets an account if its time counts:
 * -ENOMEM, or what BPF says. Under the engine's lock, too; the account goes by free().
 */
int account_open(struct group_id *gid, struct css_group *group);

/* Charge for all that has been used until now; host_charge() does, unless it was just done. */
void account_look(void);

/*
 * @gid is idle and about to be freed: charge what it has. false: wait, as some
 * who exited in it may still run.
 */
bool account_close(struct group_id *gid);

#endif /* FS_FUSE_TASKS_ACCOUNT_H */
