// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl, the program that users call: a static one, because it is started for
 * each job that it runs, and to load the libraries of tables and screens takes three
 * times as long as to start the job.
 *
 * It has the commands of quick.c. For all others it becomes containerctl-full, which is
 * in the same directory if that is where both were built, and in PRIVATE_DIR if they
 * are installed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

#define FULL	"containerctl-full"

const struct command *find_command(const char *name)
{
	return find_quick(name);
}

char *user_name(uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw = NULL;
	char *name;

	while (f && (pw = fgetpwent(f)) && pw->pw_uid != uid)
		;
	name = pw ? xstrdup(pw->pw_name) : xasprintf("%u", (unsigned int)uid);
	if (f)
		fclose(f);
	return name;
}

static int become_full(char **argv)
{
	const char *directory = program_directory();

	if (directory)
		execv(xasprintf("%s/" FULL, directory), argv);
	execv(PRIVATE_DIR "/" FULL, argv);
	complain("cannot run " PRIVATE_DIR "/" FULL ": %s", strerror(errno));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	const struct command *cmd = argc > 1 ? find_quick(argv[1]) : NULL;
	int status;

	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		puts("containerctl " VERSION);
		return EXIT_SUCCESS;
	}
	if (!cmd)
		return become_full(argv);
	status = cmd->fn(argc - 1, argv + 1);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the output: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	return status;
}
