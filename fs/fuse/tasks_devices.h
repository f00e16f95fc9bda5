/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tasks_devices.h - device rules, from the engine to BPF
 *
 * What is here besides is in engine_host.h, as host_devices() and its like.
 */
#ifndef FS_FUSE_TASKS_DEVICES_H
#define FS_FUSE_TASKS_DEVICES_H

struct task_events;

/* Borrowed; NULL at the end. */
void devices_init(struct task_events *events);

#endif /* FS_FUSE_TASKS_DEVICES_H */
