// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake host's device checks: see host.h
 *
 * It keeps the sets that it is told of, by number, and finds the set of a task by its
 * css_group, as BPF does. If a set is freed while a group is under it, the next check ends the
 * test.
 */
#include "../quiet_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "shim_libc.h"

struct set {
	struct set		*next;
	unsigned long long	id;
	bool			deny;
	unsigned int		nr;
	struct container_device_rule rule[];
};

static struct set *sets;

static const char *devices_describe(void)
{
	return "enforced: in the table of tasks";
}

static int devices_start(void)
{
	shim_might_sleep(__FILE__, __LINE__);
	ck_assert(!host.devices_checked);
	if (!host.devices_start_err)
		host.devices_checked = true;
	return host.devices_start_err;
}

static void devices_stop(void)
{
	shim_might_sleep(__FILE__, __LINE__);
	ck_assert_uint_eq(host.device_sets, 0);
	ck_assert(host.devices_checked);
	host.devices_checked = false;
}

static int add_rules(unsigned long long id, _Bool deny,
		     const struct container_device_rule *rule, unsigned int nr)
{
	struct set *set;

	ck_assert(host.devices_checked);
	ck_assert(id && (deny || nr));
	if (host.devices_add_nth && !--host.devices_add_nth)
		return host.devices_add_err;
	for (set = sets; set; set = set->next)
		ck_assert_uint_ne(set->id, id);
	set = malloc(sizeof(*set) + nr * sizeof(*rule));
	ck_assert_ptr_nonnull(set);
	*set = (struct set){ .next = sets, .id = id, .deny = deny, .nr = nr };
	memcpy(set->rule, rule, nr * sizeof(*rule));
	sets = set;
	host.device_sets++;
	return 0;
}

static void free_rules(unsigned long long id)
{
	struct set **link, *set;

	for (link = &sets; *link && (*link)->id != id; link = &(*link)->next)
		;
	set = *link;
	ck_assert_ptr_nonnull(set);
	*link = set->next;
	free(set);
	host.device_sets--;
}

const struct devices_host_ops devices_host = {
	.describe	= devices_describe,
	.start		= devices_start,
	.stop		= devices_stop,
	.add_rules	= add_rules,
	.free_rules	= free_rules,
};

static bool number_is(unsigned int in_rule, unsigned int number)
{
	return in_rule == ~0u || in_rule == number;
}

static bool set_permits(unsigned long long id, const struct container_device_rule *want)
{
	const struct set *set;
	unsigned int i;
	bool some, all;

	for (set = sets; set && set->id != id; set = set->next)
		;
	ck_assert_msg(set, "set %llu is in use and unknown", id);
	for (i = 0; i < set->nr; i++) {
		const struct container_device_rule *rule = &set->rule[i];

		if (rule->type != want->type || !number_is(rule->major, want->major) ||
		    !number_is(rule->minor, want->minor))
			continue;
		some = rule->access & want->access;
		all = (rule->access & want->access) == want->access;
		if (set->deny ? all : some)
			return set->deny;
	}
	return !set->deny;
}

bool host_may(int tid, char type, unsigned int major, unsigned int minor, const char *access)
{
	struct container_device_rule want = {
		.type = type == 'b' ? CONTAINER_DEVICE_BLOCK : CONTAINER_DEVICE_CHAR,
		.major = major, .minor = minor,
		.access = (strchr(access, 'r') ? CONTAINER_DEVICE_READ : 0) |
			  (strchr(access, 'w') ? CONTAINER_DEVICE_WRITE : 0) |
			  (strchr(access, 'm') ? CONTAINER_DEVICE_MKNOD : 0),
	};
	struct container_task *task = container_task_find(host_key(tid));
	struct css_group *group = task ? container_task_group(task) : css_group_init();
	unsigned long long id = host_group_knows(group) ? host_group_told(group)->rules :
							  host_group_facts(group).rules;
	int ret = container_device_permission(host_key(tid), &want);

	ck_assert(!ret || ret == -EPERM);
	ck_assert_int_eq(!ret, !id || set_permits(id, &want));
	return !ret;
}
