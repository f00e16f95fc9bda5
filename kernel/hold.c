// SPDX-License-Identifier: GPL-2.0-only
/*
 * ns.hold: the namespaces, root, credentials and keyring that a container holds, without a
 * process.
 *
 * A write names them from the writer's point of view.  All words are looked up first,
 * where the host may sleep, into a set of their own.  Then the set changes places with
 * what the container has, in one hold of the lock.  So a write that fails changes nothing,
 * and what is let go is put afterwards, out of the set.  The holds of a container that is
 * removed, under the lock, are put by deferred work.
 *
 * Several containers may hold the same namespace; each has a hold of its own.
 */
#include <linux/ctype.h>

#include "ns.h"

#define HOLD_KIND(_name, _bit)	{ #_name, _bit },
static const struct hold_kind {
	const char	*name;
	unsigned int	type;
} hold_kinds[] = {
	CONTAINER_NAMESPACES(HOLD_KIND)
	{ "root", CONTAINERFS_HOLD_ROOT },
};

#define HOLD_KINDS	ARRAY_SIZE(hold_kinds)
#define HOLD_CRED	HOLD_KINDS		/* numbers in hold_set.touched, behind those of kinds */
#define HOLD_KEYRING	(HOLD_KINDS + 1)
#define HOLD_ALL	((1u << (HOLD_KEYRING + 1)) - 1)
#define HOLD_LINKS	((1u << HOLD_KINDS) - 1)

#define CRED_GROUPS	32			/* supplementary groups that most have room in */
#define KEYRING_NAME	"containerfs:%llu"

struct container_held {
	refcount_t		refs;
	struct container_hold	hold;		/* immutable */
};

struct hold_cred {
	unsigned int	uid, gid, nr;
	unsigned int	group[];
};

struct hold_set {
	struct container_held	*held[HOLD_KINDS];	/* a reference each, or NULL */
	struct hold_cred	*cred;			/* or NULL */
	int			keyring;		/* serial number, 0: none */
	unsigned int		touched;	/* of a write: what it sets or lets go */
	struct list_head	node;		/* in put_list */
};

static LIST_HEAD(put_list);		/* sets of removed containers; under container_lock */

/* The number of the kind @type, or -1. */
static int hold_kind_of(unsigned int type)
{
	unsigned int i;

	for (i = 0; i < HOLD_KINDS; i++)
		if (hold_kinds[i].type == type)
			return i;
	return -1;
}

static int hold_kind_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < HOLD_KINDS; i++)
		if (!strcmp(hold_kinds[i].name, name))
			return i;
	return -1;
}

/* --- one thing that is held --- */

const struct container_hold *container_held_hold(const struct container_held *held)
{
	return &held->hold;
}

void container_held_put(struct container_held *held)
{
	if (!held || !refcount_dec_and_test(&held->refs))
		return;
	ns_host.hold_put(&held->hold);
	kfree(held);
}

int container_hold_get(struct container *cont, unsigned int type, struct container_held **heldp)
{
	struct ns_state *ns;
	int kind = hold_kind_of(type), ret = -ENOENT;

	if (kind < 0)
		return -EINVAL;
	spin_lock(&container_lock);
	if (container_removed(cont)) {
		ret = -ENODEV;
	} else if (cont->subsys[ns_subsys_id]) {
		ns = ns_of(cont);
		if (ns->holds && ns->holds->held[kind]) {
			*heldp = ns->holds->held[kind];
			refcount_inc(&(*heldp)->refs);
			ret = 0;
		}
	}
	spin_unlock(&container_lock);
	return ret;
}

/* --- sets --- */

static struct hold_set *hold_set_alloc(void)
{
	struct hold_set *set = kzalloc(sizeof(*set), GFP_KERNEL);

	if (set)
		INIT_LIST_HEAD(&set->node);
	return set;
}

/* Put what @set has of number @i. */
static void hold_set_clear(struct hold_set *set, unsigned int i)
{
	if (i < HOLD_KINDS) {
		container_held_put(set->held[i]);
		set->held[i] = NULL;
	} else if (i == HOLD_CRED) {
		kvfree(set->cred);
		set->cred = NULL;
	} else {
		if (set->keyring)
			ns_host.keyring_put(set->keyring);
		set->keyring = 0;
	}
}

static void hold_set_free(struct hold_set *set)
{
	unsigned int i;

	for (i = 0; set && i <= HOLD_KEYRING; i++)
		hold_set_clear(set, i);
	kfree(set);
}

/* What @set has, as in containerfs_stat.held. */
static unsigned int hold_set_types(const struct hold_set *set)
{
	unsigned int types = 0, i;

	for (i = 0; set && i < HOLD_KINDS; i++)
		if (set->held[i])
			types |= hold_kinds[i].type;
	if (set && set->cred)
		types |= CONTAINERFS_HOLD_CRED;
	if (set && set->keyring)
		types |= CONTAINERFS_HOLD_KEYRING;
	return types;
}

/* Exchange what @a and @b have of the numbers in @mask. */
static void hold_set_swap(struct hold_set *a, struct hold_set *b, unsigned int mask)
{
	unsigned int i;

	for (i = 0; i < HOLD_KINDS; i++)
		if (mask & (1u << i))
			swap(a->held[i], b->held[i]);
	if (mask & (1u << HOLD_CRED))
		swap(a->cred, b->cred);
	if (mask & (1u << HOLD_KEYRING))
		swap(a->keyring, b->keyring);
}

/* --- reading --- */

static void cred_show(struct seq_file *m, const struct hold_cred *cred)
{
	unsigned int i;

	seq_printf(m, "cred %u %u", cred->uid, cred->gid);
	for (i = 0; i < cred->nr; i++)
		seq_printf(m, " %u", cred->group[i]);
	seq_putc(m, '\n');
}

static void hold_set_show(struct seq_file *m, const struct hold_set *set)
{
	unsigned int i;

	for (i = 0; i < HOLD_KINDS; i++) {
		if (!set->held[i])
			continue;
		seq_puts(m, hold_kinds[i].name);
		if (hold_kinds[i].type != CONTAINERFS_HOLD_ROOT)
			seq_printf(m, " %llu", set->held[i]->hold.inode);
		seq_putc(m, '\n');
	}
	if (set->cred)
		cred_show(m, set->cred);
	if (set->keyring)
		seq_printf(m, "keyring %d\n", set->keyring);
}

int ns_hold_show(struct seq_file *m, struct container_subsys_state *css)
{
	const struct ns_state *ns = ns_of_css(css);

	spin_lock(&container_lock);
	if (ns->holds)
		hold_set_show(m, ns->holds);
	spin_unlock(&container_lock);
	return 0;
}

void ns_hold_stat(struct container_subsys_state *css, struct containerfs_stat *stat)
{
	const struct hold_set *set = ns_of_css(css)->holds;

	lockdep_assert_held(&container_lock);
	stat->flags |= CONTAINERFS_STAT_NS;
	stat->held = hold_set_types(set);
	stat->keyring = set ? set->keyring : 0;
}

/* --- the links --- */

static struct container_held *link_held(struct container_subsys_state *css,
					const struct cftype *cft)
{
	const struct hold_set *set = ns_of_css(css)->holds;

	return set && ns_host.hold_link ? set->held[hold_kind_of(cft->type)] : NULL;
}

bool ns_link_exists(struct container_subsys_state *css, const struct cftype *cft)
{
	return link_held(css, cft);
}

int ns_link_read(struct container_subsys_state *css, const struct cftype *cft, char *buf,
		 unsigned long size)
{
	return ns_host.hold_link(&link_held(css, cft)->hold, buf, size);
}

/* --- writing: one word --- */

/* @held is what @set has of its kind from now on. */
static void word_held(struct hold_set *set, struct container_held *held, int kind)
{
	hold_set_clear(set, kind);
	set->held[kind] = held;
	set->touched |= 1u << kind;
}

/* What @writer has of @type or, if that is 0, has open as @fd. */
static int word_hold(struct hold_set *set, const struct container_actor *writer,
		     unsigned int type, int fd)
{
	struct container_held *held;
	int ret, kind;

	if (type ? !ns_host.hold : !ns_host.hold_fd)
		return -EOPNOTSUPP;
	held = kzalloc(sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	refcount_set(&held->refs, 1);
	ret = type ? ns_host.hold(writer, type, &held->hold) :
		     ns_host.hold_fd(writer, fd, &held->hold);
	if (ret) {
		kfree(held);
		return ret;
	}
	kind = hold_kind_of(held->hold.type);
	if (WARN_ON(kind < 0)) {
		container_held_put(held);
		return -EINVAL;
	}
	word_held(set, held, kind);
	return 0;
}

static int word_fd(struct hold_set *set, const struct container_actor *writer, const char *word)
{
	int fd, ret = kstrtoint(word, 10, &fd);

	if (ret == -ERANGE)
		return -EBADF;
	return ret ? ret : word_hold(set, writer, 0, fd);
}

static int word_cred(struct hold_set *set, const struct container_actor *writer)
{
	unsigned int room = CRED_GROUPS;
	struct hold_cred *cred;
	long nr;

	if (!ns_host.cred)
		return -EOPNOTSUPP;
	/* The writer's other threads may change nothing of it, but the host may see another number. */
	for (;;) {
		cred = kvmalloc(struct_size(cred, group, room), GFP_KERNEL);
		if (!cred)
			return -ENOMEM;
		nr = ns_host.cred(writer, &cred->uid, &cred->gid, cred->group, room);
		if (nr <= (long)room)
			break;
		kvfree(cred);
		room = nr;
	}
	if (nr < 0) {
		kvfree(cred);
		return nr;
	}
	cred->nr = nr;
	hold_set_clear(set, HOLD_CRED);
	set->cred = cred;
	set->touched |= 1u << HOLD_CRED;
	return 0;
}

static int word_keyring(struct hold_set *set, const struct container *cont)
{
	char name[sizeof(KEYRING_NAME) + 20];
	int serial;

	if (!ns_host.keyring_new)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), KEYRING_NAME, (unsigned long long)cont->id);
	serial = ns_host.keyring_new(name);
	if (serial < 0)
		return serial;
	hold_set_clear(set, HOLD_KEYRING);
	set->keyring = serial;
	set->touched |= 1u << HOLD_KEYRING;
	return 0;
}

/* Let go of what @word, behind its dash, names. */
static int word_drop(struct hold_set *set, const char *word)
{
	unsigned int mask, i;
	int kind = hold_kind_named(word);

	if (kind >= 0)
		mask = 1u << kind;
	else if (!strcmp(word, "cred"))
		mask = 1u << HOLD_CRED;
	else if (!strcmp(word, "keyring"))
		mask = 1u << HOLD_KEYRING;
	else if (!strcmp(word, "all"))
		mask = HOLD_ALL;
	else
		return -EINVAL;
	for (i = 0; i <= HOLD_KEYRING; i++)
		if (mask & (1u << i))
			hold_set_clear(set, i);
	set->touched |= mask;
	return 0;
}

static int word_do(struct hold_set *set, const struct container *cont,
		   const struct container_actor *writer, const char *word)
{
	int kind;

	if (*word == '-')
		return word_drop(set, word + 1);
	if (isdigit(*word))
		return word_fd(set, writer, word);
	kind = hold_kind_named(word);
	if (kind >= 0)
		return word_hold(set, writer, hold_kinds[kind].type, -1);
	if (!strcmp(word, "cred"))
		return word_cred(set, writer);
	if (!strcmp(word, "keyring"))
		return word_keyring(set, cont);
	return -EINVAL;
}

/* Do all words, of which the last of its kind counts. */
static int words_do(struct hold_set *set, const struct container *cont,
		    const struct container_actor *writer, char *text)
{
	char *word;
	int ret;

	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		ret = word_do(set, cont, writer, word);
		if (ret)
			return ret;
	}
	return set->touched ? 0 : -EINVAL;
}

/* --- writing: all at once --- */

/* Does @set change what is held of the pid namespaces? */
static bool hold_changes_pid(const struct hold_set *now, const struct hold_set *set)
{
	int pid = hold_kind_named("pid");

	return (set->touched & (1u << pid)) && (set->held[pid] || (now && now->held[pid]));
}

static int hold_check(const struct ns_state *ns, const struct hold_set *set)
{
	const struct container *cont = ns->css.container;

	if (container_removed(cont))
		return -ENODEV;
	if (container_dead(cont))
		return -ECANCELED;
	if (container_init_runs(cont) && hold_changes_pid(ns->holds, set))
		return -EBUSY;
	return 0;
}

/* @set has what was held before; *@spare is used, or is what is not used any more. */
static int hold_exchange(struct ns_state *ns, struct hold_set *set, struct hold_set **spare)
{
	struct container *cont = ns->css.container;
	int ret;

	spin_lock(&container_lock);
	ret = hold_check(ns, set);
	if (!ret) {
		if (!ns->holds)
			swap(ns->holds, *spare);
		hold_set_swap(ns->holds, set, set->touched);
		if (!hold_set_types(ns->holds)) {
			kfree(*spare);
			*spare = ns->holds;
			ns->holds = NULL;
		}
		ns_kept_changed(&ns->css);
		if ((set->touched & HOLD_LINKS) && ns_host.hold_link)
			container_links_changed(cont);
	}
	spin_unlock(&container_lock);
	return ret;
}

int ns_hold_write(struct container_subsys_state *css, struct container_file *file,
		  char *buf, size_t len)
{
	struct hold_set *set, *spare;
	int ret = -ENOMEM;

	/* As for release_agent: what is held is used with the host's privilege. */
	if (!file->opener.sys_admin)
		return -EPERM;
	set = hold_set_alloc();
	spare = hold_set_alloc();
	if (set && spare)
		ret = words_do(set, css->container, file->caller, buf);
	if (!ret)
		ret = hold_exchange(ns_of_css(css), set, &spare);
	hold_set_free(set);
	kfree(spare);
	return ret;
}

/* --- the container is removed --- */

void ns_hold_drop(struct ns_state *ns)
{
	lockdep_assert_held(&container_lock);
	if (!ns->holds)
		return;
	list_add_tail(&ns->holds->node, &put_list);
	ns->holds = NULL;
	host_work_pending();
}

void ns_hold_work(void)
{
	struct hold_set *set;

	do {
		spin_lock(&container_lock);
		set = list_first_entry_or_null(&put_list, struct hold_set, node);
		if (set)
			list_del_init(&set->node);
		spin_unlock(&container_lock);
		hold_set_free(set);
	} while (set);
}
