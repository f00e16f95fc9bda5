// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random steps of containers that have inits and leases, hold, die, and are removed
 *
 * The model says who is dead in the plainest way; after each step sane() compares the
 * engine's counts with what exists. A failing seed is the index of the loop;
 * OBJECTS_STEPS sets another number of steps.
 */
#include "tools.h"

#define NODES	24
#define TASKS	24
#define TID	100
#define LEASES	12

static struct node {
	struct container	*cont;		/* a reference; NULL: not used */
	int			parent;		/* -1: the top */
	bool			removed, dead, remove;
	int			init;		/* index of a task; -1: never had one */
	int			leases;
	bool			holds;
} node[NODES];

/* A task that has got the signal exits some time. */
static struct task {
	bool	live;
	int	at;		/* a node; -1: the top */
} task[TASKS];

static struct lease {
	struct container_file	*file;		/* or, if NULL, of the directory */
	int			node;		/* -1: not used */
	unsigned int		flags;
} lease[LEASES];

static struct container *top;

static int pick(int n)
{
	return random() % n;
}

static struct container *cont_of(int n)
{
	return n < 0 ? top : node[n].cont;
}

static bool there(int n)
{
	return node[n].cont && !node[n].removed;
}

/* A node that is there, or -1. */
static int pick_there(void)
{
	int n = pick(NODES);

	for (int i = 0; i < NODES; i++, n = (n + 1) % NODES)
		if (there(n))
			return n;
	return -1;
}

static bool below(int n, int above)
{
	for (; n >= 0; n = node[n].parent)
		if (n == above)
			return true;
	return false;
}

static int tasks_below(int n)
{
	int nr = 0;

	for (int t = 0; t < TASKS; t++)
		nr += task[t].live && below(task[t].at, n);
	return nr;
}

static int children(int n)
{
	int nr = 0;

	for (int i = 0; i < NODES; i++)
		nr += there(i) && node[i].parent == n;
	return nr;
}

static void die(int n)
{
	for (int i = 0; i < NODES; i++)
		if (there(i) && below(i, n))
			node[i].dead = true;
}

static void do_mkdir(void)
{
	int n = pick(NODES), parent = pick(3) ? pick_there() : -1;
	char name[16];

	if (node[n].cont)
		return;
	snprintf(name, sizeof(name), "n%d", n);
	ck_assert_int_eq(try_mkdir(cont_of(parent), name), 0);
	node[n] = (struct node){ .parent = parent, .init = -1 };
	node[n].cont = container_get(find_dir(cont_of(parent), name));
	node[n].dead = parent >= 0 && node[parent].dead;
}

static void removed(int n)
{
	node[n].removed = true;
	node[n].holds = false;
}

static void do_rmdir(void)
{
	int n = pick_there(), ret;
	char name[16];

	if (n < 0)
		return;
	snprintf(name, sizeof(name), "n%d", n);
	ret = container_rmdir(cont_of(node[n].parent), name);
	ck_assert_int_eq(ret, tasks_below(n) || children(n) ? -EBUSY : 0);
	if (!ret)
		removed(n);
}

static void do_attach(void)
{
	int n = pick_there(), t = pick(TASKS);
	bool procs = pick(2);
	char text[16];
	long ret;

	if (n < 0 || !task[t].live)
		return;
	snprintf(text, sizeof(text), "%d", TID + t);
	ret = write_to(node[n].cont, procs ? "cgroup.procs" : "tasks", text);
	ck_assert_int_eq(ret, node[n].dead ? -ECANCELED : 0);
	if (!ret)
		task[t].at = n;
}

static void do_fork(void)
{
	int parent = pick(TASKS), child = pick(TASKS);

	if (task[child].live)
		return;
	if (!task[parent].live) {
		host_fork(1, TID + child);
		task[child] = (struct task){ .live = true, .at = -1 };
		return;
	}
	host_fork(TID + parent, TID + child);
	task[child] = (struct task){ .live = true, .at = task[parent].at };
	if (task[child].at >= 0 && node[task[child].at].dead)
		ck_assert_uint_gt(host.task[TID + child].killed, 0);
}

static void do_exit(int t)
{
	if (!task[t].live)
		return;
	task[t].live = false;
	for (int n = 0; n < NODES; n++)
		if (there(n) && node[n].init == t) {
			node[n].init = TASKS + t;
			die(n);
		}
	host_exit(TID + t);
}

static void do_init(void)
{
	int n = pick_there(), t = pick(TASKS), want = 0;
	char text[16];

	if (n < 0)
		return;
	snprintf(text, sizeof(text), "%d", TID + t);
	if (!task[t].live)
		want = -ESRCH;
	else if (node[n].dead)
		want = -ECANCELED;
	else if (node[n].init >= 0)
		want = -EBUSY;
	else if (task[t].at != n)
		want = -EINVAL;
	ck_assert_int_eq(write_to(node[n].cont, "container.init", text), want);
	if (!want)
		node[n].init = t;
}

static void lease_begin(struct lease *l)
{
	int n = pick_there();
	const char *words;
	long ret;

	if (n < 0)
		return;
	l->flags = CONTAINERFS_LEASE_KILL | (pick(2) ? CONTAINERFS_LEASE_REMOVE : 0);
	words = l->flags & CONTAINERFS_LEASE_REMOVE ? "kill remove" : "kill";
	l->file = pick(2) ? open_as(&root_actor, node[n].cont, "container.lease") : NULL;
	ret = l->file ? write_bytes(l->file, &root_actor, words, strlen(words)) :
			container_lease(node[n].cont, l->flags);
	ck_assert_int_eq(ret, node[n].dead ? -ECANCELED : 0);
	if (!ret) {
		l->node = n;
		node[n].leases++;
	} else if (l->file) {
		container_file_release(l->file);
	}
}

static void lease_end(struct lease *l)
{
	struct node *n = &node[l->node];

	n->leases--;
	n->remove |= !!(l->flags & CONTAINERFS_LEASE_REMOVE);
	if (!n->leases && !n->removed)
		die(l->node);
	if (l->file)
		container_file_release(l->file);
	else
		container_lease_end(n->cont, l->flags);
	l->node = -1;
}

static void do_lease(void)
{
	struct lease *l = &lease[pick(LEASES)];

	if (l->node < 0)
		lease_begin(l);
	else
		lease_end(l);
}

static void do_hold(void)
{
	static const char *const words[] = { "net", "keyring root", "-all", "cred uts" };
	int n = pick_there(), w = pick(ARRAY_LEN(words));

	if (n < 0)
		return;
	ck_assert_int_eq(write_to(node[n].cont, "ns.hold", words[w]), node[n].dead ? -ECANCELED : 0);
	if (!node[n].dead)
		node[n].holds = w != 2;
}

/* Signals are sent, and dead containers removed that are empty and said so. */
static void do_work(void)
{
	container_run_work();
	for (int n = 0; n < NODES; n++) {
		if (!there(n) || !node[n].dead || !node[n].remove || node[n].leases || tasks_below(n))
			continue;
		for (int i = 0; i < NODES; i++)
			if (there(i) && i != n && below(i, n))
				removed(i);
		removed(n);
	}
	for (int t = 0; t < TASKS; t++)
		if (task[t].live && task[t].at >= 0 && node[task[t].at].dead)
			ck_assert_uint_gt(host.task[TID + t].killed, 0);
}

static void compare(void)
{
	struct containerfs_stat stat;

	for (int n = 0; n < NODES; n++) {
		if (!node[n].cont)
			continue;
		ck_assert(container_is_removed(node[n].cont) == node[n].removed);
		if (node[n].removed)
			continue;
		ck_assert_int_eq(container_stat(node[n].cont, &root_actor, &stat), 0);
		ck_assert_uint_eq(!!(stat.flags & CONTAINERFS_STAT_DEAD), node[n].dead);
		ck_assert_uint_eq(stat.leases, node[n].leases);
		ck_assert_uint_eq(!!stat.held, node[n].holds);
		ck_assert_uint_eq(stat.state, node[n].init < 0 ? CONTAINERFS_INIT_NONE :
				  node[n].init < TASKS ? CONTAINERFS_INIT_RUNNING :
				  CONTAINERFS_INIT_EXITED);
	}
	for (int t = 0; t < TASKS; t++)
		if (task[t].live)
			ck_assert(is_in(cont_of(task[t].at), TID + t));
}

/* Forget a container that was removed, so that its place is used again. */
static void do_forget(void)
{
	int n = pick(NODES);

	if (!node[n].removed || node[n].leases)
		return;
	for (int i = 0; i < NODES; i++)
		if (node[i].cont && node[i].parent == n)
			return;
	container_put(node[n].cont);
	node[n].cont = NULL;
	node[n].removed = false;
}

static void step(void)
{
	int r = pick(100);

	if (r < 15)
		do_mkdir();
	else if (r < 20)
		do_rmdir();
	else if (r < 38)
		do_attach();
	else if (r < 50)
		do_fork();
	else if (r < 62)
		do_exit(pick(TASKS));
	else if (r < 70)
		do_init();
	else if (r < 82)
		do_lease();
	else if (r < 88)
		do_hold();
	else if (r < 94)
		do_forget();
	else
		do_work();
}

START_TEST(random_steps)
{
	const char *env = getenv("OBJECTS_STEPS");
	int steps = env ? atoi(env) : 2000;

	srandom(_i + 1);
	top = mount_top("ns");
	for (int i = 0; i < LEASES; i++)
		lease[i].node = -1;
	for (int i = 0; i < steps; i++) {
		step();
		compare();
		sane();
	}
	for (int i = 0; i < LEASES; i++)
		if (lease[i].node >= 0)
			lease_end(&lease[i]);
	for (int t = 0; t < TASKS; t++)
		do_exit(t);
	do_work();
	compare();
	for (int round = 0; round < NODES; round++)
		for (int n = 0; n < NODES; n++)
			if (there(n) && !children(n)) {
				char name[16];

				snprintf(name, sizeof(name), "n%d", n);
				ck_assert_int_eq(container_rmdir(cont_of(node[n].parent), name), 0);
				removed(n);
			}
	for (int n = 0; n < NODES; n++)
		if (node[n].cont)
			container_put(node[n].cont);
	container_run_work();
	ck_assert_uint_eq(host.held + host.keyrings, 0);
	umount_top(top);
}
END_TEST

TCase *objects_model_tests(void)
{
	TCase *tc = tcase_of("objects_model");

	tcase_add_loop_test(tc, random_steps, 0, 8);
	return tc;
}
