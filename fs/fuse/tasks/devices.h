/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - device rules, from the engine to BPF
 *
 * What is here besides is in engine_host.h, as host_devices() and its like.
 */
#ifndef _CONTAINERFSD_TASKS_DEVICES_H
#define _CONTAINERFSD_TASKS_DEVICES_H

struct task_events;

/* Borrowed; NULL at the end. */
void devices_init(struct task_events *events);

#endif /* _CONTAINERFSD_TASKS_DEVICES_H */
