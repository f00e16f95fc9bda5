// SPDX-License-Identifier: GPL-2.0-only
/*
 * readdir: positions stay valid while entries come and go
 *
 * An entry that exists throughout is listed exactly once. The random test lists a directory in
 * small pieces, while a model of it changes between them.
 */
#include "tools.h"

#define NAMES	64

struct listing {
	char			name[256];
	unsigned int		node;
	bool			dir;
	unsigned long long	next, end;
	unsigned int		nr, stop;
};

static int note(void *arg, const char *name, unsigned int namelen, struct container *child,
		unsigned int node, unsigned long long next)
{
	struct listing *l = arg;

	ck_assert_uint_eq(namelen, strlen(name));
	ck_assert_uint_gt(next, l->next);
	strcpy(l->name, name);
	l->node = node;
	l->dir = child;
	l->next = next;
	return ++l->nr == l->stop ? -77 : 0;
}

static int list_one(struct container *dir, struct listing *l)
{
	l->nr = 0;
	l->stop = 1;
	return container_readdir(dir, l->next, &l->end, note, l);
}

/* Control files in the order of their nodes, each under its name, then children by age. */
START_TEST(files_first)
{
	static const char *const of_all[] = {
		"tasks", "cgroup.procs", "container.events", "notify_on_release",
		"cgroup.clone_children", "debug.container_refcount", "debug.releasable",
	};
	struct container *top = mount_top("debug"), *b = make_dir(top, "b"), *dir;
	unsigned int found, files, last;
	struct listing l;

	make_dir(top, "a");
	for (int i = 0; i < 2; i++) {
		dir = i ? b : top;
		l = (struct listing){ .next = 0 };
		for (found = files = last = 0; list_one(dir, &l) == -77 && !l.dir; files++) {
			ck_assert_uint_gt(l.node, last);
			ck_assert_uint_eq(l.node, node_of(dir, l.name));
			last = l.node;
			for (unsigned int k = 0; k < ARRAY_LEN(of_all); k++)
				found += !strcmp(l.name, of_all[k]);
			ck_assert(!i || strcmp(l.name, "release_agent"));
			ck_assert(i || strcmp(l.name, "container.kill"));
		}
		ck_assert_uint_eq(found, ARRAY_LEN(of_all));
		ck_assert_uint_ge(files, found + 3);
		if (i) {
			ck_assert_uint_eq(l.nr, 0);
			continue;
		}
		ck_assert_str_eq(l.name, "b");
		ck_assert_int_eq(list_one(dir, &l), -77);
		ck_assert_str_eq(l.name, "a");
		ck_assert_int_eq(list_one(dir, &l), 0);
	}
	container_get(b);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_int_eq(container_readdir(b, 0, NULL, note, &l), -ENOENT);
	container_put(b);
	umount_top(top);
}
END_TEST

/* Positions are as long as ids, which 32 bits do not hold for ever. */
START_TEST(far_positions)
{
	static const unsigned long long pos[] = {
		1ull << 32, (1ull << 32) + 3, (1ull << 63) - 1, ~0ull, 63, 64,
	};
	struct container *top = mount_top("ns");
	struct listing l;

	for (unsigned int i = 0; i < ARRAY_LEN(pos); i++) {
		l = (struct listing){ .next = pos[i] };
		ck_assert_int_eq(list_one(top, &l), 0);
		ck_assert_uint_eq(l.nr, 0);
	}
	umount_top(top);
}
END_TEST

/* A listing ends though the directory grows as fast as it is read. */
START_TEST(growth)
{
	struct container *top = mount_top("ns");
	struct listing l = { .next = 0 };
	int made = 0, listed = 0, older = 3;
	char name[16];

	for (; made < older; made++) {
		snprintf(name, sizeof(name), "%d", made);
		ck_assert_int_eq(try_mkdir(top, name), 0);
	}
	while (list_one(top, &l) == -77) {
		listed += l.dir;
		snprintf(name, sizeof(name), "%d", made++);
		ck_assert_int_eq(try_mkdir(top, name), 0);
		ck_assert_int_lt(made, 1000);
	}
	ck_assert_int_eq(listed, older);
	/* the next listing has them all */
	l = (struct listing){ .next = 0 };
	for (listed = 0; list_one(top, &l) == -77; )
		listed += l.dir;
	ck_assert_int_eq(listed, made);
	while (made--) {
		snprintf(name, sizeof(name), "%d", made);
		ck_assert_int_eq(container_rmdir(top, name), 0);
	}
	umount_top(top);
}
END_TEST

START_TEST(random_changes)
{
	struct container *top = mount_top("ns");
	bool there[NAMES] = { false }, stayed[NAMES], seen[NAMES];
	struct listing l;
	char name[16], other[16];
	int n, m, ret;

	srandom(_i);
	for (int round = 0; round < 60; round++) {
		memcpy(stayed, there, sizeof(stayed));
		memset(seen, 0, sizeof(seen));
		l = (struct listing){ .next = 0 };
		do {
			l.nr = 0;
			l.stop = 1 + random() % 5;
			ret = container_readdir(top, l.next, &l.end, note, &l);
			if (l.nr && l.dir) {
				n = atoi(l.name);
				ck_assert(there[n]);
			}
			for (int k = random() % 8; k; k--) {
				n = random() % NAMES;
				snprintf(name, sizeof(name), "%d", n);
				if (random() % 4 == 0) {
					m = random() % NAMES;
					snprintf(other, sizeof(other), "%d", m);
					ck_assert_int_eq(container_rename(top, name, top, other),
							 !there[n] ? -ENOENT : n == m ? 0 :
							 there[m] ? -EEXIST : 0);
					if (there[n] && !there[m]) {
						there[n] = stayed[n] = false;
						there[m] = true;
					}
				} else if (there[n]) {
					ck_assert_int_eq(container_rmdir(top, name), 0);
					there[n] = stayed[n] = false;
				} else {
					ck_assert_int_eq(try_mkdir(top, name), 0);
					there[n] = true;
				}
			}
		} while (ret);
		sane();
	}

	/* An entry that stayed is listed once; others at most as often as they were there. */
	for (int round = 0; round < 40; round++) {
		unsigned int count[NAMES] = { 0 };

		memcpy(stayed, there, sizeof(stayed));
		l = (struct listing){ .next = 0 };
		while (list_one(top, &l)) {
			if (l.dir)
				count[atoi(l.name)]++;
			n = random() % NAMES;
			snprintf(name, sizeof(name), "%d", n);
			stayed[n] = false;
			if (there[n])
				ck_assert_int_eq(container_rmdir(top, name), 0);
			else
				ck_assert_int_eq(try_mkdir(top, name), 0);
			there[n] = !there[n];
		}
		for (n = 0; n < NAMES; n++)
			ck_assert(!stayed[n] || count[n] == 1);
	}
	for (n = 0; n < NAMES; n++) {
		snprintf(name, sizeof(name), "%d", n);
		if (there[n])
			ck_assert_int_eq(container_rmdir(top, name), 0);
	}
	umount_top(top);
}
END_TEST

TCase *listing_tests(void)
{
	TCase *tc = tcase_of("listing");

	tcase_add_test(tc, files_first);
	tcase_add_test(tc, far_positions);
	tcase_add_test(tc, growth);
	tcase_add_loop_test(tc, random_changes, 0, 4);
	return tc;
}
