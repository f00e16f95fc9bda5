// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of libcontainerfs. Exit 0, 1, or 77 for those who may not make namespaces. Cases
 * that need containerfs are empty where there is none.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "live.h"
#include "tests.h"

static bool may(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(geteuid() || unshare(CLONE_NEWUTS | CLONE_NEWPID));
	return !end_of(pid);
}

int main(int argc, char **argv)
{
	int ret;

	if (!may())
		return 77;
	if (argc == 1)
		live_mount("ns,freezer");
	ret = cases_run(argc, argv, "lib", CASES_TABLE(LIB_CASES));
	live_umount();
	return ret;
}
