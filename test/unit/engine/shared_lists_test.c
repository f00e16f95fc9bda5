// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists that open descriptors of `tasks` keep
 *
 * Equal lists are kept once, whoever reads them. However many different lists are read,
 * together they take a fixed amount of memory. A reader that loses its list goes on behind
 * the id that it has read last.
 */
#include "tools.h"

#define MANY	1000
#define FIRST	1000

static struct container *top, *a;

static void shared_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
}

static void shared_teardown(void)
{
	umount_top(top);
	host_finish();
}

/* Open, and read some bytes first; the host takes @taken of the text. */
static long take(struct container_file *f, const struct container_actor *reader,
		 unsigned long long pos, char *buf, long taken)
{
	const char *data;
	long n = container_file_read_begin(f, reader, pos, &data);

	if (n > taken)
		n = taken;
	if (n > 0)
		memcpy(buf, data, n);
	container_file_read_end(f, n > 0 ? n : 0);
	return n;
}

/* The rest from @pos on, @step bytes at a time; returns where it ends. */
static long take_rest(struct container_file *f, long pos, char *buf, long step)
{
	long n;

	while ((n = take(f, &root_actor, pos, buf + pos, step)) > 0)
		pos += n;
	ck_assert_int_eq(n, 0);
	buf[pos] = '\0';
	return pos;
}

/* Whole lines, ascending; marks which of FIRST.. are there. */
static void look_at(const char *text, bool *seen, int nr)
{
	int last = 0, id;

	memset(seen, 0, nr * sizeof(*seen));
	for (; *text; last = id) {
		char *end;

		id = strtol(text, &end, 10);
		ck_assert(end > text && *end == '\n');
		ck_assert_int_gt(id, last);
		if (id >= FIRST && id < FIRST + nr)
			seen[id - FIRST] = true;
		text = end + 1;
	}
}

/* The list of the top; of a container with records; of more than are cached; of a pid namespace. */
START_TEST(same_is_one)
{
	struct container_file *f[MANY];
	struct container_actor reader = root_actor;
	struct container *dir[20];
	char name[8], c;
	long bytes, size;

	for (int tid = FIRST; tid < FIRST + 4000; tid++)
		host_fork(1, tid);
	for (int tid = FIRST; _i == 1 && tid < FIRST + 4000; tid++)
		attach(a, tid);
	for (unsigned int i = 0; i < ARRAY_LEN(dir); i++) {
		snprintf(name, sizeof(name), "d%u", i);
		dir[i] = _i == 1 ? a : _i == 2 ? make_dir(top, name) : top;
		for (int tid = FIRST + i * 200; _i == 2 && tid < FIRST + (int)i * 200 + 200; tid++)
			attach(dir[i], tid);
	}
	if (_i == 3) {
		for (int tid = FIRST; tid < FIRST + 4000; tid++)
			host.task[tid].pid_ns = 1;
		reader = host_actor(FIRST, 0, false);
	}
	for (unsigned int i = 0; i < MANY; i++)
		f[i] = open_as(&reader, dir[i % ARRAY_LEN(dir)], "tasks");
	bytes = shim_slab_bytes();
	for (unsigned int i = 0; i < MANY; i++)
		ck_assert_int_eq(take(f[i], &reader, 0, &c, 1), 1);
	size = shim_slab_bytes() - bytes;
	/* of 4,000 ids, a list has 20 KB; a line has 5 bytes */
	ck_assert_int_gt(size, 4000 * 4);
	ck_assert_int_lt(size, 4000 * 5 + 20 * 256);
	for (unsigned int i = 0; i < MANY; i++)
		container_file_release(f[i]);
	ck_assert_int_lt(shim_slab_bytes() - bytes, 4000 * 5 + 20 * 256);
	sane();
}
END_TEST

/* Each descriptor begins to read at another state; all of them go on to the end. */
START_TEST(different_are_bounded)
{
	static char text[MANY][FIRST * 8];
	struct container_file *f[MANY];
	struct container *dir = _i ? top : a;
	unsigned long max = inspect_set_lists_max(100000);
	bool seen[MANY];
	long pos[MANY], bytes;

	/* FIRST + i is in the list of all descriptors before f[i] */
	for (int tid = FIRST; tid < FIRST + MANY; tid++) {
		host_fork(1, tid);
		if (dir == a)
			attach(a, tid);
	}
	for (unsigned int i = 0; i < MANY; i++)
		f[i] = open_as(&root_actor, dir, "tasks");
	bytes = shim_slab_bytes();
	for (unsigned int i = 0; i < MANY; i++) {
		/* the rest of a list that was taken away costs as much as the descriptor */
		ck_assert_int_lt(shim_slab_bytes() - bytes, 100000 + 20000 + MANY * 300);
		if (i)
			host_exit(FIRST + i - 1);
		pos[i] = take(f[i], &root_actor, 0, text[i], 1 + random() % 300);
		ck_assert_int_gt(pos[i], 0);
	}
	for (unsigned int i = 0; i < MANY; i++) {
		take_rest(f[i], pos[i], text[i], 1 + random() % 5000);
		look_at(text[i], seen, MANY);
		/* the last task lives throughout; tasks dead at first are in no list */
		ck_assert(seen[MANY - 1]);
		for (unsigned int k = 0; k < i; k++)
			ck_assert(!seen[k]);
		/* the last lists were kept, and so was the one that was read last */
		if (i == MANY - 1)
			for (unsigned int k = i; k < MANY; k++)
				ck_assert(seen[k]);
		container_file_release(f[i]);
	}
	ck_assert_int_lt(shim_slab_bytes() - bytes, 0);
	inspect_set_lists_max(max);
	sane();
}
END_TEST

/* Taken away after each read, of any number of bytes, while ids come and go. */
START_TEST(goes_on_behind)
{
	static char text[65536];
	struct container_file *f = open_as(&root_actor, a, "tasks");
	unsigned long max = inspect_set_lists_max(0);
	bool seen[400], live[400], never[400];
	long pos = 0, n;

	srandom(_i);
	memset(never, true, sizeof(never));
	memset(live, true, sizeof(live));
	for (int tid = FIRST - 300; tid < FIRST + 400; tid += 1 + (tid < FIRST)) {
		host_fork(1, tid);
		attach(a, tid);
	}
	do {
		n = take(f, &root_actor, pos, text + pos, 1 + random() % (_i + 1));
		ck_assert_int_ge(n, 0);
		pos += n;
		/* another list, so that only that is kept */
		for (int k = 0; k < 3; k++) {
			int i = random() % 400;

			if (host.task[FIRST + i].live)
				host_exit(FIRST + i);
			else
				host_fork(1, FIRST + i), attach(a, FIRST + i);
		}
		for (int i = 0; i < 400; i++) {
			live[i] &= host.task[FIRST + i].live;
			never[i] &= !host.task[FIRST + i].live;
		}
		read_of(a, "tasks");
	} while (n);
	text[pos] = '\0';
	look_at(text, seen, 400);
	for (int i = 0; i < 400; i++)
		ck_assert(seen[i] ? !never[i] : !live[i]);
	/* from the start on, the descriptor has the present list */
	ck_assert_int_gt(take(f, &root_actor, 10, text, 10), 0);
	pos = take_rest(f, 0, text, sizeof(text));
	ck_assert_str_eq(text, read_of(a, "tasks"));
	read_of(top, "tasks");
	ck_assert_int_eq(take(f, &root_actor, 5, text + 40000, 3), 3);
	ck_assert_int_eq(strncmp(text + 40000, text + 5, 3), 0);

	/* The reader also sees the end of the container. */
	for (int tid = 1; tid < HOST_TASKS; tid++)
		if (is_in(a, tid))
			host_exit(tid);
	read_of(top, "tasks");
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(take(f, &root_actor, 8, text, 1), -ENODEV);
	container_file_release(f);
	inspect_set_lists_max(max);
	sane();
}
END_TEST

/* What was another list's is the present one's, for who goes back to before it. */
START_TEST(goes_back)
{
	struct container_file *f = open_as(&root_actor, a, "tasks");
	unsigned long max = inspect_set_lists_max(0);
	char text[64];

	for (int tid = FIRST; tid < FIRST + 10; tid++) {
		host_fork(1, tid);
		attach(a, tid);
	}
	ck_assert_int_eq(take(f, &root_actor, 0, text, 25), 25);
	for (int tid = FIRST; tid < FIRST + 3; tid++)
		host_exit(tid);
	read_of(a, "tasks");
	inspect_set_lists_max(max);
	/* the list has 15 bytes less before the id that comes next */
	ck_assert_int_eq(take(f, &root_actor, 25, text, 5), 5);
	ck_assert_int_eq(strncmp(text, "1005\n", 5), 0);
	ck_assert_int_eq(take(f, &root_actor, 5, text, 5), 5);
	ck_assert_int_eq(strncmp(text, "1004\n", 5), 0);
	ck_assert_int_eq(take(f, &root_actor, 0, text, 5), 5);
	ck_assert_int_eq(strncmp(text, "1003\n", 5), 0);
	container_file_release(f);
	sane();
}
END_TEST

TCase *shared_lists_tests(void)
{
	TCase *tc = tcase_create("shared_lists");

	tcase_add_checked_fixture(tc, shared_setup, shared_teardown);
	tcase_add_loop_test(tc, same_is_one, 0, 4);
	tcase_add_loop_test(tc, different_are_bounded, 0, 2);
	tcase_add_loop_test(tc, goes_on_behind, 0, 20);
	tcase_add_test(tc, goes_back);
	tcase_set_timeout(tc, 60);
	return tc;
}
