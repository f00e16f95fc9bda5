// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where this program is: in the tree that it was built in, the programs beside it belong to
 * it, and not those that are installed.
 *
 * A copy in memory (sealed.c) is told by the program that it is a copy of. Whoever can set
 * the environment of this program can also start another one, so nothing depends on that.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

#define VARIABLE	"CONTAINERCTL_DIRECTORY"

const char *program_directory(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	if (!strncmp(path, "/memfd:", strlen("/memfd:")))
		return getenv(VARIABLE);
	slash = strrchr(path, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return path;
}

void program_pass_directory(void)
{
	const char *directory = program_directory();

	if (directory)
		setenv(VARIABLE, directory, 1);
}

void program_forget_directory(void)
{
	unsetenv(VARIABLE);
}
