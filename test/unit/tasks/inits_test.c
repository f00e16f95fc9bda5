// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inits of containers: what BPF saw of an end becomes what the engine shows
 */
#include "../quiet_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_kernel.h"
#include "tasks/tasks.h"
#include "world.h"

#define MS	1000000ull

static void ends(uint32_t tgid, const struct te_end *end)
{
	fk_end(tgid, end);
	fk_exit(tgid);
}

static void make_init(struct container *cont, uint32_t tgid)
{
	char text[16];

	fk_spawn(tgid, tgid);
	ck_assert_int_eq(attach(cont, tgid), 0);
	snprintf(text, sizeof(text), "%u", tgid);
	ck_assert_int_eq(write_as(&root, cont, "container.init", text), 0);
}

/* The times that @end has come to. */
static void times(const struct te_end *end, unsigned long long user, unsigned long long system)
{
	static uint32_t next = 100;
	const uint32_t tgid = next++;
	struct container *cont;
	char text[256];

	ck_assert_int_eq(container_mkdir(top, "times", 0755, 0, 0, &root, &cont), 0);
	make_init(cont, tgid);
	ends(tgid, end);
	snprintf(text, sizeof(text), "user_usec %llu system_usec %llu ", user, system);
	ck_assert_msg(strstr(text_of(cont, "container.init"), text), "not %s: %s", text,
		      text_of(cont, "container.init"));
	container_put(cont);
	tasks_begin();
	ck_assert_int_eq(container_rmdir(top, "times"), 0);
	tasks_end();
}

START_TEST(shown)
{
	const struct te_end end = {
		.status = 0x700, .utime = 30 * MS, .stime = 10 * MS, .runtime = 40 * MS,
		.maxrss = 100, .minflt = 5, .majflt = 6, .nvcsw = 7, .nivcsw = 8,
	};
	char text[256];

	make_init(a, 10);
	ck_assert_uint_eq(fk_inits, 1);
	ck_assert_str_eq(text_of(a, "container.init"), "pid 10 state running");
	ends(10, &end);
	snprintf(text, sizeof(text), "pid 0 state exited status 1792 user_usec 30000 "
		 "system_usec 10000 maxrss_kb %ld minflt 5 majflt 6 nvcsw 7 nivcsw 8",
		 100 * sysconf(_SC_PAGESIZE) / 1024);
	ck_assert_str_eq(text_of(a, "container.init"), text);
	ck_assert(container_is_dead(a));
	ck_assert_uint_eq(fk_inits, 0);
	fk_spawn(11, 11);
	ck_assert_int_eq(attach(a, 11), -ECANCELED);
}
END_TEST

START_TEST(times_are_scaled)
{
	/* ticks say 3 to 1, and 100 ms were measured */
	times(&(struct te_end){ .utime = 30 * MS, .stime = 10 * MS, .runtime = 100 * MS }, 75000, 25000);
	times(&(struct te_end){ .utime = 10 * MS, .runtime = 25 * MS }, 25000, 0);
	times(&(struct te_end){ .stime = 10 * MS, .runtime = 25 * MS }, 0, 25000);
	times(&(struct te_end){ .runtime = 2 * MS }, 2000, 0);
	/* what somebody was told before does not become less */
	times(&(struct te_end){ .utime = 30 * MS, .stime = 10 * MS, .runtime = 100 * MS,
				.told_stime = 40 * MS }, 60000, 40000);
	times(&(struct te_end){ .utime = 10 * MS, .stime = 30 * MS, .runtime = 100 * MS,
				.told_utime = 40 * MS }, 40000, 60000);
	times(&(struct te_end){ .utime = 1 * MS, .stime = 1 * MS, .runtime = 10 * MS,
				.told_utime = 8 * MS, .told_stime = 3 * MS }, 8000, 3000);
	/* of the children as it is */
	times(&(struct te_end){ .utime = 10 * MS, .runtime = 20 * MS, .waited_utime = 5 * MS,
				.waited_stime = 6 * MS }, 25000, 6000);
}
END_TEST

/* The ring is full when the init ends. */
START_TEST(lost)
{
	make_init(a, 10);
	consistent();
	fk_ring_size = 0;
	ends(10, &(struct te_end){ .status = 9 });
	ck_assert_ptr_nonnull(strstr(text_of(a, "container.init"), "state exited status 9 "));
	ck_assert_uint_gt(fk_rebuilds(), 0);
	ck_assert(container_is_dead(a));
	fk_ring_size = 1000;
}
END_TEST

/* One process is the init of two containers; then it ends once for both. */
START_TEST(of_two)
{
	make_init(a, 10);
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_int_eq(write_as(&root, b, "container.init", "10"), 0);
	ck_assert_uint_eq(fk_inits, 1);
	ends(10, &(struct te_end){ .status = 0x100 });
	ck_assert_ptr_nonnull(strstr(text_of(a, "container.init"), "status 256 "));
	ck_assert_ptr_nonnull(strstr(text_of(b, "container.init"), "status 256 "));
}
END_TEST

/* A container is removed while its init runs elsewhere: nothing is watched for it. */
START_TEST(forgotten)
{
	struct container *c;

	ck_assert_int_eq(container_mkdir(top, "c", 0755, 0, 0, &root, &c), 0);
	make_init(c, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_uint_eq(fk_inits, 1);
	tasks_begin();
	ck_assert_int_eq(container_rmdir(top, "c"), 0);
	tasks_end();
	container_put(c);
	ck_assert_uint_eq(fk_inits, 0);
	ends(10, &(struct te_end){ });
	consistent();
	ck_assert(!container_is_dead(a));
}
END_TEST

START_TEST(refused)
{
	ck_assert_int_eq(write_as(&root, a, "container.init", "10"), -ESRCH);
	fk_spawn(10, 10);
	ck_assert_int_eq(write_as(&root, a, "container.init", "10"), -EINVAL);
	ck_assert_uint_eq(fk_inits, 0);
	make_init(a, 11);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(write_as(&root, a, "container.init", "10"), -EBUSY);
	ck_assert_uint_eq(fk_inits, 1);
}
END_TEST

TCase *inits_tests(void)
{
	TCase *tc = world_case("inits");

	tcase_add_test(tc, shown);
	tcase_add_test(tc, times_are_scaled);
	tcase_add_test(tc, lost);
	tcase_add_test(tc, of_two);
	tcase_add_test(tc, forgotten);
	tcase_add_test(tc, refused);
	return tc;
}
