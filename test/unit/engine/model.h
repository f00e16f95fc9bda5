/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simple model of hierarchies, containers and tasks
 *
 * The model has arrays, and walks over all of them; it keeps no counts and no lists. It says in
 * the plainest way what the engine should do. model_test.c does the same to both;
 * model_compare() fails the test if they differ.
 */
#ifndef TEST_ENGINE_MODEL_H
#define TEST_ENGINE_MODEL_H

#include "tools.h"

#define MODEL_TREES	3	/* ns, debug, and one without subsystems */
#define MODEL_NS	0
#define MODEL_NODES	240
#define MODEL_TASKS	64	/* tids MODEL_TID and on; all start in the tops */
#define MODEL_TID	100

struct model_node {
	bool			live, clone;
	int			tree, parent;	/* index; -1 for a top, whose index is its tree's */
	char			name[32];
	struct container	*cont;		/* the container in the engine */
	unsigned long		next_number, refused, clones;
	unsigned int		keep_empty, max_clones;
	unsigned long		emptied;	/* when it became empty; 0: it is not */
	unsigned long long	generation;	/* the engine's, when last compared */
	bool			names_changed;
};

struct model_task {
	bool	live;
	int	tgid;
	int	at[MODEL_TREES];
};

struct model {
	struct model_node	node[MODEL_NODES];
	struct model_task	task[MODEL_TASKS];
	unsigned long		clock;
};

extern struct model model;

void model_init(struct container *top[MODEL_TREES]);
int model_child(int dir, const char *name);		/* -1: none */
bool model_taken(int dir, const char *name);		/* also by a control file */
/* If the engine container is NULL, it is found by name. -1: no room. */
int model_add(int dir, const char *name, bool clone);
void model_remove(int node);
unsigned int model_tasks(int node);			/* in it */
unsigned int model_children(int node);
unsigned int model_busy_clones(int dir);		/* clones of it that are not empty */
int model_depth(int node);
/* After each change: note which clones are empty now, and since when. */
void model_settle(void);
/* What container_run_work() does. */
void model_trim(void);
void model_compare(void);

#endif /* TEST_ENGINE_MODEL_H */
