// SPDX-License-Identifier: GPL-2.0-only
/*
 * ns.hold and the links to what is held; "." in ns.next_name
 */
#include "tools.h"

static struct container *top, *a, *b;

static void hold_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	for (int tid = 10; tid < 15; tid++)
		host_fork(1, tid);
}

static void hold_teardown(void)
{
	host.on_hold = NULL;
	host.hold_err = 0;
	sane();
	umount_top(top);
	host_finish();
}

static long hold(const char *words)
{
	return write_to(a, "ns.hold", words);
}

static const char *held(void)
{
	return read_of(a, "ns.hold");
}

/* The links that a listing of @cont shows. */
static int add_link(void *arg, const char *name, unsigned int namelen, struct container *child,
		    unsigned int node, unsigned long long next)
{
	struct container_attr attr;
	char *text = arg;

	(void)attr;
	if (!child && !strncmp(name, "ns.", 3) && strcmp(name, "ns.hold") &&
	    !strchr(name, '_') && strcmp(name, "ns.events"))
		sprintf(text + strlen(text), "%s%.*s", *text ? " " : "", (int)namelen, name);
	return 0;
}

static const char *links_of(struct container *cont)
{
	static char text[256];

	*text = '\0';
	ck_assert_int_eq(container_readdir(cont, 0, NULL, add_link, text), 0);
	return text;
}

static int link_text(struct container *cont, const char *name, char *buf, size_t size)
{
	struct container *child;
	unsigned int node;
	int ret = container_lookup(cont, name, &child, &node);

	return ret ? ret : container_readlink(cont, node, buf, size);
}

START_TEST(words)
{
	ck_assert_str_eq(held(), "");
	ck_assert_int_eq(hold("net uts\n"), 0);
	ck_assert_uint_eq(host.held, 2);
	ck_assert_str_eq(held(), "uts 67108865\nnet 1073741825\n");
	ck_assert_int_eq(hold("  root\tcred keyring time pid "), 0);
	ck_assert_str_eq(held(), "uts 67108865\npid 536870913\nnet 1073741825\ntime 129\nroot\ncred 0 1\n"
			 "keyring 7004\n");
	ck_assert_str_eq(host.keyring_name, "containerfs:2");
	ck_assert_uint_eq(host.held, 5);
	ck_assert_uint_eq(host.keyrings, 1);
	/* in place of what was held of the same kind */
	ck_assert_int_eq(hold("3 4 keyring"), 0);
	ck_assert_uint_eq(host.held, 5);
	ck_assert_uint_eq(host.keyrings, 1);
	ck_assert_int_eq(hold("-net -root -cred"), 0);
	ck_assert_str_eq(held(), "uts 67108865\npid 536870913\ntime 129\nkeyring 7009\n");
	/* the last word of a kind counts, and what is not held can be let go */
	ck_assert_int_eq(hold("-all mnt net -net -cgroup user user keyring cred cred keyring -keyring -cred"), 0);
	ck_assert_str_eq(held(), "mnt 131073\nuser 268435457\n");
	ck_assert_uint_eq(host.held, 2);
	ck_assert_uint_eq(host.keyrings, 0);
	ck_assert_int_eq(hold("-all"), 0);
	ck_assert_str_eq(held(), "");
	ck_assert_uint_eq(host.held, 0);
	ck_assert_int_eq(hold("mnt uts ipc user pid net cgroup time root cred keyring"), 0);
	ck_assert_uint_eq(host.held, 9);
	/* nothing is inherited */
	ck_assert_str_eq(read_of(make_dir(a, "c"), "ns.hold"), "");
	/* and rmdir lets go, at the latest with the work that it leaves */
	ck_assert_int_eq(container_rmdir(a, "c"), 0);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	container_run_work();
	ck_assert_uint_eq(host.held + host.keyrings, 0);
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[] = { "x", "\n", "net x", "-", "-x", "--net", "Net", "net,uts",
					   "1x", "5", "+3", "all" };
	struct container_actor user = host_actor(10, 0, false);
	struct container_file *f;
	const char *data;

	ck_assert_int_eq(hold("uts"), 0);
	for (unsigned int i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(hold(bad[i]), -EINVAL);
	ck_assert_int_eq(hold("net 6"), -EBADF);
	ck_assert_int_eq(hold("-uts 2147483648"), -EBADF);
	ck_assert_int_eq(hold("99999999999999999999"), -EBADF);
	ck_assert_int_eq(write_as(&user, a, "ns.hold", "net"), -EPERM);
	ck_assert(!has_file(top, "ns.hold"));
	host.hold_err = -EMFILE;
	ck_assert_int_eq(hold("net"), -EMFILE);
	ck_assert_int_eq(hold("3"), -EMFILE);
	ck_assert_int_eq(hold("cred"), -EMFILE);
	ck_assert_int_eq(hold("keyring"), -EMFILE);
	host.hold_err = 0;
	/* nothing of all that has taken effect, or is left over */
	ck_assert_str_eq(held(), "uts 67108865\n");
	ck_assert_uint_eq(host.held, 1);

	f = open_as(&root_actor, b, "ns.hold");
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(write_bytes(f, &root_actor, "net", 3), -ENODEV);
	ck_assert_int_eq(container_file_read(f, &root_actor, 0, &data), -ENODEV);
	container_file_release(f);
	ck_assert_uint_eq(host.held, 1);
}
END_TEST

static void remove_b(void)
{
	host.on_hold = NULL;
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
}

static void a_dies(void)
{
	host.on_hold = NULL;
	ck_assert_int_eq(container_lease(a, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(a, CONTAINERFS_LEASE_KILL);
}

/* It happens while the words are being looked up. */
START_TEST(meanwhile)
{
	host.on_hold = remove_b;
	ck_assert_int_eq(write_to(b, "ns.hold", "net"), -ENODEV);
	ck_assert_int_eq(hold("net keyring"), 0);
	host.on_hold = a_dies;
	ck_assert_int_eq(hold("uts -keyring"), -ECANCELED);
	/* what was held stays, and one may look */
	ck_assert_str_eq(held(), "net 1073741825\nkeyring 7003\n");
	ck_assert_int_eq(hold("-all"), -ECANCELED);
	ck_assert_uint_eq(host.held, 1);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	container_run_work();
	ck_assert_uint_eq(host.held + host.keyrings, 0);
}
END_TEST

START_TEST(pid_while_an_init_runs)
{
	ck_assert_int_eq(hold("pid net"), 0);
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_int_eq(hold("pid"), -EBUSY);
	ck_assert_int_eq(hold("net -pid"), -EBUSY);
	ck_assert_int_eq(hold("-all"), -EBUSY);
	ck_assert_int_eq(hold("uts -net"), 0);
	ck_assert_str_eq(held(), "uts 67108865\npid 536870913\n");
	attach(b, 11);
	ck_assert_int_eq(write_to(b, "container.init", "11"), 0);
	ck_assert_int_eq(write_to(b, "ns.hold", "-all uts"), 0);
	ck_assert_int_eq(write_to(b, "ns.hold", "-all"), 0);
	ck_assert_int_eq(write_to(b, "ns.hold", "pid"), -EBUSY);
}
END_TEST

START_TEST(groups)
{
	host.nr_groups = 2;
	ck_assert_int_eq(hold("cred"), 0);
	ck_assert_str_eq(held(), "cred 0 1 500 501\n");
	host.nr_groups = 40;
	host.more_groups = 30;
	ck_assert_int_eq(hold("cred"), 0);
	ck_assert_ptr_nonnull(strstr(held(), " 568 569\n"));
}
END_TEST

START_TEST(links)
{
	struct container_attr attr;
	unsigned long long generation = container_generation(a);
	unsigned int node;
	char buf[64];

	ck_assert_str_eq(links_of(a), "");
	ck_assert_int_eq(link_text(a, "ns.net", buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(hold("net root"), 0);
	ck_assert_uint_eq(host.links, 1);
	ck_assert_ptr_eq(host.links_cont, a);
	ck_assert_uint_gt(container_generation(a), generation);
	ck_assert_str_eq(links_of(a), "ns.net ns.root");
	ck_assert_str_eq(links_of(b), "");
	ck_assert_int_eq(link_text(a, "ns.net", buf, sizeof(buf)), 7);
	buf[7] = '\0';
	ck_assert_str_eq(buf, "/held/1");
	ck_assert_int_eq(link_text(a, "ns.net", buf, 4), -ENAMETOOLONG);
	ck_assert_int_eq(link_text(a, "ns.uts", buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(link_text(a, "ns.hold", buf, sizeof(buf)), -EINVAL);
	ck_assert_int_eq(container_readlink(a, 0, buf, sizeof(buf)), -EINVAL);

	node = node_of(a, "ns.net");
	ck_assert_int_eq(container_getattr(a, node, &attr), 0);
	ck_assert_uint_eq(attr.mode, 0120777);
	ck_assert_uint_eq(attr.nlink, 1);
	ck_assert_int_eq(container_setattr(a, node, &attr, CONTAINER_ATTR_UID), 0);
	/* creds and keyrings have no link */
	host.links = 0;
	ck_assert_int_eq(hold("cred keyring"), 0);
	ck_assert_uint_eq(host.links, 0);
	generation = container_generation(a);
	ck_assert_int_eq(hold("-net"), 0);
	ck_assert_uint_gt(container_generation(a), generation);
	ck_assert_uint_eq(host.links, 1);
	ck_assert_str_eq(links_of(a), "ns.root");
	ck_assert_int_eq(container_getattr(a, node, &attr), -ENOENT);
	ck_assert_int_eq(container_readlink(a, node, buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(hold("net"), 0);
	ck_assert_int_eq(container_getattr(a, node, &attr), 0);
	node = node_of(a, "ns.root");
	ck_assert_int_eq(hold("-root"), 0);
	ck_assert_int_eq(container_getattr(a, node, &attr), -ENOENT);
	ck_assert_int_eq(container_setattr(a, node, &attr, CONTAINER_ATTR_UID), -ENOENT);
}
END_TEST

/* The names are taken whether the links are there or not, but at the top. */
START_TEST(names)
{
	struct container_file *f;
	struct container *clone;

	ck_assert_int_eq(try_mkdir(a, "ns.net"), -EEXIST);
	ck_assert_int_eq(container_rename(a, "b", a, "ns.net"), -EEXIST);
	ck_assert_int_eq(container_rmdir(a, "ns.net"), -ENOENT);
	ck_assert_int_eq(hold("net"), 0);
	ck_assert_int_eq(try_mkdir(a, "ns.net"), -EEXIST);
	ck_assert_int_eq(container_rename(a, "b", a, "ns.net"), -ENOTDIR);
	ck_assert_int_eq(container_rename(a, "ns.net", a, "x"), -ENOTDIR);
	ck_assert_int_eq(container_rmdir(a, "ns.net"), -ENOTDIR);
	ck_assert_int_eq(container_file_open(a, node_of(a, "ns.net"), &root_actor, &f), -EINVAL);
	ck_assert_uint_eq(container_file_size(a, node_of(a, "ns.net"), &root_actor), 0);
	make_dir(top, "ns.net");
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "ns.clone_name", "ns.uts"), 0);
	ck_assert(host_unshare(10, NEW_UTS));
	clone = find_dir(a, "ns.uts-2");
	ck_assert_ptr_nonnull(clone);
}
END_TEST

START_TEST(handed_out)
{
	struct container_held *net, *root;
	struct containerfs_stat stat;
	struct container *gone;

	ck_assert_int_eq(container_hold_get(a, NEW_NET, &net), -ENOENT);
	ck_assert_int_eq(hold("net root cred keyring"), 0);
	ck_assert_int_eq(container_stat(a, &root_actor, &stat), 0);
	ck_assert_uint_eq(stat.held, NEW_NET | CONTAINERFS_HOLD_ROOT | CONTAINERFS_HOLD_CRED |
			  CONTAINERFS_HOLD_KEYRING);
	ck_assert_int_eq(stat.keyring, host.last_keyring);
	ck_assert_uint_eq(stat.id, container_id(a));
	ck_assert_uint_eq(stat.size, sizeof(stat));
	ck_assert_uint_eq(stat.flags, CONTAINERFS_STAT_NS);
	ck_assert_int_eq(container_hold_get(a, NEW_NET, &net), 0);
	ck_assert_int_eq(container_hold_get(a, CONTAINERFS_HOLD_ROOT, &root), 0);
	ck_assert_uint_eq(container_held_hold(net)->type, NEW_NET);
	ck_assert_int_eq(container_hold_get(a, CONTAINERFS_HOLD_CRED, &net), -EINVAL);
	ck_assert_int_eq(container_hold_get(a, NEW_NET | NEW_UTS, &net), -EINVAL);
	ck_assert_int_eq(container_hold_get(a, 0, &net), -EINVAL);
	ck_assert_int_eq(container_hold_get(top, NEW_NET, &net), -ENOENT);
	/* it lives as long as somebody uses it */
	ck_assert_int_eq(hold("-all"), 0);
	ck_assert_uint_eq(host.held, 2);
	container_held_put(net);
	ck_assert_uint_eq(host.held, 1);
	container_held_put(root);
	ck_assert_uint_eq(host.held, 0);

	ck_assert_int_eq(container_stat(top, &root_actor, &stat), 0);
	ck_assert_uint_eq(stat.flags, CONTAINERFS_STAT_TOP | CONTAINERFS_STAT_NS);
	gone = container_get(b);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_stat(gone, &root_actor, &stat), -ENODEV);
	ck_assert_int_eq(container_hold_get(gone, NEW_NET, &net), -ENODEV);
	container_put(gone);
}
END_TEST

START_TEST(without_ns)
{
	struct container *plain = mount_top("debug,name=x"), *d = make_dir(plain, "d");
	struct containerfs_stat stat;
	struct container_held *net;

	ck_assert(!has_file(d, "ns.hold"));
	ck_assert(has_file(d, "container.init"));
	ck_assert(has_file(d, "container.lease"));
	ck_assert_int_eq(container_hold_get(d, NEW_NET, &net), -ENOENT);
	ck_assert_int_eq(container_stat(d, &root_actor, &stat), 0);
	ck_assert_uint_eq(stat.flags, 0);
	make_dir(d, "ns.net");
	ck_assert_int_eq(container_rmdir(d, "ns.net"), 0);
	ck_assert_int_eq(container_rmdir(plain, "d"), 0);
	umount_top(plain);
}
END_TEST

/* A clone that holds something, or has an init, is not removed for being empty; nor those above. */
START_TEST(clones_that_hold)
{
	struct container *outer, *inner;

	ck_assert_int_eq(write_to(top, "ns.keep_empty", "0"), 0);
	ck_assert(host_unshare(12, NEW_NET));
	outer = find_dir(top, "node1");
	ck_assert(host_unshare(12, NEW_NET));
	inner = find_dir(outer, "node1");
	if (_i == 0)
		ck_assert_int_eq(write_to(inner, "ns.hold", "net"), 0);
	else
		ck_assert_int_eq(write_to(inner, "container.init", "12"), 0);
	host_exit(12);
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "node1/node1"), inner);
	if (_i == 0) {
		ck_assert_int_eq(write_to(inner, "ns.hold", "-net"), 0);
		container_run_work();
	} else {
		ck_assert_int_eq(container_rmdir(outer, "node1"), 0);
		container_run_work();
	}
	ck_assert_str_eq(children_of(top), "a");
}
END_TEST

/* Holds of clones that nobody can see any more go with the hierarchy. */
START_TEST(unmounted)
{
	struct container *other;

	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert(host_unshare(12, NEW_NET));
	other = find_dir(top, "node1");
	ck_assert_int_eq(write_to(other, "ns.hold", "net uts"), 0);
	ck_assert_int_eq(write_to(other, "container.init", "12"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
	ck_assert_uint_eq(host.held, 0);
	ck_assert(!host.task[12].watched);
	top = mount_top("ns");
}
END_TEST

START_TEST(no_memory)
{
	long ret;
	int n;

	ck_assert_int_eq(hold("mnt keyring"), 0);
	for (n = 1; ; n++) {
		shim_fail_nth(n);
		ret = hold("uts cred keyring -mnt root 3");
		shim_fail_nth(0);
		if (!ret)
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_uint_eq(host.held, 1);
		ck_assert_uint_eq(host.keyrings, 1);
		ck_assert_int_lt(n, 100);
	}
	ck_assert_int_gt(n, 5);
	ck_assert_uint_eq(host.held, 3);
}
END_TEST

/* --- "." in ns.next_name --- */

START_TEST(stays_once)
{
	struct container *at = _i ? a : top;

	if (_i)
		attach(a, 10);
	host.one_step = _i;
	ck_assert_int_eq(write_as(&(struct container_actor){ .tid = 10 }, at, "ns.next_name", ".\n"),
			 0);
	ck_assert(!host_unshare(10, NEW_NET | NEW_UTS));
	ck_assert(is_in(at, 10));
	ck_assert_uint_eq(number_in(at, "ns.events", "refused"), 0);
	ck_assert_uint_eq(number_in(at, "ns.events", "clones"), 0);
	ck_assert(host_unshare(10, NEW_NET));
	ck_assert(!is_in(at, 10));
	ck_assert_uint_eq(host.charged[0], 1);
}
END_TEST

/* It is for the one who wrote it, also if he could not have had a clone; a name replaces it. */
START_TEST(stays_himself)
{
	struct container_actor ten = { .tid = 10 };

	attach(a, 10);
	attach(a, 11);
	ck_assert_int_eq(write_to(a, "ns.max_clones", "0"), 0);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "."), 0);
	ck_assert(!host_unshare(11, NEW_NET));
	ck_assert_uint_eq(number_in(a, "ns.events", "refused"), 1);
	ck_assert(!host_unshare(10, NEW_NET));
	ck_assert_uint_eq(number_in(a, "ns.events", "refused"), 1);
	ck_assert_int_eq(write_to(a, "ns.max_clones", "max"), 0);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "."), 0);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "web"), 0);
	ck_assert(host_unshare(10, NEW_NET));
	ck_assert_ptr_nonnull(find_dir(a, "web"));
	ck_assert_int_eq(write_as(&ten, find_dir(a, "web"), "ns.next_name", "."), 0);
	host_clone(10, 50, NEW_NET);
	ck_assert(is_in(find_dir(a, "web"), 50));
	/* nor does a user's limit count, or what is remembered of a user grow */
	host_spawn(60, 60, 700);
	ck_assert_int_eq(hierarchy_remount(container_root(top), "ns,max_user_clones=0", &root_actor,
					   mount_msg, sizeof(mount_msg)), 0);
	ck_assert_int_eq(write_as(&(struct container_actor){ .tid = 60 }, top, "ns.next_name", "."),
			 0);
	ck_assert(!host_unshare(60, NEW_NET));
	ck_assert_uint_eq(number_in(top, "ns.events", "refused"), 0);
	ck_assert(!host_unshare(60, NEW_NET));
	ck_assert_uint_eq(number_in(top, "ns.events", "refused"), 1);
	host_spawn(61, 61, 701);
	ck_assert_int_eq(write_as(&(struct container_actor){ .tid = 61 }, top, "ns.next_name", "."),
			 0);
	ck_assert(!host_unshare(61, NEW_NET));
}
END_TEST

TCase *hold_tests(void)
{
	TCase *tc = tcase_create("hold");

	tcase_add_checked_fixture(tc, hold_setup, hold_teardown);
	tcase_add_test(tc, words);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, meanwhile);
	tcase_add_test(tc, pid_while_an_init_runs);
	tcase_add_test(tc, groups);
	tcase_add_test(tc, links);
	tcase_add_test(tc, names);
	tcase_add_test(tc, handed_out);
	tcase_add_test(tc, without_ns);
	tcase_add_loop_test(tc, clones_that_hold, 0, 2);
	tcase_add_test(tc, unmounted);
	tcase_add_test(tc, no_memory);
	tcase_add_loop_test(tc, stays_once, 0, 2);
	tcase_add_test(tc, stays_himself);
	return tc;
}
