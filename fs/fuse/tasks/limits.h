/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of clones, between the engine, which judges, and BPF.
 *
 * BPF refuses a clone that is too deep, that its user may not cause, or for which a full
 * container has no room, before the engine hears of it. So BPF must know these limits.
 * ids.c tells it the depth, this file the rest.
 *
 * One thread, no locks; nothing here may be called under the engine's lock but
 * limits_forget(), limits_charge_user(), limits_uncharge_user() and limits_stays().
 */
#ifndef _CONTAINERFSD_TASKS_LIMITS_H
#define _CONTAINERFSD_TASKS_LIMITS_H

#include <stdint.h>

struct container_task_info;
struct css_group;
struct group_id;

int limits_init(void);

/* No container came of a clone that BPF had made, and charged @user for. */
void limits_uncharge(uint32_t user);

/* As struct ns_host_ops says; under the lock, too. */
void limits_charge_user(unsigned int user, unsigned long long word);
void limits_uncharge_user(unsigned int user);
void limits_stays(const struct container_task_info *info, _Bool on);

/*
 * The engine refused a clone of tasks of @gid, which BPF had made, as the container is
 * full: let BPF refuse the next.
 */
void limits_refused(struct group_id *gid);
/* Before each drain, and after it if it was complete. */
void limits_before_drain(void);
void limits_after_drain(void);
/* @gid is about to be freed. */
void limits_forget(struct group_id *gid);

#endif /* _CONTAINERFSD_TASKS_LIMITS_H */
