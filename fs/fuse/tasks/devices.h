/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - device rules, from the engine to BPF
 *
 * The file defines devices_host of kernel/devices_host.h.
 */
#ifndef _CONTAINERFSD_TASKS_DEVICES_H
#define _CONTAINERFSD_TASKS_DEVICES_H

struct task_events;

/* Borrowed; NULL at the end. */
void devices_init(struct task_events *events);

#endif /* _CONTAINERFSD_TASKS_DEVICES_H */
