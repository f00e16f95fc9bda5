/* SPDX-License-Identifier: GPL-2.0-only */
/* The inits of containers; see inits.c. */
#ifndef _CONTAINERFSD_TASKS_INITS_H
#define _CONTAINERFSD_TASKS_INITS_H

#include <stdint.h>

struct te_end;

/* The `ended` callback of task_events. */
void inits_ended(void *ctx, uint32_t tgid, const struct te_end *from);

#endif /* _CONTAINERFSD_TASKS_INITS_H */
