// SPDX-License-Identifier: GPL-2.0-only
/*
 * What poll reports, when the host is told, and what the host watches
 */
#include <poll.h>

#include "tools.h"

#define NORMAL	(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
#define NEWS	(POLLPRI | POLLERR)

static struct container *top, *a, *b;
static struct container_file *file;

static void poll_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	host_fork(1, 10);
}

static void poll_teardown(void)
{
	umount_top(top);
	host_finish();
}

static unsigned int poll_now(bool *armed)
{
	return container_file_poll(file, armed);
}

static void read_it(void)
{
	const char *data;

	ck_assert_int_gt(container_file_read(file, &root_actor, 0, &data), 0);
}

/* Read, poll until it is armed, and see that the host is told just once. */
#define tells(change)								\
	do {									\
		bool armed_;							\
		unsigned int before_;						\
		read_it();							\
		ck_assert_uint_eq(poll_now(&armed_), NORMAL);			\
		ck_assert(armed_);						\
		before_ = host.events;						\
		change;								\
		ck_assert_uint_eq(host.events, before_ + 1);			\
		ck_assert_ptr_eq(host.event_cont, container_file_container(file)); \
		ck_assert_uint_eq(host.event_node, container_file_node(file));	\
		ck_assert_uint_eq(poll_now(&armed_), NORMAL | NEWS);		\
		ck_assert(!armed_);						\
	} while (0)

#define does_not_tell(change)							\
	do {									\
		bool armed_;							\
		unsigned int before_;						\
		read_it();							\
		ck_assert_uint_eq(poll_now(&armed_), NORMAL);			\
		before_ = host.events;						\
		change;								\
		ck_assert_uint_eq(host.events, before_);			\
		ck_assert_uint_eq(poll_now(&armed_), NORMAL);			\
		ck_assert(armed_);						\
	} while (0)

START_TEST(container_events)
{
	bool armed;

	file = open_as(&root_actor, a, "container.events");
	ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);	/* not read yet */
	ck_assert(!armed);
	tells(ck_assert_int_eq(attach(a, 10), 0));
	tells(host_thread(10, 11));
	tells(host_exit(11));
	tells(ck_assert_int_eq(attach(b, 10), 0));		/* tasks 1 -> 0 */
	does_not_tell(host_thread(10, 11));			/* below, and still populated */
	does_not_tell(host_exit(11));
	tells(host_exit(10));					/* populated 1 -> 0 */
	tells(make_dir(a, "c"));
	tells(container_rmdir(a, "c"));
	does_not_tell(container_rename(top, "a", top, "aa"));
	host_fork(1, 12);
	tells(ck_assert_int_eq(attach(b, 12), 0));		/* populated 0 -> 1 */
	host_fork(1, 13);
	does_not_tell(ck_assert_int_eq(attach(b, 13), 0));
	host_exit(12);
	host_exit(13);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	container_get(a);
	tells(ck_assert_int_eq(container_rmdir(top, "aa"), 0));
	container_put(a);
	container_file_release(file);
}
END_TEST

START_TEST(ns_events)
{
	file = open_as(&root_actor, a, "ns.events");
	ck_assert_int_eq(write_to(a, "ns.keep_empty", "0"), 0);
	attach(a, 10);
	does_not_tell(host_fork(10, 11));
	tells(ck_assert(host_unshare(10, NEW_UTS)));
	does_not_tell(ck_assert(host_unshare(10, NEW_UTS)));	/* below, in node1 */
	ck_assert_int_eq(write_to(a, "ns.max_clones", "1"), 0);
	tells(ck_assert(!host_unshare(11, NEW_UTS)));
	host_exit(10);
	tells(container_run_work());
	ck_assert_str_eq(read_of(a, "ns.events"), "clones 1\nrefused 1\nremoved 1\n");
	host_exit(11);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	container_get(a);
	tells(ck_assert_int_eq(container_rmdir(top, "a"), 0));
	container_put(a);
	container_file_release(file);
}
END_TEST

/* Files that never change: news before the first read, none afterwards, never armed. */
START_TEST(constant_files)
{
	static const char *const files[] = { "tasks", "notify_on_release", "ns.keep_empty" };
	const char *data;
	bool armed;

	file = open_as(&root_actor, a, files[_i]);
	ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);
	if (!_i) {	/* as with v1, an empty list does not count as read */
		ck_assert_int_eq(container_file_read(file, &root_actor, 0, &data), 0);
		ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);
		attach(a, 10);
	}
	container_file_read(file, &root_actor, 0, &data);
	ck_assert_uint_eq(poll_now(&armed), NORMAL);
	ck_assert(!armed);
	host_exit(10);
	container_get(a);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);
	container_file_release(file);
	container_put(a);
}
END_TEST

/* Two descriptors: each has its own news, and one telling serves both. */
START_TEST(two_pollers)
{
	struct container_file *other = open_as(&root_actor, a, "container.events");
	const char *data;
	bool armed;

	file = open_as(&root_actor, a, "container.events");
	read_it();
	container_file_read(other, &root_actor, 0, &data);
	poll_now(&armed);
	container_file_poll(other, &armed);
	attach(a, 10);
	ck_assert_uint_eq(host.events, 1);
	read_it();
	ck_assert_uint_eq(poll_now(&armed), NORMAL);
	ck_assert_uint_eq(container_file_poll(other, &armed), NORMAL | NEWS);
	container_file_release(other);
	container_file_release(file);
}
END_TEST

/* Who moves below it keeps it populated throughout: into the new one before out of the old. */
START_TEST(moves_below)
{
	struct container *c = make_dir(a, "c");

	ck_assert_int_eq(attach(b, 10), 0);
	file = open_as(&root_actor, a, "container.events");
	does_not_tell(ck_assert_int_eq(attach(c, 10), 0));
	does_not_tell(ck_assert_int_eq(attach(b, 10), 0));
	tells(ck_assert_int_eq(attach(top, 10), 0));
	container_file_release(file);
}
END_TEST

/* A change between the making of the text and the poll is not lost. */
START_TEST(change_after_read)
{
	bool armed;

	file = open_as(&root_actor, a, "container.events");
	read_it();
	attach(a, 10);
	ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);
	container_file_release(file);
}
END_TEST

/* A task that has polled is told of the next change after each read, without polling again. */
START_TEST(sleeps_on)
{
	bool armed;

	file = open_as(&root_actor, a, "container.events");
	read_it();
	attach(a, 10);
	ck_assert_uint_eq(host.events, 0);
	ck_assert_uint_eq(poll_now(&armed), NORMAL | NEWS);
	read_it();
	host_fork(10, 11);
	ck_assert_uint_eq(host.events, 1);
	host_exit(11);
	ck_assert_uint_eq(host.events, 1);
	read_it();
	host_exit(10);
	ck_assert_uint_eq(host.events, 2);
	container_file_release(file);
}
END_TEST

/* Events of one hierarchy are no news in another. */
START_TEST(other_hierarchies)
{
	struct container *x = mount_top("none,name=x"), *c = make_dir(x, "c");

	attach(a, 10);
	file = open_as(&root_actor, a, "container.events");
	does_not_tell(ck_assert_int_eq(attach(c, 10), 0));
	does_not_tell(ck_assert_int_eq(attach(x, 10), 0));
	tells(host_exit(10));
	container_file_release(file);
	umount_top(x);
}
END_TEST

/* The events that the host's hooks must report. */
START_TEST(watches)
{
	struct css_group *group;
	unsigned int changed;
	bool armed;

	ck_assert_uint_eq(host_group_facts(css_group_init()).watch, 0);
	attach(b, 10);
	group = container_task_group(container_task_find(host_key(10)));
	ck_assert_uint_eq(host_group_facts(group).watch, 0);
	changed = host.groups_changed;
	ck_assert_int_eq(write_to(b, "notify_on_release", "1"), 0);
	ck_assert_uint_gt(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(group).watch, CSS_GROUP_WATCH_EMPTY);
	ck_assert_int_eq(write_to(b, "notify_on_release", "0"), 0);

	file = open_as(&root_actor, a, "container.events");
	read_it();
	changed = host.groups_changed;
	poll_now(&armed);
	ck_assert_uint_gt(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(group).watch, CSS_GROUP_WATCH_EMPTY);
	container_file_release(file);
	file = open_as(&root_actor, b, "container.events");
	read_it();
	poll_now(&armed);
	ck_assert_uint_eq(host_group_facts(group).watch, CSS_GROUP_WATCH_EMPTY | CSS_GROUP_WATCH_ALL);
	container_file_release(file);

	/* tasks in a top container have no link to it, and clone from there */
	file = open_as(&root_actor, top, "ns.events");
	read_it();
	changed = host.groups_changed;
	poll_now(&armed);
	ck_assert_uint_gt(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(css_group_init()).watch, CSS_GROUP_WATCH_CLONE);
	ck_assert_uint_eq(host_group_facts(group).watch & CSS_GROUP_WATCH_CLONE, 0);
	ck_assert(host_unshare(1, NEW_UTS));
	ck_assert_uint_eq(host_group_facts(css_group_init()).watch, 0);
	container_file_release(file);

	/* clones are watched for their end; masks follow the settings */
	ck_assert_uint_eq(host_group_facts(group).clone_mask, CONTAINER_NS_ALL);
	changed = host.groups_changed;
	ck_assert_int_eq(write_to(b, "ns.clone_flags", "uts"), 0);
	ck_assert_uint_gt(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(group).clone_mask, NEW_UTS);
	ck_assert_uint_eq(host_group_facts(css_group_init()).clone_mask, CONTAINER_NS_ALL);
	changed = host.groups_changed;
	ck_assert_int_eq(write_to(top, "ns.clone_flags", "none"), 0);
	ck_assert_uint_gt(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(css_group_init()).clone_mask, 0);
	ck_assert(host_unshare(10, NEW_UTS));
	group = container_task_group(container_task_find(host_key(10)));
	ck_assert_uint_ne(host_group_facts(group).watch & CSS_GROUP_WATCH_EMPTIES, 0);
}
END_TEST

TCase *poll_tests(void)
{
	TCase *tc = tcase_create("poll");

	tcase_add_checked_fixture(tc, poll_setup, poll_teardown);
	tcase_add_test(tc, container_events);
	tcase_add_test(tc, ns_events);
	tcase_add_loop_test(tc, constant_files, 0, 3);
	tcase_add_test(tc, two_pollers);
	tcase_add_test(tc, moves_below);
	tcase_add_test(tc, change_after_read);
	tcase_add_test(tc, sleeps_on);
	tcase_add_test(tc, other_hierarchies);
	tcase_add_test(tc, watches);
	return tc;
}
