// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device rules: their grammar, what they match, and the life of a set.
 *
 * Grammar and matching are those of cgroup v1's devices controller, with its oddities:
 * there is exactly one blank between two words, and before the access it may be any
 * white space; letters of the access may be repeated; text behind three letters or a
 * newline is ignored; and 4294967295 means '*'.
 *
 * A set that denies permits an access if one rule has all of it.  A set that allows
 * denies an access if any rule has a part of it.
 */
#include <linux/ctype.h>

#include "devices.h"

static u64 next_rules_id = 1;		/* under container_lock */
static unsigned int nr_rules;		/* number of sets; changed under container_lock */
static LIST_HEAD(rules_dead);		/* sets without a reference; under container_lock */

/* --- text --- */

/* A number of up to 11 digits, or '*'.  Returns what follows it, NULL if it is no number. */
static const char *parse_number(const char *text, u32 *number)
{
	char digits[12];
	unsigned int n = 0;

	if (*text == '*') {
		*number = DEVICE_ANY;
		return text + 1;
	}
	while (n < sizeof(digits) - 1 && isdigit(*text))
		digits[n++] = *text++;
	digits[n] = '\0';
	return kstrtou32(digits, 10, number) ? NULL : text;
}

static int parse_access(const char *text, unsigned short *access)
{
	int i;

	for (i = 0; i < 3; i++) {
		switch (text[i]) {
		case 'r':
			*access |= CONTAINER_DEVICE_READ;
			break;
		case 'w':
			*access |= CONTAINER_DEVICE_WRITE;
			break;
		case 'm':
			*access |= CONTAINER_DEVICE_MKNOD;
			break;
		case '\n':
		case '\0':
			return 0;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

int device_rule_parse(const char *text, struct container_device_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	if (*text == 'b')
		rule->type = CONTAINER_DEVICE_BLOCK;
	else if (*text == 'c')
		rule->type = CONTAINER_DEVICE_CHAR;
	else
		return -EINVAL;
	if (!isspace(text[1]))
		return -EINVAL;
	text = parse_number(text + 2, &rule->major);
	if (!text || *text != ':')
		return -EINVAL;
	text = parse_number(text + 1, &rule->minor);
	if (!text || !isspace(*text))
		return -EINVAL;
	return parse_access(text + 1, &rule->access);
}

static void show_number(struct seq_file *m, u32 number, char end)
{
	if (number == DEVICE_ANY)
		seq_putc(m, '*');
	else
		seq_printf(m, "%u", number);
	seq_putc(m, end);
}

/* As v1, a list of what is allowed.  So exceptions to "everything" are not shown. */
void device_rules_show(struct seq_file *m, const struct device_rules *rules)
{
	const struct container_device_rule *rule;
	unsigned int i;

	if (!rules || !rules->deny) {
		seq_puts(m, "a *:* rwm\n");
		return;
	}
	for (i = 0; i < rules->nr; i++) {
		rule = &rules->rule[i];
		seq_puts(m, rule->type == CONTAINER_DEVICE_BLOCK ? "b " : "c ");
		show_number(m, rule->major, ':');
		show_number(m, rule->minor, ' ');
		if (rule->access & CONTAINER_DEVICE_READ)
			seq_putc(m, 'r');
		if (rule->access & CONTAINER_DEVICE_WRITE)
			seq_putc(m, 'w');
		if (rule->access & CONTAINER_DEVICE_MKNOD)
			seq_putc(m, 'm');
		seq_putc(m, '\n');
	}
}

/* --- matching --- */

/* Does @rule contain all of @want? */
static bool rule_covers(const struct container_device_rule *rule,
			const struct container_device_rule *want)
{
	return (rule->type & want->type) == want->type &&
	       (rule->major == DEVICE_ANY || rule->major == want->major) &&
	       (rule->minor == DEVICE_ANY || rule->minor == want->minor) &&
	       !(want->access & ~rule->access);
}

/* Have @rule and @want anything in common? */
static bool rule_touches(const struct container_device_rule *rule,
			 const struct container_device_rule *want)
{
	return (rule->type & want->type) == want->type &&
	       (rule->major == DEVICE_ANY || want->major == DEVICE_ANY ||
		rule->major == want->major) &&
	       (rule->minor == DEVICE_ANY || want->minor == DEVICE_ANY ||
		rule->minor == want->minor) &&
	       (want->access & rule->access);
}

bool device_rules_touch(const struct device_rules *rules,
			const struct container_device_rule *want)
{
	unsigned int i;

	for (i = 0; rules && i < rules->nr; i++)
		if (rule_touches(&rules->rule[i], want))
			return true;
	return false;
}

bool device_rules_permit(const struct device_rules *rules,
			 const struct container_device_rule *want)
{
	unsigned int i;

	if (!rules || !rules->deny)
		return !device_rules_touch(rules, want);
	for (i = 0; i < rules->nr; i++)
		if (rule_covers(&rules->rule[i], want))
			return true;
	return false;
}

/* --- sets --- */

struct device_rules *device_rules_get(struct device_rules *rules)
{
	lockdep_assert_held(&container_lock);
	if (rules)
		rules->refs++;
	return rules;
}

void device_rules_put(struct device_rules *rules)
{
	lockdep_assert_held(&container_lock);
	if (!rules || --rules->refs)
		return;
	list_add_tail(&rules->node, &rules_dead);
	host_work_pending();
}

void device_rules_bury(void)
{
	struct device_rules *rules, *next;

	spin_lock(&container_lock);
	list_for_each_entry_safe(rules, next, &rules_dead, node) {
		list_del(&rules->node);
		WRITE_ONCE(nr_rules, nr_rules - 1);
		if (devices_host.free_rules)
			devices_host.free_rules(rules->id);
		kfree_rcu(rules, rcu);
	}
	spin_unlock(&container_lock);
}

bool device_rules_any(void)
{
	return READ_ONCE(nr_rules);
}

/* --- the draft --- */

struct device_draft *device_draft_load(const struct device_rules *rules)
{
	static struct device_draft draft;	/* under container_lock */

	lockdep_assert_held(&container_lock);
	draft.deny = rules && rules->deny;
	draft.nr = rules ? rules->nr : 0;
	if (draft.nr)
		memcpy(draft.rule, rules->rule, draft.nr * sizeof(*draft.rule));
	return &draft;
}

static struct container_device_rule *draft_find(struct device_draft *draft,
						const struct container_device_rule *rule)
{
	struct container_device_rule *pos;

	for (pos = draft->rule; pos < draft->rule + draft->nr; pos++)
		if (pos->type == rule->type && pos->major == rule->major &&
		    pos->minor == rule->minor)
			return pos;
	return NULL;
}

int device_draft_add(struct device_draft *draft, const struct container_device_rule *rule)
{
	struct container_device_rule *pos = draft_find(draft, rule);

	if (pos) {
		pos->access |= rule->access;
		return 0;
	}
	if (draft->nr == CONTAINER_DEVICE_RULES_MAX)
		return -E2BIG;
	draft->rule[draft->nr++] = *rule;
	return 0;
}

void device_draft_remove(struct device_draft *draft, const struct container_device_rule *rule)
{
	struct container_device_rule *pos = draft_find(draft, rule);

	if (!pos)
		return;
	pos->access &= ~rule->access;
	if (pos->access)
		return;
	draft->nr--;
	memmove(pos, pos + 1, (draft->rule + draft->nr - pos) * sizeof(*pos));
}

static bool draft_equals(const struct device_draft *draft, const struct device_rules *rules)
{
	if (!rules)
		return !draft->deny && !draft->nr;
	return rules->deny == draft->deny && rules->nr == draft->nr &&
	       !memcmp(rules->rule, draft->rule, draft->nr * sizeof(*draft->rule));
}

int device_draft_finish(const struct device_draft *draft, struct device_rules *const like[2],
			struct device_rules **rulesp)
{
	struct device_rules *rules;
	int i, ret;

	if (draft_equals(draft, NULL)) {
		*rulesp = NULL;
		return 0;
	}
	for (i = 0; i < 2; i++) {
		if (like[i] && draft_equals(draft, like[i])) {
			*rulesp = device_rules_get(like[i]);
			return 0;
		}
	}
	rules = kmalloc(sizeof(*rules) + draft->nr * sizeof(*rules->rule),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!rules)
		return -ENOMEM;
	rules->id = next_rules_id;
	rules->refs = 1;
	rules->deny = draft->deny;
	rules->nr = draft->nr;
	memcpy(rules->rule, draft->rule, draft->nr * sizeof(*draft->rule));
	ret = devices_host.add_rules ? devices_host.add_rules(rules->id, rules->deny, rules->rule,
							      rules->nr) : 0;
	if (ret) {
		kfree(rules);
		return ret;
	}
	next_rules_id++;
	WRITE_ONCE(nr_rules, nr_rules + 1);
	*rulesp = rules;
	return 0;
}
