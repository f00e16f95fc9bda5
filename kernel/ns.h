/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ns subsystem's state of one container, shared by its policy (ns.c) and
 * its control files (ns_files.c).  All under container_lock.
 */
#ifndef _CONTAINERFS_NS_H
#define _CONTAINERFS_NS_H

#include "cftype.h"
#include "ns_host.h"

#define NS_UNLIMITED	CSS_GROUP_UNLIMITED

/* the flag among the mount options of ns: the rules of the kernel's former ns_cgroup */
#define NS_RULES	0x1

/* A template shared by all who inherited it. */
struct ns_template {
	unsigned int	refs;
	char		text[];
};

struct ns_user;

struct ns_state {
	struct container_subsys_state css;
	unsigned int		clone_flags;	/* CLONE_NEW* that count */
	unsigned int		keep_empty;	/* NS_UNLIMITED: max; so the next two */
	unsigned int		max_clones;
	unsigned int		max_depth;
	unsigned int		levels;		/* what that and those above leave: of clones below */
	struct ns_template	*clone_name;	/* NULL: the default */

	u64			next_number;	/* the last one given to a clone here */
	unsigned int		nr_made;	/* children made by mkdir, or with such below them */
	unsigned int		nr_clones;	/* children made by clone */
	unsigned int		nr_empties;	/* of them, with no task and nothing made by mkdir below */
	u32			events;		/* changes of clones, refused and removed */
	struct list_head	empties;	/* those, longest empty first */
	struct list_head	empty_node;	/* in the parent's empties */
	struct list_head	trim_node;	/* in ns_trim_list */
	struct ns_user		*user;		/* who caused this clone, or NULL */
	struct list_head	user_node;	/* in his empties */

	u64			clones, refused, removed;
};

/* Of each task. */
struct ns_task {
	char			*next_name;	/* of its next clone, or NULL */
};

static inline struct ns_task *ns_task_of(const struct container_task *task)
{
	return container_task_state(task, &ns_subsys);
}

static inline struct ns_state *ns_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct ns_state, css);
}

static inline struct ns_state *ns_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return ns_of_css(cont->subsys[ns_subsys_id]);
}

extern const struct cftype ns_files[];
extern const struct cftype *const ns_events_file;
extern const struct subsys_options ns_options;	/* ns_options.c */

/* The text of @t, which may be NULL: the default. */
static inline const char *ns_template_text(const struct ns_template *t)
{
	return t ? t->text : CONTAINER_NS_CLONE_NAME;
}

/* 0 or -EINVAL: is @text a template of names? */
int ns_template_check(const char *text);
/* -ENOMEM; NULL for the default template */
int ns_template_make(const char *text, struct ns_template **templatep);
void ns_template_put(struct ns_template *t);	/* under the lock */
/* max_depth was set in @cont.  Under the lock. */
void ns_levels_changed(struct container *cont);

/* ns_empties.c; all under the lock but ns_trim_one() */
extern unsigned int ns_max_user_clones;		/* NS_UNLIMITED: any number */
void ns_users_changed(void);			/* it was set */
/*
 * May he whom @info names cause one more: 0, -ENOSPC, -ENOMEM.  Then he has caused
 * the clone @ns, or it came to nothing.
 */
int ns_user_ask(const struct container_clone_info *info);
void ns_user_charge(struct ns_state *ns, unsigned int uid);
void ns_user_refused(void);
/* A clone came, or goes. */
void ns_clone_online(struct ns_state *ns);
void ns_clone_offline(struct ns_state *ns);
/* What says whether it is empty has changed. */
void ns_update(struct ns_state *ns);
void ns_clone_settled(struct container_subsys_state *css);
/* Nobody can look at empty clones any more. */
void ns_unmounted(struct container_subsys_state *css);
/* Remove what is too much, when the host says it is time. */
void ns_trim(struct ns_state *ns);
/* keep_empty or max_clones was set. */
void ns_limits_changed(struct ns_state *ns);
bool ns_trim_one(void);

void ns_events_changed(struct ns_state *ns);
/* A list of namespace names, separated by any of @seps; -EINVAL */
int ns_parse_flags(char *list, const char *seps, unsigned int *flags);
void ns_show_flags(struct seq_file *m, unsigned int flags, char sep);
/* A number or "max"; -EINVAL, -ERANGE */
int ns_parse_limit(const char *buf, unsigned int *limit);

#endif /* _CONTAINERFS_NS_H */
