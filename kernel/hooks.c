// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hooks the host must have on, because a subsystem wants them.
 *
 * A hook before each fork, or at each reaping, costs every task of the system something,
 * so the host switches it on by need.  A subsystem that has can_fork() or released()
 * wants the hook while it is bound, unless it says by hooks_wanted() that it does not now.
 *
 * A hook is on before the subsystem is bound, and until it is bound no more, so that no
 * task forks, or is reaped, unseen.  Therefore a mount or remount first announces the
 * subsystems that it is about to bind (hooks_begin()), and the host may sleep until their
 * hooks are on.  hooks_mutex keeps these announcements apart.
 *
 * A subsystem without hooks_wanted() relies on its hooks.  On a host that has not all of
 * them it is unsupported, and a mount with it is refused.
 */
#include "hooks.h"
#include "options.h"

static DEFINE_MUTEX(hooks_mutex);	/* between hooks_begin() and hooks_end() */
static unsigned int hooks_announced;	/* subsystems about to be bound; under container_lock */
static unsigned int hooks_told;		/* what the host was told last; under container_lock */

static unsigned int hooks_of(const struct container_subsys *ss)
{
	return (ss->can_fork ? CONTAINER_HOOK_FORK : 0) |
	       (ss->released ? CONTAINER_HOOK_REAP : 0);
}

/* Of the hooks that @ss relies on, those that this host has not. */
static unsigned int hooks_missing(const struct container_subsys *ss)
{
	return ss->hooks_wanted ? 0 : hooks_of(ss) & ~host_hooks_had();
}

const char *hooks_unsupported(const struct container_subsys *ss)
{
	unsigned int missing = hooks_missing(ss);

	if (missing & CONTAINER_HOOK_FORK)
		return "unsupported: this host does not ask before a fork";
	if (missing & CONTAINER_HOOK_REAP)
		return "unsupported: this host does not see when a task is reaped";
	return NULL;
}

void hooks_changed(void)
{
	unsigned int wanted = 0;
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	for_each_subsys(ss, i)
		if (ss->root || hooks_announced & (1u << i))
			wanted |= ss->hooks_wanted ? ss->hooks_wanted() : hooks_of(ss);
	if (!host_hooks || wanted == hooks_told)
		return;
	hooks_told = wanted;
	host_hooks->want(wanted);
}

unsigned int hooks_settle(void)
{
	if (host_hooks)
		host_hooks->settle();
	return host_hooks_had();
}

static void hooks_announce(unsigned int mask)
{
	spin_lock(&container_lock);
	hooks_announced = mask;
	hooks_changed();
	spin_unlock(&container_lock);
}

int hooks_begin(unsigned int mask, struct option_msg *msg)
{
	struct container_subsys *ss;
	const char *why = NULL;
	int i;

	mutex_lock(&hooks_mutex);
	hooks_announce(mask);
	hooks_settle();
	for_each_subsys(ss, i) {
		if (mask & (1u << i))
			why = hooks_unsupported(ss);
		if (!why)
			continue;
		option_say(msg, "subsystem %s is %s", ss->name, why);
		hooks_end();
		return -EOPNOTSUPP;
	}
	return 0;
}

void hooks_end(void)
{
	hooks_announce(0);
	mutex_unlock(&hooks_mutex);
}
