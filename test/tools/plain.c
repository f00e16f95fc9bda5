// SPDX-License-Identifier: GPL-2.0-only
/*
 * plain COMMAND [ARGUMENT...]: a command with default dispositions and no blocked signal,
 * whatever the shell that runs it in the background ignores.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (argc < 2)
		return 2;
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
