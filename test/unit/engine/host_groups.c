// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the test host knows of css_groups
 *
 * The hooks of this host decide by themselves. It keeps the facts that it was told of each
 * group, by the cookie of the group, and compares them with those that the engine has now.
 */
#include <check.h>
#include <string.h>

#include "host.h"

#define GROUPS	4096

/* The init group is number 0, which is its cookie. */
static struct {
	struct css_group	*group;
	struct css_group_facts	facts;
} known[GROUPS];

static unsigned int number_of(const struct css_group *group)
{
	unsigned long long cookie = css_group_cookie(group);

	ck_assert_uint_lt(cookie, GROUPS);
	ck_assert_ptr_eq(known[cookie].group, group);
	return (unsigned int)cookie;
}

void host_groups_reset(void)
{
	memset(known, 0, sizeof(known));
	known[0].group = css_group_init();
	css_group_get_facts(css_group_init(), &known[0].facts);
}

static int meet(struct css_group *group, const struct css_group_facts *facts)
{
	unsigned int i;

	ck_assert_ptr_ne(group, css_group_init());
	ck_assert_uint_eq(css_group_cookie(group), 0);
	if (host.meet_err)
		return host.meet_err;
	for (i = 1; i < GROUPS && known[i].group; i++)
		;
	ck_assert_uint_lt(i, GROUPS);
	known[i].group = group;
	known[i].facts = *facts;
	css_group_set_cookie(group, i);
	host.groups_met++;
	return 0;
}

static void changed(struct css_group *group, const struct css_group_facts *facts)
{
	known[number_of(group)].facts = *facts;
	host.groups_changed++;
}

static void forget(struct css_group *group)
{
	unsigned int i = number_of(group);

	ck_assert_uint_ne(i, 0);
	known[i].group = NULL;
	host.groups_forgotten++;
}

static const struct css_group_host_ops ops = {
	.meet		= meet,
	.changed	= changed,
	.forget		= forget,
};
const struct css_group_host_ops *const host_css_groups = &ops;

void host_group_cloned(struct css_group *group, const struct css_group_facts *facts)
{
	if (group != css_group_init() && !css_group_cookie(group))
		meet(group, facts);
}

void host_group_forget(struct css_group *group)
{
	forget(group);
	css_group_set_cookie(group, 0);
}

bool host_group_knows(const struct css_group *group)
{
	return group == css_group_init() || css_group_cookie(group);
}

const struct css_group_facts *host_group_told(const struct css_group *group)
{
	return &known[number_of(group)].facts;
}

struct css_group_facts host_group_facts(const struct css_group *group)
{
	struct css_group_facts facts;

	css_group_get_facts(group, &facts);
	return facts;
}

/* Pollers may have ended since, of which the host is not told. */
#define WATCH_MAY_END	(CSS_GROUP_WATCH_EMPTY | CSS_GROUP_WATCH_ALL | CSS_GROUP_WATCH_CLONE)

static bool told(const struct css_group_facts *was, const struct css_group_facts *now)
{
	return !(now->watch & ~was->watch) &&
		!((was->watch & ~now->watch) & ~WATCH_MAY_END) &&
		was->clone_mask == now->clone_mask && was->clone_levels == now->clone_levels &&
		was->clones_charged == now->clones_charged &&
		was->clones_counted == now->clones_counted &&
		was->user_clones == now->user_clones && was->charged == now->charged &&
		was->counter == now->counter && was->rules == now->rules;
}

void host_groups_sane(void)
{
	struct css_group_facts facts;
	unsigned int i;

	for (i = 0; i < GROUPS; i++) {
		if (!known[i].group)
			continue;
		css_group_get_facts(known[i].group, &facts);
		ck_assert_msg(told(&known[i].facts, &facts),
			      "group %u: watch %x %x mask %x %x levels %u %u users %u %u "
			      "counter %llu %llu rules %llu %llu charged %d %d, of clones %d %d, %d %d",
			      i, known[i].facts.watch, facts.watch, known[i].facts.clone_mask,
			      facts.clone_mask, known[i].facts.clone_levels, facts.clone_levels,
			      known[i].facts.user_clones, facts.user_clones, known[i].facts.counter,
			      facts.counter, known[i].facts.rules, facts.rules,
			      known[i].facts.charged, facts.charged, known[i].facts.clones_charged,
			      facts.clones_charged, known[i].facts.clones_counted,
			      facts.clones_counted);
	}
}
