/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ns subsystem's state of a container, shared by its policy (ns.c), its empty clones
 * (ns_empties.c), its control files (ns_files.c) and its mount options (ns_options.c).
 * Everything is under container_lock unless its comment says otherwise.
 */
#ifndef _CONTAINERFS_NS_H
#define _CONTAINERFS_NS_H

#include "cftype.h"
#include "ns_host.h"

#define NS_UNLIMITED	CSS_GROUP_UNLIMITED

/* A flag among the mount options: the rules of the kernel's former ns_cgroup hold. */
#define NS_RULES	0x1

/* A template of names, shared by all containers that inherited it. */
struct ns_template {
	unsigned int	refs;
	char		text[];
};

struct ns_user;

struct ns_state {
	struct container_subsys_state css;
	unsigned int		clone_flags;	/* CLONE_NEW* for which a task gets a clone */
	unsigned int		keep_empty;	/* NS_UNLIMITED: any number */
	unsigned int		max_clones;	/* likewise */
	unsigned int		max_depth;	/* likewise */
	unsigned int		levels;		/* of clones below, by max_depth here and above */
	struct ns_template	*clone_name;	/* NULL: the default */

	u64			next_number;	/* the last number given to a clone here */
	unsigned int		nr_made;	/* children that are, or have below, a mkdir's */
	unsigned int		nr_clones;	/* children made by clone */
	unsigned int		nr_empties;	/* clones among the children that are empty */
	u32			events;		/* counts changes of clones, refused and removed */
	struct list_head	empties;	/* the empty clones, longest empty first */
	struct list_head	empty_node;	/* in the parent's empties */
	struct list_head	trim_node;	/* in ns_trim_list */
	struct ns_user		*user;		/* the user who caused this clone, or NULL */
	struct list_head	user_node;	/* in the user's empties */

	u64			clones, refused, removed;

	struct hold_set		*holds;		/* what it holds, NULL: nothing; hold.c */
	bool			kept;		/* a clone: it is not removed for being empty */
};

/* The state of each task. */
struct ns_task {
	char			*next_name;	/* name of the task's next clone, or NULL */
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

/* 0 if @text is a template of names, else -EINVAL.  No lock. */
int ns_template_check(const char *text);
/* A new template of @text in *@templatep; NULL if that is the default.  -ENOMEM.  No lock. */
int ns_template_make(const char *text, struct ns_template **templatep);
void ns_template_put(struct ns_template *t);	/* under the lock */
/* max_depth was set in @cont: update the levels in @cont and below. */
void ns_levels_changed(struct container *cont);

/* ns_empties.c */
extern unsigned int ns_max_user_clones;		/* NS_UNLIMITED: any number */
void ns_users_changed(void);			/* ns_max_user_clones was set */
/*
 * May the user of @info cause one more clone: 0, -ENOSPC, -ENOMEM.  The caller then says
 * that the user @uid has caused the clone @ns, or that the clone was refused.
 */
int ns_user_ask(const struct container_clone_info *info);
void ns_user_charge(struct ns_state *ns, const struct container_clone_info *info);
void ns_user_refused(void);
/* The clone @ns was made, or is being removed. */
void ns_clone_online(struct ns_state *ns);
void ns_clone_offline(struct ns_state *ns);
/* @ns may have become empty, or may not be empty any more. */
void ns_update(struct ns_state *ns);
void ns_clone_settled(struct container_subsys_state *css);
/* The hierarchy was unmounted, so nobody can look at empty clones any more. */
void ns_unmounted(struct container_subsys_state *css);
/* If @ns has too many empty clones, ask for the work that removes them. */
void ns_trim(struct ns_state *ns);
/* keep_empty or max_clones was set. */
void ns_limits_changed(struct ns_state *ns);
/* Remove one container that is too many; false if none can go now.  No lock. */
bool ns_trim_one(void);

/* hold.c: handlers of ns.hold and of the links */
int ns_hold_show(struct seq_file *m, struct container_subsys_state *css);
int ns_hold_write(struct container_subsys_state *css, struct container_file *file,
		  char *buf, size_t len);
bool ns_link_exists(struct container_subsys_state *css, const struct cftype *cft);
int ns_link_read(struct container_subsys_state *css, const struct cftype *cft, char *buf,
		 unsigned long size);
void ns_hold_stat(struct container_subsys_state *css, struct containerfs_stat *stat);
/* The container is being removed; what it holds is put by ns_hold_work(), no lock, may sleep. */
void ns_hold_drop(struct ns_state *ns);
void ns_hold_work(void);
/* What is held, leased, or has an init, may have changed. */
void ns_kept_changed(struct container_subsys_state *css);

void ns_events_changed(struct ns_state *ns);
/* Parse a list of namespace names, separated by any of @seps; -EINVAL.  No lock. */
int ns_parse_flags(char *list, const char *seps, unsigned int *flags);
void ns_show_flags(struct seq_file *m, unsigned int flags, char sep);
/* Parse a number or "max"; -EINVAL, -ERANGE.  No lock. */
int ns_parse_limit(const char *buf, unsigned int *limit);

#endif /* _CONTAINERFS_NS_H */
