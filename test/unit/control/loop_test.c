// SPDX-License-Identifier: GPL-2.0-only
/* The event loop: errors before input, and descriptors that are closed while they are reported. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "view/view.h"
#include "tests.h"

static char order[16];

static void note(char c)
{
	order[strlen(order)] = c;
}

static void stop(void)
{
	loop_stop();
}

static void on_input(int fd, uint32_t events, void *arg)
{
	note(*(char *)arg);
}

/* A pipe without a reader: its writer reports an error. */
static int broken(void)
{
	int fds[2];

	ck_assert(!pipe(fds));
	close(fds[0]);
	return fds[1];
}

START_TEST(errors_first)
{
	char i = 'i', e = 'e';
	int in = eventfd(1, 0), err = broken();

	ck_assert(!loop_init());
	/* ready in this order */
	ck_assert(!loop_add(in, EPOLLIN, on_input, &i));
	ck_assert(!loop_add(err, 0, on_input, &e));
	loop_set_idle(stop);
	ck_assert(!loop_run());
	ck_assert_str_eq(order, "ei");
	loop_exit();
}
END_TEST

static int other;
static bool replace;
static char second = '2', fresh = 'n';

/* The handler of the first ready descriptor closes the second, and may use its number again. */
static void on_first(int fd, uint32_t events, void *arg)
{
	note('1');
	loop_del(fd);
	loop_del(other);
	if (!replace)
		return;
	close(other);
	ck_assert(dup2(fd, other) == other);
	ck_assert(!loop_add(other, 0, on_input, &fresh));
}

START_TEST(removed_is_not_called)
{
	int first = eventfd(1, 0);

	replace = _i;
	other = eventfd(1, 0);
	ck_assert(!loop_init());
	ck_assert(!loop_add(first, EPOLLIN, on_first, NULL));
	ck_assert(!loop_add(other, EPOLLIN, on_input, &second));
	loop_set_idle(stop);
	ck_assert(!loop_run());
	ck_assert_str_eq(order, "1");
	loop_exit();
}
END_TEST

START_TEST(bad_descriptors)
{
	ck_assert(!loop_init());
	ck_assert_int_eq(loop_add(500, EPOLLIN, on_input, NULL), -EBADF);
	loop_del(500);
	loop_del(100000);
	loop_del(-1);
	loop_exit();
}
END_TEST

TCase *loop_tests(void)
{
	TCase *tc = tcase_create("loop");

	tcase_add_test(tc, errors_first);
	tcase_add_loop_test(tc, removed_is_not_called, 0, 2);
	tcase_add_test(tc, bad_descriptors);
	return tc;
}
