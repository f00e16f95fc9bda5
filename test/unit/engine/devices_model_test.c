// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random rules, against a model that compares no numbers
 *
 * The model's world has 18 devices, of two types, with three majors and three minors, of which
 * the last stands for all that no rule names. A rule is a set of devices, a bit mask, so that
 * sets tell whether a rule covers another. A container has a kind and, for each possible
 * rule, accesses. Then a few lines say what v1 does:
 *  - a rule that is allowed in a list must be within one rule of the parent's list, or have no
 *    part in the exceptions of a parent that allows all the rest;
 *  - an exception can be taken back unless the parent has a part of it;
 *  - a denied rule is denied below, and rules of lists that could not be allowed any more
 *    are removed;
 *  - "a" to deny leaves nothing; "a" to allow copies a parent that is no list; both work only
 *    without children.
 * Tasks fork, move and die meanwhile. Each access is checked for a task, by its record and by
 * its set (host_may()).
 */
#include "tools.h"

#define DIRS	12
#define TASKS	16
#define NUMBERS	3
#define RULES	(2 * NUMBERS * NUMBERS)	/* also the number of devices */
#define STEPS	3000

/* One container of the model. */
struct model {
	bool		deny;
	unsigned int	access[RULES];	/* of rules, or of exceptions */
};

static struct container *dir[DIRS];
static int above[DIRS];			/* index; of the top itself */
static struct model model[DIRS];
static int where[TASKS];
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static bool has_children(int i)
{
	for (int j = 1; j < DIRS; j++)
		if (dir[j] && above[j] == i)
			return true;
	return false;
}

/* The devices of rule @n: type, major and minor; the last number stands for any. */
static unsigned int extent(int n)
{
	unsigned int set = 0;

	for (int dev = 0; dev < RULES; dev++)
		if (dev / 9 == n / 9 && (n / 3 % 3 == 2 || dev / 3 % 3 == n / 3 % 3) &&
		    (n % 3 == 2 || dev % 3 == n % 3))
			set |= 1u << dev;
	return set;
}

/* Is there a rule that covers all of it, or a rule that has a part? */
static bool has_all(const struct model *m, unsigned int set, unsigned int access)
{
	for (int n = 0; n < RULES; n++)
		if (m->access[n] && !(set & ~extent(n)) && !(access & ~m->access[n]))
			return true;
	return false;
}

static bool has_part(const struct model *m, unsigned int set, unsigned int access)
{
	for (int n = 0; n < RULES; n++)
		if ((set & extent(n)) && (access & m->access[n]))
			return true;
	return false;
}

static bool permits(const struct model *m, unsigned int set, unsigned int access)
{
	return m->deny ? has_all(m, set, access) : !has_part(m, set, access);
}

static void deny_below(int i, bool deny, int rule, unsigned int access)
{
	for (int j = 1; j < DIRS; j++) {
		if (!dir[j] || above[j] != i)
			continue;
		if (!deny && !model[j].deny)
			model[j].access[rule] |= access;
		else
			model[j].access[rule] &= ~access;
		for (int n = 0; model[j].deny && n < RULES; n++)
			if (!permits(&model[i], extent(n), model[j].access[n]))
				model[j].access[n] = 0;
		deny_below(j, deny, rule, access);
	}
}

static void number(char *text, int n)
{
	strcpy(text, n == 2 ? "*" : n ? "5" : "1");
}

static long write_rule(int i, bool deny, int rule, unsigned int access)
{
	char text[32], major[4], minor[4];

	number(major, rule / 3 % 3);
	number(minor, rule % 3);
	snprintf(text, sizeof(text), "%c %s:%s %s%s%s", rule / 9 ? 'b' : 'c', major, minor,
		 access & 1 ? "r" : "", access & 2 ? "w" : "", access & 4 ? "m" : "");
	return write_to(dir[i], deny ? "devices.deny" : "devices.allow", text);
}

static void one_rule(int i, bool deny)
{
	unsigned int access = 1 + pick(7);
	int rule = (int)pick(RULES);
	bool ok = deny || !i || permits(&model[above[i]], extent(rule), access);

	ck_assert_int_eq(write_rule(i, deny, rule, access), ok ? 0 : -EPERM);
	if (!ok)
		return;
	if (deny == model[i].deny)
		model[i].access[rule] &= ~access;
	else
		model[i].access[rule] |= access;
	if (deny)
		deny_below(i, model[i].deny, rule, access);
}

static void all_of_it(int i, bool deny)
{
	long ret = write_to(dir[i], deny ? "devices.deny" : "devices.allow", "a");

	if (has_children(i)) {
		ck_assert_int_eq(ret, -EINVAL);
	} else if (!deny && i && model[above[i]].deny) {
		ck_assert_int_eq(ret, -EPERM);
	} else {
		ck_assert_int_eq(ret, 0);
		if (deny || !i)
			model[i] = (struct model){ .deny = deny };
		else
			model[i] = model[above[i]];
	}
}

static void make_or_remove(int i)
{
	char name[16];
	int j;

	snprintf(name, sizeof(name), "%d", i);
	if (!i)
		return;
	if (!dir[i]) {
		do
			j = (int)pick(DIRS);
		while (j == i || !dir[j]);
		above[i] = j;
		dir[i] = make_dir(dir[j], name);
		model[i] = model[j];
		return;
	}
	for (j = 0; j < TASKS; j++)
		if (where[j] == i)
			return;
	if (has_children(i))
		return;
	ck_assert_int_eq(container_rmdir(dir[above[i]], name), 0);
	dir[i] = NULL;
}

/* An exit, and a birth in another container. */
static void be_reborn(int task)
{
	int parent = (int)pick(TASKS);

	if (parent == task)
		return;
	host_exit(10 + task);
	host_fork(10 + parent, 10 + task);
	where[task] = where[parent];
}

static void look(int task)
{
	static const unsigned int numbers[NUMBERS] = { 1, 5, 77 };
	int dev = (int)pick(RULES);
	unsigned int access = 1 + pick(7);
	char text[4] = "";

	if (access & 1)
		strcat(text, "r");
	if (access & 2)
		strcat(text, "w");
	if (access & 4)
		strcat(text, "m");
	ck_assert_int_eq(host_may(10 + task, dev / 9 ? 'b' : 'c', numbers[dev / 3 % 3],
				  numbers[dev % 3], text),
			 permits(&model[where[task]], 1u << dev, access));
}

static void step(void)
{
	int i = (int)pick(DIRS), task = (int)pick(TASKS);

	switch (pick(16)) {
	case 0 ... 4:
		if (dir[i])
			one_rule(i, pick(2));
		break;
	case 5:
		if (dir[i])
			all_of_it(i, pick(2));
		break;
	case 6 ... 7:
		make_or_remove(i);
		break;
	case 8:
		if (dir[i]) {
			attach(dir[i], 10 + task);
			where[task] = i;
		}
		break;
	case 9:
		be_reborn(task);
		break;
	case 10:
		if (!pick(4))
			container_run_work();
		break;
	}
	for (i = 0; i < 4; i++)
		look((int)pick(TASKS));
}

/* Removes all, so that the next test finds nothing. */
static void remove_all(void)
{
	bool again = true;
	int i;

	for (i = 0; i < TASKS; i++) {
		host_exit(10 + i);
		where[i] = 0;
	}
	while (again) {
		again = false;
		for (i = 1; i < DIRS; i++) {
			if (dir[i]) {
				make_or_remove(i);
				again = true;
			}
		}
	}
}

START_TEST(at_random)
{
	int i;

	seed = (unsigned int)_i;
	dir[0] = mount_top("devices");
	for (i = 0; i < TASKS; i++)
		host_fork(1, 10 + i);
	for (i = 0; i < STEPS; i++)
		step();
	sane();
	remove_all();
	umount_top(dir[0]);
	container_run_work();
	ck_assert_uint_eq(host.device_sets, 0);
	ck_assert(!host.devices_checked);
}
END_TEST

TCase *devices_model_tests(void)
{
	TCase *tc = tcase_of("devices_model");

	tcase_add_loop_test(tc, at_random, 0, 40);
	return tc;
}
