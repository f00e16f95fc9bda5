// SPDX-License-Identifier: GPL-2.0-only
/*
 * libcontainerfs under ThreadSanitizer: see sources.mk. Exit 77 for those who may not make
 * namespaces.
 */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cases.h"

#define CASES(X)	X(threads)
CASES_DECLARE(CASES)

int main(int argc, char **argv)
{
	int status = 1;
	pid_t pid = fork();

	if (!pid)
		_exit(geteuid() || unshare(CLONE_NEWUTS | CLONE_NEWPID));
	if (waitpid(pid, &status, 0) != pid || status)
		return 77;
	return cases_run(argc, argv, "lib_threads", CASES_TABLE(CASES));
}
