// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of all control files, and which of them a container has.
 *
 * The list is made once, core files first, then those of each subsystem.  The place of a
 * file in it is its node index in every container.  So the bits of a node number suffice,
 * and numbers stay the same when a remount adds a subsystem.
 *
 * The files that change have numbers besides: container.armed has a bit for each of them.
 */
#include "cftype.h"

struct cftype_slot {
	const struct cftype	*cft;
	struct container_subsys	*ss;		/* NULL: a core file */
	u64			armed_bit;
};

/* All written at init only. */
u64 cftype_watched;
static struct cftype_slot cftypes[CONTAINER_NODES_MAX];	/* by node index */
static unsigned int nr_nodes = 1;
static unsigned int nr_changing;

/* The next bit for @cft in *@bit, 0 if it never changes.  -ENOSPC: there are no more bits. */
static int cftype_number(const struct cftype *cft, u64 *bit)
{
	*bit = 0;
	if (!cft->events)
		return 0;
	if (nr_changing == 8 * sizeof(((struct container *)NULL)->armed))
		return -ENOSPC;
	*bit = 1ull << nr_changing++;
	if (!(cft->flags & CFTYPE_UNWATCHED))
		cftype_watched |= *bit;
	return 0;
}

static int cftype_add(const struct cftype *files, struct container_subsys *ss)
{
	u64 bit;

	for (; files && files->name; files++) {
		if (nr_nodes == CONTAINER_NODES_MAX || cftype_number(files, &bit))
			return -ENOSPC;
		cftypes[nr_nodes++] = (struct cftype_slot){ files, ss, bit };
	}
	return 0;
}

int cftype_init(void)
{
	struct container_subsys *ss;
	int i, ret;

	nr_nodes = 1;
	nr_changing = 0;
	cftype_watched = 0;
	ret = cftype_add(core_files, NULL);
	for_each_subsys(ss, i)
		if (!ret)
			ret = cftype_add(ss->files, ss);
	return ret;
}

const struct cftype *container_cftype(const struct container *cont, unsigned int node)
{
	const struct cftype_slot *slot;

	if (!node || node >= nr_nodes)
		return NULL;
	slot = &cftypes[node];
	if (slot->ss && !cont->subsys[slot->ss->id])
		return NULL;
	if (slot->cft->flags & (container_is_top(cont) ? CFTYPE_NOT_ON_ROOT : CFTYPE_ONLY_ON_ROOT))
		return NULL;
	return slot->cft;
}

bool cftype_is_there(struct container *cont, unsigned int node)
{
	const struct cftype *cft = cftypes[node].cft;

	lockdep_assert_held(&container_lock);
	return !cft->exists || cft->exists(cftype_css(cont, node), cft);
}

bool cftype_can_go(unsigned int node)
{
	return cftypes[node].ss;
}

struct container_subsys_state *cftype_css(struct container *cont, unsigned int node)
{
	const struct container_subsys *ss = cftypes[node].ss;

	return ss ? cont->subsys[ss->id] : &cont->self;
}

const char *cftype_name(const struct container *cont, const struct cftype *cft)
{
	const char *dot;

	if ((cont->root->flags & ROOT_NOPREFIX) && cftypes[cftype_node(cft)].ss) {
		dot = strchr(cft->name, '.');
		if (dot)
			return dot + 1;
	}
	return cft->name;
}

/* Node index of the file of @cont that is called @name, there or not; 0: none is. */
static unsigned int cftype_named(const struct container *cont, const char *name)
{
	bool noprefix = cont->root->flags & ROOT_NOPREFIX;
	const struct cftype *cft;
	unsigned int i;

	for (i = 1; i < nr_nodes; i++) {
		/* Every lookup and every new name comes here: most files are passed over at once. */
		if (!noprefix && cftypes[i].cft->name[0] != *name)
			continue;
		cft = container_cftype(cont, i);
		if (cft && !strcmp(cftype_name(cont, cft), name))
			return i;
	}
	return 0;
}

unsigned int cftype_find(struct container *cont, const char *name)
{
	unsigned int node = cftype_named(cont, name);

	return node && cftype_is_there(cont, node) ? node : 0;
}

bool cftype_reserved(const struct container *cont, const char *name)
{
	return cftype_named(cont, name);
}

u64 cftype_armed_bit(unsigned int node)
{
	return cftypes[node].armed_bit;
}

unsigned int cftype_node(const struct cftype *cft)
{
	unsigned int i;

	for (i = 1; i < nr_nodes; i++)
		if (cftypes[i].cft == cft)
			return i;
	return 0;
}

void cftype_event(struct container *cont, const struct cftype *cft)
{
	unsigned int node;

	lockdep_assert_held(&container_lock);
	if (!cont->armed)
		return;
	node = cftype_node(cft);
	if (cont->armed & cftypes[node].armed_bit) {
		cont->armed &= ~cftypes[node].armed_bit;
		host_file_event(cont, node);
	}
}

void cftype_wake_all(struct container *cont)
{
	unsigned int node;

	lockdep_assert_held(&container_lock);
	for (node = 1; cont->armed && node < nr_nodes; node++) {
		if (cont->armed & cftypes[node].armed_bit) {
			cont->armed &= ~cftypes[node].armed_bit;
			host_file_event(cont, node);
		}
	}
}
