// SPDX-License-Identifier: GPL-2.0-only
/*
 * devices_model_test.c - rules at random against a model that has no rules
 *
 * The model is a table: for each container and each of a few devices, which
 * accesses are allowed.  Rules name one device and one access here, so a write
 * allows or denies one entry of the table, and what v1's rules come to can be
 * said without them:
 *  - deny clears the entry here and in all containers below;
 *  - allow sets it here, if the parent has it, else -EPERM;
 *  - "a" to deny clears all, also what is not in the table ("the rest"); "a" to
 *    allow copies the parent; both only without children;
 *  - a container that does not have the rest cannot get it but by "a", which is
 *    -EPERM where the parent does not have it.
 * Tasks fork, move and clone themselves away meanwhile; each access is asked for
 * a task, by record and by set (host_may()).
 */
#include "tools.h"

#define DIRS	12
#define TASKS	16
#define DEVICES	6
#define STEPS	4000
#define REST	DEVICES			/* a device that is never named */

static struct container *dir[DIRS];
static int above[DIRS];			/* index; of the top itself */
static bool may[DIRS][DEVICES + 1][3];
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

static bool is_below(int i, int j)
{
	while (i && i != j)
		i = above[i];
	return i == j;
}

static long write_rule(int i, bool deny, int device, int access)
{
	char text[32];

	snprintf(text, sizeof(text), "%c %d:%d %c", device % 2 ? 'b' : 'c', 1 + device / 4,
		 device % 4, "rwm"[access]);
	return write_to(dir[i], deny ? "devices.deny" : "devices.allow", text);
}

static void one_rule(int i, bool deny)
{
	int device = (int)pick(DEVICES), access = (int)pick(3), j;
	bool ok = deny || !i || may[above[i]][device][access];

	ck_assert_int_eq(write_rule(i, deny, device, access), ok ? 0 : -EPERM);
	if (!ok)
		return;
	may[i][device][access] = !deny;
	for (j = 1; deny && j < DIRS; j++)
		if (dir[j] && is_below(j, i))
			may[j][device][access] = false;
}

static void all_of_it(int i, bool deny)
{
	long ret = write_to(dir[i], deny ? "devices.deny" : "devices.allow", "a");

	if (has_children(i)) {
		ck_assert_int_eq(ret, -EINVAL);
	} else if (deny) {
		ck_assert_int_eq(ret, 0);
		memset(may[i], 0, sizeof(may[i]));
	} else if (!i) {
		ck_assert_int_eq(ret, 0);
		memset(may[0], 1, sizeof(may[0]));
	} else if (!may[above[i]][REST][0]) {
		ck_assert_int_eq(ret, -EPERM);
	} else {
		ck_assert_int_eq(ret, 0);
		memcpy(may[i], may[above[i]], sizeof(may[i]));
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
		memcpy(may[i], may[j], sizeof(may[i]));
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

/* Exit, and a birth somewhere else. */
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
	int device = (int)pick(DEVICES + 1), access = (int)pick(3);
	const char one[2] = { "rwm"[access] };

	ck_assert_int_eq(host_may(10 + task, device % 2 ? 'b' : 'c', 1 + device / 4, device % 4,
				  one), may[where[task]][device][access]);
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

/* So that the next test finds nothing, whatever there is. */
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
	memset(may[0], 1, sizeof(may[0]));
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
