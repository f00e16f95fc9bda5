/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of device rules: what devices.c (containers, files) and device_rules.c
 * (grammar, matching, life of a set) share.
 *
 * A set says what is done with a device that no rule names (deny), and lists
 * the exceptions to that.  It never changes once it is made: containers that
 * allow the same share one, so that a new container costs nothing and cannot
 * fail, and whoever checks an access needs no lock.  NULL is the set that allows
 * everything.
 *
 * A set is changed by loading it into the draft, editing that, and making a set
 * of it.  There is one draft, and it and all references are under container_lock.
 * The last reference puts a set on a list, from which device_rules_bury() takes
 * it: only then does the host forget it, when nobody can be on the way to it.
 */
#ifndef _CONTAINERFS_DEVICES_H
#define _CONTAINERFS_DEVICES_H

#include "container.h"
#include "devices_host.h"

#define DEVICE_ANY	CONTAINER_DEVICE_ANY	/* '*' for a major or minor number */

struct device_rules {
	u64			id;		/* immutable, as all but refs and node; from 1 */
	unsigned int		refs;
	struct list_head	node;		/* among those to be buried */
	struct rcu_head		rcu;
	bool			deny;
	unsigned int		nr;
	struct container_device_rule rule[];
};

struct device_draft {
	bool			deny;
	unsigned int		nr;
	struct container_device_rule rule[CONTAINER_DEVICE_RULES_MAX];
};

/* device_rules.c */

/* "[bc] M:m [rwm]", with '*' for a number; -EINVAL. */
int device_rule_parse(const char *text, struct container_device_rule *rule);
void device_rules_show(struct seq_file *m, const struct device_rules *rules);

/* May @want be done under @rules?  Needs no lock but, if nobody holds a reference, RCU. */
bool device_rules_permit(const struct device_rules *rules,
			 const struct container_device_rule *want);
/* Is any of @want denied by an exception to "allow"? */
bool device_rules_touch(const struct device_rules *rules,
			const struct container_device_rule *want);

/* Under the lock. */
struct device_rules *device_rules_get(struct device_rules *rules);
void device_rules_put(struct device_rules *rules);
struct device_draft *device_draft_load(const struct device_rules *rules);
/* -E2BIG */
int device_draft_add(struct device_draft *draft, const struct container_device_rule *rule);
void device_draft_remove(struct device_draft *draft, const struct container_device_rule *rule);
/*
 * A reference to a set that says what @draft does: one of @like (either may be
 * NULL), or a new one.  The host's error or -ENOMEM.
 */
int device_draft_finish(const struct device_draft *draft, struct device_rules *const like[2],
			struct device_rules **rulesp);

/* No lock: let go of those that nobody has any more. */
void device_rules_bury(void);
/* Sets there are, those to be buried included; to be asked without lock. */
bool device_rules_any(void);

#endif /* _CONTAINERFS_DEVICES_H */
