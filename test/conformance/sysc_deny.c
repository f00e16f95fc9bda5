// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc command "deny": runs a program, in which, and in whose children, a system call fails
 * with an errno of choice, as under the filter of a container manager, or on a kernel that
 * lacks the call (ENOSYS). It needs no libseccomp, because the filter compares only the
 * number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysc.h"

static const struct {
	const char *name;
	unsigned int nr;
} calls[] = {
	{ "bpf", SYS_bpf },
	{ "fsopen", SYS_fsopen },
	{ "fspick", SYS_fspick },
	{ "open_tree", SYS_open_tree },
	{ "setns", SYS_setns },
};

static void cmd_deny(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(argv[1], calls[i].name))
			code[1].k = calls[i].nr;
	code[2].k |= (unsigned int)atoi(argv[2]);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
		execvp(argv[3], argv + 3);
	fprintf(stderr, "sysc: deny: %s\n", strerror(errno));
	exit(1);
}

const struct command deny_commands[] = {
	{ "deny", 3, cmd_deny, "bpf|fsopen|fspick|open_tree|setns ERRNO PROGRAM...: run without a system call" },
	{ 0 }
};
