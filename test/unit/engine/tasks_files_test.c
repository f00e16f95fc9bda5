// SPDX-License-Identifier: GPL-2.0-only
/*
 * The texts of `tasks` and cgroup.procs
 *
 * What they list, to which reader, and in which order. A descriptor reads one state, and the
 * few texts that the engine keeps are never shown after a change.
 */
#include "tools.h"

START_TEST(lists)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *b = make_dir(top, "b");

	ck_assert_str_eq(read_of(top, "tasks"), "1\n");
	ck_assert_str_eq(read_of(a, "tasks"), "");
	host_fork(1, 300);
	host_fork(1, 20);
	host_thread(20, 400);
	host_thread(20, 7);
	host_fork(1, 1000);
	ck_assert_str_eq(read_of(top, "tasks"), "1\n7\n20\n300\n400\n1000\n");
	ck_assert_str_eq(read_of(top, "cgroup.procs"), "1\n20\n300\n1000\n");
	attach(a, 1000);
	attach(a, 400);
	attach(a, 20);
	ck_assert_str_eq(read_of(a, "tasks"), "20\n400\n1000\n");
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "20\n1000\n");
	ck_assert_str_eq(read_of(top, "tasks"), "1\n7\n300\n");
	ck_assert_str_eq(read_of(top, "cgroup.procs"), "1\n20\n300\n");
	attach(b, 7);
	ck_assert_str_eq(read_of(b, "cgroup.procs"), "20\n");
	host_exit(20);		/* the leader; its threads live */
	ck_assert_str_eq(read_of(a, "tasks"), "400\n1000\n");
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "20\n1000\n");
	host.task[300].exiting = true;
	ck_assert_str_eq(read_of(top, "tasks"), "1\n");
	umount_top(top);
}
END_TEST

/* exec by a thread: the process stays where that thread was, under its leader's id. */
START_TEST(exec_by_a_thread)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *b = make_dir(top, "b");

	host_fork(1, 10);
	host_thread(10, 11);
	host_thread(10, 12);
	attach(a, 10);
	attach(b, 11);
	ck_assert_str_eq(read_of(b, "tasks"), "11\n");
	ck_assert_str_eq(read_of(a, "tasks"), "10\n");
	host_exec(11);
	ck_assert_str_eq(read_of(b, "tasks"), "10\n");
	ck_assert_str_eq(read_of(b, "cgroup.procs"), "10\n");
	ck_assert_str_eq(read_of(a, "tasks"), "");
	sane();
	host_exec(10);
	ck_assert(is_in(b, 10));
	host_fork(10, 13);
	ck_assert(is_in(b, 13));
	umount_top(top);
}
END_TEST

START_TEST(pid_namespaces)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	struct container_actor one, two;

	for (int tid = 2001; tid <= 2006; tid++) {
		host_fork(1, tid);
		host.task[tid].pid_ns = tid < 2003 ? 0 : tid < 2005 ? 1 : 2;
		attach(a, tid);
	}
	host_thread(2005, 2007);
	one = host_actor(2003, 0, false);
	two = host_actor(2005, 0, false);
	ck_assert_str_eq(read_of(a, "tasks"), "2001\n2002\n2003\n2004\n2005\n2006\n2007\n");
	ck_assert_str_eq(read_as(&one, a, "tasks"), "1003\n1004\n1005\n1006\n1007\n");
	ck_assert_str_eq(read_as(&one, a, "cgroup.procs"), "1003\n1004\n1005\n1006\n");
	ck_assert_str_eq(read_as(&two, a, "tasks"), "5\n6\n7\n");
	ck_assert_str_eq(read_as(&two, a, "cgroup.procs"), "5\n6\n");
	ck_assert_str_eq(read_as(&two, top, "tasks"), "");
	umount_top(top);
}
END_TEST

/* One descriptor, small reads, a world that changes between them. */
START_TEST(snapshots)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	struct container_file *f;
	char text[256] = "";
	const char *data;
	long n, pos = 0;

	for (int tid = 10; tid < 20; tid++) {
		host_fork(1, tid);
		attach(a, tid);
	}
	f = open_as(&root_actor, a, "tasks");
	while ((n = container_file_read(f, &root_actor, pos, &data)) > 0) {
		strncat(text, data, 1);		/* a byte at a time */
		if (pos < 10)
			host_exit(10 + pos);
		pos++;
	}
	ck_assert_int_eq(n, 0);
	ck_assert_str_eq(text, "10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n");
	ck_assert_int_eq(container_file_read(f, &root_actor, 1000, &data), 0);
	ck_assert_int_eq(container_file_read(f, &root_actor, ~0ull, &data), 0);
	/* a read from the start makes the text anew */
	ck_assert_int_eq(container_file_read(f, &root_actor, 0, &data), 0);
	container_file_release(f);

	/* a first read in the middle makes the present text */
	host_fork(1, 10);
	attach(a, 10);
	f = open_as(&root_actor, a, "tasks");
	ck_assert_int_eq(container_file_read(f, &root_actor, 1, &data), 2);
	ck_assert_int_eq(*data, '0');
	container_file_release(f);
	umount_top(top);
}
END_TEST

/* Each change must be seen, although texts are kept; with more containers than texts. */
START_TEST(nothing_stale)
{
	struct container *top = mount_top("ns"), *c[12];
	int where[100] = { 0 };
	char name[8], wanted[1024];

	srandom(_i);
	for (unsigned int i = 0; i < ARRAY_LEN(c); i++) {
		snprintf(name, sizeof(name), "c%u", i);
		c[i] = make_dir(top, name);
	}
	for (int step = 0; step < 1500; step++) {
		int tid = 100 + random() % 100, i = random() % ARRAY_LEN(c), r = random() % 10;
		unsigned int k = random() % (ARRAY_LEN(c) / 2);

		if (!host.task[tid].live) {
			host_fork(1, tid);
			attach(c[i], tid);
			where[tid - 100] = i;
		} else if (r < 3) {
			host_exit(tid);
		} else if (r < 6) {
			attach(c[i], tid);
			where[tid - 100] = i;
		}
		/* some are read often, some after many others */
		if (random() % 8 == 0)
			k = random() % ARRAY_LEN(c);
		*wanted = '\0';
		for (tid = 100; tid < 200; tid++)
			if (host.task[tid].live && where[tid - 100] == (int)k)
				sprintf(wanted + strlen(wanted), "%d\n", tid);
		ck_assert_str_eq(read_of(c[k], random() % 2 ? "tasks" : "cgroup.procs"), wanted);
	}
	/* A name that is used again is another container. */
	for (int tid = 100; tid < 200; tid++)
		if (host.task[tid].live)
			host_exit(tid);
	host_fork(1, 100);
	attach(c[0], 100);
	ck_assert_str_eq(read_of(c[0], "tasks"), "100\n");
	host_exit(100);
	ck_assert_int_eq(container_rmdir(top, "c0"), 0);
	c[0] = make_dir(top, "c0");
	ck_assert_str_eq(read_of(c[0], "tasks"), "");
	umount_top(top);
}
END_TEST

/* The host may report a task anew, with other ids, in the same group. */
START_TEST(ids_told_anew)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	struct css_group *group;

	host_fork(1, 10);
	host_thread(10, 11);
	attach(a, 11);
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "10\n");
	group = container_task_group(container_task_find(host_key(11)));
	ck_assert_int_eq(container_task_enter(host_key(11), 11, 11, group, 0), 0);
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "11\n");
	ck_assert_int_eq(container_task_enter(host_key(11), 12, 12, group, 0), 0);
	ck_assert_str_eq(read_of(a, "tasks"), "12\n");
	umount_top(top);
}
END_TEST

static struct container *growing;
static int born;

static void one_more(void)
{
	if (born < 6000)
		for (int i = 0; i < 700; i++)
			host_fork(1, ++born);
}

/* Many, and more while they are listed. */
START_TEST(many)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	const char *text, *p;
	int n = 0, last = 0;

	for (born = 99; born < 2000;)
		host_fork(1, ++born);
	growing = top;
	host.on_walked = one_more;
	text = read_of(top, "tasks");
	host.on_walked = NULL;
	for (p = text; *p; p = strchr(p, '\n') + 1, n++) {
		ck_assert_int_gt(atoi(p), last);
		last = atoi(p);
	}
	ck_assert_int_ge(n, 1902);

	for (int tid = 100; tid <= 3000; tid++)
		ck_assert_int_eq(attach(a, tid), 0);
	for (n = 0, p = read_of(a, "tasks"); *p; p = strchr(p, '\n') + 1)
		n++;
	ck_assert_int_eq(n, 2901);
	sane();
	umount_top(top);
}
END_TEST

START_TEST(without_memory)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	struct container *dir = _i ? top : a;
	struct container_file *f = open_as(&root_actor, dir, "tasks");
	const char *data;
	unsigned long nth;
	long n;

	host_fork(1, 10);
	attach(dir, 10);
	for (nth = 1;; nth++) {
		shim_fail_nth(nth);
		n = container_file_read(f, &root_actor, 0, &data);
		if (shim_fail_nth(0))
			break;
		ck_assert_int_eq(n, -ENOMEM);
	}
	ck_assert_uint_gt(nth, 1);
	ck_assert_int_gt(n, 0);
	container_file_release(f);
	umount_top(top);
}
END_TEST

TCase *tasks_files_tests(void)
{
	TCase *tc = tcase_of("tasks_files");

	tcase_add_test(tc, lists);
	tcase_add_test(tc, exec_by_a_thread);
	tcase_add_test(tc, pid_namespaces);
	tcase_add_test(tc, snapshots);
	tcase_add_loop_test(tc, nothing_stale, 0, 3);
	tcase_add_test(tc, ids_told_anew);
	tcase_add_test(tc, many);
	tcase_add_loop_test(tc, without_memory, 0, 2);
	return tc;
}
