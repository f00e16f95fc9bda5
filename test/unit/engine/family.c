// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small family of containers, with tasks in it, for the tests of inits and of death
 */
#include "family.h"

struct container *top, *a, *b, *c;

void family_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	c = make_dir(top, "c");
	for (int tid = 10; tid < 15; tid++)
		host_fork(1, tid);
	attach(a, 10);
	attach(a, 11);
	attach(b, 12);
	attach(c, 13);
}

void family_teardown(void)
{
	host.on_watch = host.on_sync = host.on_get = NULL;
	host.on_kill_sync = NULL;
	host.kill_sync_err = 0;
	sane();
	umount_top(top);
	host_finish();
}
