/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control files: tables of cftypes, and the open file.
 *
 * A file's node index is 1 + its place in the list of all cftypes, core first,
 * then the subsystems in the order of subsystems.h; it is the same in every
 * container and hierarchy for as long as the engine is up.
 *
 * Handlers run without container_lock and take it where they need it; events() is
 * called with it held.  The open file's own mutex is held, so two calls on one
 * descriptor never meet.
 *
 * Each handler is given the state of its subsystem, a handler of a core file
 * container.self.  The state stays until the handler returns: a remount, which
 * takes states away from the top container, waits for the handlers of its files;
 * the states of other containers go with the container, of which the file holds a
 * reference.  What may happen meanwhile is that the container is removed: a handler
 * that writes asks container_removed() under the lock.
 *
 * A symbolic link is a cftype with S_IFLNK in its mode.  It is never open.
 */
#ifndef _CONTAINERFS_CFTYPE_H
#define _CONTAINERFS_CFTYPE_H

#include "container.h"

#define CFTYPE_ONLY_ON_ROOT	0x1
#define CFTYPE_NOT_ON_ROOT	0x2
#define CFTYPE_UNWATCHED	0x4	/* the host need not watch tasks for its changes: css_group.c */

/* Immutable once it is made. */
struct container_text {
	refcount_t	refs;
	size_t		len;
	char		data[];
};

/* A list of ids that open files share, see shared_list.c. */
struct container_list {
	refcount_t		refs;
	u32			hash;		/* immutable, of the text */
	struct container_text	*text;		/* NULL: taken away; under container_lock, as the next */
	struct hlist_node	same_hash;
	struct list_head	by_use;
};

/* What all lists together may take, but for one that is larger; tests lower it. */
extern size_t container_lists_max;

struct cftype {
	const char	*name;
	umode_t		mode;
	unsigned int	flags;

	/* Reading: one of the three; none: -EINVAL.  @m->private is the container_file. */
	int (*show)(struct seq_file *m, struct container_subsys_state *css);
	u64 (*read_u64)(struct container_subsys_state *css);
	struct container_list *(*list)(struct container_subsys_state *css,
				       struct container_file *file);

	/* Writing: one of the two; none: -EINVAL.  @buf ends with a NUL at @len. */
	int (*write)(struct container_subsys_state *css, struct container_file *file,
		     char *buf, size_t len);
	int (*write_u64)(struct container_subsys_state *css, u64 val);

	/* The counter of changes that poll reports; NULL: the file never changes. */
	u32 *(*events)(struct container_subsys_state *css);
	/* Under the lock: EVENT_* that poll reports besides. */
	unsigned int (*poll)(struct container_subsys_state *css);

	/* Of a link, which has nothing of the above; both under the lock. */
	unsigned long type;			/* what it leads to, for its handlers */
	bool (*exists)(struct container_subsys_state *css, const struct cftype *cft);
	int (*readlink)(struct container_subsys_state *css, const struct cftype *cft, char *buf,
			unsigned long size);
};

/* as the system calls have them; not every libc-free build has linux/eventpoll.h */
#define EVENT_IN	0x0001
#define EVENT_PRI	0x0002
#define EVENT_OUT	0x0004
#define EVENT_ERR	0x0008
#define EVENT_HUP	0x0010
#define EVENT_RDNORM	0x0040
#define EVENT_WRNORM	0x0100

static inline bool cftype_is_link(const struct cftype *cft)
{
	return S_ISLNK(cft->mode);
}

struct container_file {
	struct mutex		lock;		/* protects text.. and transaction; held from begin to end */
	struct container	*cont;		/* immutable, a reference */
	const struct cftype	*cft;		/* immutable */
	unsigned int		node;		/* immutable */
	struct container_actor	opener;		/* immutable */
	const struct container_actor *caller;	/* who reads or writes, while a handler runs */
	struct container_text	*text;		/* that it reads; that of a list only from begin to end */
	struct container_list	*list;		/* that it reads, or NULL */
	const char		*from, *at;	/* where that which is being read begins; it goes on */
	u64			next;		/* position behind what was read */
	int			last_id;	/* of a list: the last one that was read */
	unsigned int		last_part;	/* so many characters of it, 0: all and its newline */
	char			line[12];	/* of a list that is gone: of that id, to go on in it */
	u32			seen;		/* events when it was last read; written under both locks */
	bool			polled;		/* somebody may sleep for the next event; under container_lock */
	unsigned long		where;		/* container.where: key of the task asked for */
	bool			asked;
	bool			rebase;		/* it was asked since the last read */
	unsigned int		lease;		/* CONTAINERFS_LEASE_*, once it is one; under lock */
	long long		base;		/* position where the text begins, or seems to: a list */
};

struct container_text *container_text_alloc(size_t len);
void container_text_put(struct container_text *text);
/* What `tasks` (@procs: cgroup.procs) of @cont says to @reader; a reference, NULL: no memory. */
struct container_list *container_tasks_list(struct container *cont, bool procs,
					    const struct container_actor *reader);

/*
 * shared_list.c; no lock, may sleep.  make() takes over the reference of @text; a
 * reference, NULL: no memory.  text() is a reference, or NULL: it was taken away.
 */
struct container_list *container_list_make(struct container_text *text);
struct container_text *container_list_text(struct container_list *list);
void container_list_put(struct container_list *list);	/* or NULL */

/* Those of the core files that others refer to. */
enum { CORE_TASKS, CORE_PROCS, CORE_EVENTS, CORE_INIT };

extern const struct cftype core_files[];

/* Is the file at @node one of a subsystem?  A remount may take it from a top container then. */
bool cftype_can_go(unsigned int node);
/* What handlers of the file at @node are given; NULL if the subsystem is not bound. */
struct container_subsys_state *cftype_css(struct container *cont, unsigned int node);
/* The cftype at @node of @cont, NULL if it has no such file; a link need not be there. */
const struct cftype *container_cftype(const struct container *cont, unsigned int node);
/* Is the file at @node of @cont, which has it, there?  A link may not be.  Under the lock. */
bool cftype_is_there(struct container *cont, unsigned int node);
/* Its name in @cont's hierarchy (noprefix), without allocation. */
const char *cftype_name(const struct container *cont, const struct cftype *cft);
/* Node index of @name in @cont, 0 if no such file is there.  Under the lock. */
unsigned int cftype_find(struct container *cont, const char *name);
/* Is @name that of a file of @cont, which may be a link that is not there? */
bool cftype_reserved(const struct container *cont, const char *name);
unsigned int cftype_node(const struct cftype *cft);
int cftype_init(void);
/*
 * The bit of the file at @node in container.armed; 0: it never changes.  And those bits
 * for which the host must watch tasks.
 */
u64 cftype_armed_bit(unsigned int node);
extern u64 cftype_watched;
/* Tell pollers of the file whose counter changed.  Under the lock. */
void cftype_event(struct container *cont, const struct cftype *cft);
/* Tell all pollers in @cont: files are going.  Under the lock. */
void cftype_wake_all(struct container *cont);

#endif /* _CONTAINERFS_CFTYPE_H */
