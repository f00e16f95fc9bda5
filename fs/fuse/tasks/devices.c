// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device rules, from the engine to BPF
 *
 * The engine's sets of rules go into a BPF map, and which set the tasks of a
 * css_group are under is said in the entry of each of its ids (ids.c). A
 * clone that BPF makes has its parent's set; if that was replaced at that moment,
 * its event is in the ring by then, and the drain that the engine asks for after
 * each change brings it up to date. Sets are freed as work, hence after a complete
 * drain: nobody has them then.
 *
 * One thread, no locks; adding and freeing happens under the engine's.
 */
#include <linux/bpf.h>
#include <stdio.h>

#include "base/base.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "../../../kernel/devices_host.h"
#include "link.h"
#include "uapi/containerfs.h"

_Static_assert(TE_RULES_MAX == CONTAINER_DEVICE_RULES_MAX, "a set fits into its map");
_Static_assert(TE_DEVICE_ANY == CONTAINER_DEVICE_ANY &&
	       BPF_DEVCG_DEV_BLOCK == CONTAINER_DEVICE_BLOCK &&
	       BPF_DEVCG_DEV_CHAR == CONTAINER_DEVICE_CHAR &&
	       BPF_DEVCG_ACC_MKNOD == CONTAINER_DEVICE_MKNOD &&
	       BPF_DEVCG_ACC_READ == CONTAINER_DEVICE_READ &&
	       BPF_DEVCG_ACC_WRITE == CONTAINER_DEVICE_WRITE, "rules go to BPF as they are");


static const char *devices_describe(void)
{
	static char text[64];
	const char *hook = task_events_devices_hook(te);

	if (!hook)
		return "unsupported: needs BPF on the root of cgroup v2 with task storage, or bpf as an LSM";
	snprintf(text, sizeof(text), "enforced: by %s", hook);
	return text;
}

static int devices_start(void)
{
	return task_events_devices_start(te);
}

static void devices_stop(void)
{
	task_events_devices_stop(te);
}

static int add_rules(unsigned long long id, _Bool deny,
		     const struct container_device_rule *rule, unsigned int nr)
{
	struct te_rules rules = { .deny = deny, .nr = nr };

	for (unsigned int i = 0; i < nr; i++)
		rules.rule[i] = (struct te_rule){
			.major = rule[i].major, .minor = rule[i].minor,
			.type = rule[i].type, .access = rule[i].access,
		};
	return task_events_rules_add(te, id, &rules);
}

static void free_rules(unsigned long long id)
{
	task_events_rules_del(te, id);
}

const struct devices_host_ops devices_host = {
	.describe	= devices_describe,
	.start		= devices_start,
	.stop		= devices_stop,
	.add_rules	= add_rules,
	.free_rules	= free_rules,
};
