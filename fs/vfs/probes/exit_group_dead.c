// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.16: the hook of exits comes before exit_mm(), and is told of the last thread. */
#include <linux/mm.h>
#include <trace/events/sched.h>

int probe(void (*fn)(void *data, struct task_struct *task, bool group_dead));

int probe(void (*fn)(void *data, struct task_struct *task, bool group_dead))
{
	return register_trace_sched_process_exit(fn, NULL);
}
