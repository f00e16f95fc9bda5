// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model, and the comparison of engine and model: see model.h
 */
#include "model.h"

struct model model;

void model_init(struct container *top[MODEL_TREES])
{
	memset(&model, 0, sizeof(model));
	for (int tree = 0; tree < MODEL_TREES; tree++)
		model.node[tree] = (struct model_node){
			.live = true, .tree = tree, .parent = -1, .cont = top[tree],
			.keep_empty = 16, .max_clones = ~0u,
			.generation = container_generation(top[tree]),
		};
}

int model_child(int dir, const char *name)
{
	for (int i = 0; i < MODEL_NODES; i++)
		if (model.node[i].live && model.node[i].parent == dir &&
		    !strcmp(model.node[i].name, name))
			return i;
	return -1;
}

bool model_taken(int dir, const char *name)
{
	/* the one control file that the test uses as a name */
	return !strcmp(name, "tasks") || model_child(dir, name) >= 0;
}

int model_add(int dir, const char *name, bool clone)
{
	struct model_node *parent = &model.node[dir];

	for (int i = 0; i < MODEL_NODES; i++) {
		if (model.node[i].live)
			continue;
		model.node[i] = (struct model_node){
			.live = true, .clone = clone, .tree = parent->tree, .parent = dir,
			.cont = find_dir(parent->cont, name),
			.keep_empty = parent->keep_empty, .max_clones = parent->max_clones,
		};
		strcpy(model.node[i].name, name);
		ck_assert_ptr_nonnull(model.node[i].cont);
		model.node[i].generation = container_generation(model.node[i].cont);
		parent->names_changed = true;
		return i;
	}
	return -1;
}

void model_remove(int node)
{
	for (int i = 0; i < MODEL_NODES; i++)
		if (model.node[i].live && model.node[i].parent == node)
			model_remove(i);
	model.node[node].live = false;
	model.node[model.node[node].parent].names_changed = true;
}

/* What follows from where tasks are, computed anew after a change. */
static struct {
	unsigned int	tasks, children, empties, busy;
	bool		populated, made;	/* a task here or below; below, mkdir made one */
} view[MODEL_NODES];

static bool is_empty_clone(int node)
{
	return model.node[node].clone && !view[node].populated && !view[node].made;
}

static void look(void)
{
	int i, up;

	memset(view, 0, sizeof(view));
	for (int t = 0; t < MODEL_TASKS; t++) {
		for (int tree = 0; model.task[t].live && tree < MODEL_TREES; tree++) {
			view[model.task[t].at[tree]].tasks++;
			for (up = model.task[t].at[tree]; up >= 0; up = model.node[up].parent)
				view[up].populated = true;
		}
	}
	for (i = MODEL_TREES; i < MODEL_NODES; i++) {
		if (!model.node[i].live)
			continue;
		view[model.node[i].parent].children++;
		for (up = model.node[i].parent; !model.node[i].clone && up >= 0;
		     up = model.node[up].parent)
			view[up].made = true;
	}
	for (i = MODEL_TREES; i < MODEL_NODES; i++) {
		if (!model.node[i].live || !model.node[i].clone)
			continue;
		if (is_empty_clone(i))
			view[model.node[i].parent].empties++;
		else
			view[model.node[i].parent].busy++;
	}
}

unsigned int model_tasks(int node)
{
	look();
	return view[node].tasks;
}

unsigned int model_children(int node)
{
	look();
	return view[node].children;
}

unsigned int model_busy_clones(int dir)
{
	look();
	return view[dir].busy;
}

int model_depth(int node)
{
	int depth = 0;

	for (; model.node[node].parent >= 0; node = model.node[node].parent)
		depth++;
	return depth;
}

void model_settle(void)
{
	look();
	model.clock++;
	for (int i = MODEL_TREES; i < MODEL_NODES; i++) {
		struct model_node *n = &model.node[i];

		if (!n->live || !n->clone)
			continue;
		if (!is_empty_clone(i))
			n->emptied = 0;
		else if (!n->emptied)
			n->emptied = model.clock;
	}
}

void model_trim(void)
{
	look();
	for (int dir = 0; dir < MODEL_NODES; dir++) {
		while (model.node[dir].live && model.node[dir].tree == MODEL_NS &&
		       view[dir].empties > model.node[dir].keep_empty) {
			int oldest = -1;

			for (int i = MODEL_TREES; i < MODEL_NODES; i++)
				if (model.node[i].live && model.node[i].parent == dir &&
				    model.node[i].emptied &&
				    (oldest < 0 || model.node[i].emptied < model.node[oldest].emptied))
					oldest = i;
			model_remove(oldest);
			look();
		}
	}
	model_settle();
}

/* How many different sets of memberships the live tasks have, with that of the top containers. */
static unsigned int distinct_sets(void)
{
	unsigned int n = 1;

	for (int t = 0; t < MODEL_TASKS; t++) {
		bool is_new = model.task[t].live;

		if (!is_new)
			continue;
		is_new = false;
		for (int tree = 0; tree < MODEL_TREES; tree++)
			is_new |= model.task[t].at[tree] != tree;
		for (int u = 0; u < t; u++)
			if (model.task[u].live && !memcmp(model.task[u].at, model.task[t].at,
							  sizeof(model.task[t].at)))
				is_new = false;
		n += is_new;
	}
	return n;
}

static void compare_node(int i)
{
	struct model_node *n = &model.node[i];
	struct inspect_container engine;
	unsigned long long generation = container_generation(n->cont);

	if (n->parent >= 0)
		ck_assert_ptr_eq(find_dir(model.node[n->parent].cont, n->name), n->cont);
	engine = inspect_container(n->cont);
	ck_assert(!engine.dead);
	ck_assert_uint_eq(engine.nr_children, view[i].children);
	if (n->parent >= 0) {
		ck_assert_uint_eq(engine.nr_tasks, view[i].tasks);
		ck_assert(!engine.nr_populated == !view[i].populated);
		ck_assert(engine.clone == n->clone);
		ck_assert_int_eq(engine.depth, model_depth(i));
	}
	if (n->tree == MODEL_NS) {
		ck_assert_uint_eq(engine.nr_empties, view[i].empties);
		ck_assert_uint_eq(engine.nr_clones, view[i].empties + view[i].busy);
	}
	if (n->names_changed)
		ck_assert_uint_gt(generation, n->generation);
	else
		ck_assert_uint_eq(generation, n->generation);
	n->generation = generation;
	n->names_changed = false;
}

void model_compare(void)
{
	sane();
	look();
	for (int i = 0; i < MODEL_NODES; i++)
		if (model.node[i].live)
			compare_node(i);
	for (int t = 0; t < MODEL_TASKS; t++)
		for (int tree = 0; tree < MODEL_TREES; tree++)
			if (model.task[t].live)
				ck_assert_ptr_eq(inspect_where(host_key(MODEL_TID + t),
							       model.node[tree].cont),
						 model.node[model.task[t].at[tree]].cont);
	ck_assert_uint_eq(inspect_groups(), distinct_sets());
}
