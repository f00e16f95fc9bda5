/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of device rules, shared by devices.c (containers, files) and device_rules.c
 * (grammar, matching, life of a set).
 *
 * A set says whether it allows or denies a device that no rule names (deny), and lists
 * the exceptions.  A set never changes once it is made, so a check of an access needs no
 * lock.  Containers may share a set, so a new container costs nothing and cannot fail.
 * NULL is the set that allows everything.
 *
 * To change the rules of a container, load its set into the draft, edit the draft, and
 * make a set of it.  There is one draft.  The draft and all references are under
 * container_lock.  When the last reference is dropped, the set goes on a list, because
 * the host may still use it.  device_rules_bury() takes the set off the list and makes
 * the host forget it.
 */
#ifndef _CONTAINERFS_DEVICES_H
#define _CONTAINERFS_DEVICES_H

#include "container.h"
#include "devices_host.h"

#define DEVICE_ANY	CONTAINER_DEVICE_ANY	/* '*' for a major or minor number */

struct device_rules {
	u64			id;		/* from 1; immutable, as all but refs, node, rcu */
	unsigned int		refs;
	struct list_head	node;		/* in the list of sets to be buried */
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

/* Parse "[bc] M:m [rwm]", with '*' for any number; -EINVAL.  No lock. */
int device_rule_parse(const char *text, struct container_device_rule *rule);
void device_rules_show(struct seq_file *m, const struct device_rules *rules);

/* May @want be done under @rules?  No lock; RCU unless the caller holds a reference. */
bool device_rules_permit(const struct device_rules *rules,
			 const struct container_device_rule *want);
/* Have @want and an exception of @rules anything in common?  Likewise. */
bool device_rules_touch(const struct device_rules *rules,
			const struct container_device_rule *want);

/* Under the lock. */
struct device_rules *device_rules_get(struct device_rules *rules);
void device_rules_put(struct device_rules *rules);
struct device_draft *device_draft_load(const struct device_rules *rules);
/* -E2BIG if the draft has no room for @rule. */
int device_draft_add(struct device_draft *draft, const struct container_device_rule *rule);
void device_draft_remove(struct device_draft *draft, const struct container_device_rule *rule);
/*
 * Put a reference to a set with the rules of @draft into *@rulesp: a set of @like if it has
 * these rules (either may be NULL), else a new set.  -ENOMEM or the host's error.
 */
int device_draft_finish(const struct device_draft *draft, struct device_rules *const like[2],
			struct device_rules **rulesp);

/* No lock: free the sets without a reference. */
void device_rules_bury(void);
/* No lock: is there any set?  Those to be buried count. */
bool device_rules_any(void);

#endif /* _CONTAINERFS_DEVICES_H */
