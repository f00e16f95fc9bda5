// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about processes: identity, namespaces, children.
 *
 * Children made by fork and clone do nothing but pause, have 0, 1 and 2 on
 * /dev/null, and live until they are killed; their pid is the result. A
 * zombie is known to be one before its pid is printed, and stays until "reap"
 * or the end of this process. Credentials are set by raw system calls, which
 * act on the calling thread only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sysc.h"

/* A flag of unshare(2) alone, from Linux 7.1 on. */
#ifndef UNSHARE_EMPTY_MNTNS
#define UNSHARE_EMPTY_MNTNS	0x00100000
#endif

const struct flag namespace_flags[] = {
	{ "mnt", CLONE_NEWNS }, { "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC }, { "user", CLONE_NEWUSER },
	{ "pid", CLONE_NEWPID }, { "net", CLONE_NEWNET },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
	{ "fs", CLONE_FS }, { "files", CLONE_FILES }, { "vm", CLONE_VM },
	{ "thread", CLONE_THREAD }, { "sighand", CLONE_SIGHAND },
	{ "empty-mnt", UNSHARE_EMPTY_MNTNS }, { NULL, 0 },
};

/* A new user comes with its group, as at a login. */
static void cmd_as(int argc, char **argv)
{
	unsigned int r, e, s;

	if (sscanf(argv[1], "%u,%u,%u", &r, &e, &s) != 3)
		die("as: REAL,EFFECTIVE,SAVED");
	if (syscall(SYS_geteuid) == 0 && e != 0) {
		syscall(SYS_setgroups, 0, NULL);
		syscall(SYS_setresgid, e, e, e);
	}
	say_result(syscall(SYS_setresuid, r, e, s));
}

static void cmd_fsuid(int argc, char **argv)
{
	syscall(SYS_setfsuid, atoi(argv[1]));
	say("%s", syscall(SYS_setfsuid, -1) == atoi(argv[1]) ? "OK" : "EPERM");
}

static struct __user_cap_header_struct cap_header = {
	.version = _LINUX_CAPABILITY_VERSION_3,
};

/* That uid, with all capabilities raised. */
static void cmd_allcaps(int argc, char **argv)
{
	unsigned int id = atoi(argv[1]), i;
	struct __user_cap_data_struct caps[2];

	if (prctl(PR_SET_KEEPCAPS, 1) || syscall(SYS_setresgid, id, id, id) ||
	    syscall(SYS_setresuid, id, id, id) ||
	    syscall(SYS_capget, &cap_header, caps)) {
		say_result(-1);
		return;
	}
	for (i = 0; i < 2; i++)
		caps[i].effective = caps[i].permitted;
	say_result(syscall(SYS_capset, &cap_header, caps));
}

static void cmd_dropcap(int argc, char **argv)
{
	struct __user_cap_data_struct caps[2];
	unsigned int cap = atoi(argv[1]);
	uint32_t bit = 1u << (cap % 32);

	if (syscall(SYS_capget, &cap_header, caps)) {
		say_result(-1);
		return;
	}
	caps[cap / 32].effective &= ~bit;
	caps[cap / 32].permitted &= ~bit;
	caps[cap / 32].inheritable &= ~bit;
	say_result(syscall(SYS_capset, &cap_header, caps));
}

static void cmd_unshare(int argc, char **argv)
{
	say_result(syscall(SYS_unshare,
			   (unsigned long)parse_flags(argv[1], namespace_flags)));
}

static void cmd_setns(int argc, char **argv)
{
	int fd = argv[1][0] == '@' ? slot_fd(argv[1]) : open(argv[1], O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		say("open:%s", errno_name(errno));
		return;
	}
	say_result(syscall(SYS_setns, fd, 0));
	if (argv[1][0] != '@')
		close(fd);
}

static void say_child(long pid)
{
	if (pid < 0) {
		say_result(pid);
	} else if (pid == 0) {
		detach_stdio();
		pause_forever();
	} else {
		say("%ld", pid);
	}
}

static void cmd_fork(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1, i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			say(" ");
		say_child(fork());
	}
}

static void *pause_thread(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static void cmd_threads(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	for (int n = atoi(argv[1]); n > 0; n--) {
		err = pthread_create(&thread, &attr, pause_thread, NULL);
		if (err)
			die("pthread_create: %s", errno_name(err));
	}
	say("OK");
}

static void cmd_clone(int argc, char **argv)
{
	unsigned long flags = parse_flags(argv[1], namespace_flags);

	say_child(syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0));
}

static void cmd_clone3(int argc, char **argv)
{
	struct clone_args args = {
		.flags = parse_flags(argv[1], namespace_flags),
		.exit_signal = SIGCHLD,
	};

	if (argc > 2) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = slot_fd(argv[2]);
	}
	say_child(syscall(SYS_clone3, &args, sizeof(args)));
}

static void cmd_zombie(int argc, char **argv)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		say_result(-1);
	else
		say("%d", pid);
}

static void cmd_reap(int argc, char **argv)
{
	say_result(waitpid(atoi(argv[1]), NULL, __WALL));
}

static void cmd_kill(int argc, char **argv)
{
	say_result(kill(atoi(argv[1]), atoi(argv[2])));
}

static void cmd_getpid(int argc, char **argv)
{
	say("%ld", syscall(SYS_getpid));
}

static void cmd_gettid(int argc, char **argv)
{
	say("%ld", syscall(SYS_gettid));
}

static void cmd_comm(int argc, char **argv)
{
	say_result(prctl(PR_SET_NAME, argv[1]));
}

static void cmd_pause(int argc, char **argv)
{
	pause_forever();
}

static void cmd_msleep(int argc, char **argv)
{
	usleep(atoi(argv[1]) * 1000);
	say("OK");
}

/* The output with "\n" between lines, or exit:STATUS. */
static void cmd_sh(int argc, char **argv)
{
	char *line = NULL, *pending = NULL;
	size_t size = 0;
	FILE *pipe = popen(argv[1], "r");
	ssize_t n;
	int status;

	if (!pipe) {
		say_result(-1);
		return;
	}
	while ((n = getline(&line, &size, pipe)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		say("%s%s", pending ? "\\n" : "", line);
		pending = line;
	}
	free(line);
	status = pclose(pipe);
	if (status)
		say("exit:%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* WIDTH processes at a time, each of which forks COUNT times two deep. */
static void cmd_storm(int argc, char **argv)
{
	int count = atoi(argv[1]), width = atoi(argv[2]), i, j;

	for (i = 0; i < width; i++) {
		if (fork() != 0)
			continue;
		for (j = 0; j < count; j++) {
			if (fork() == 0) {
				if (fork() == 0)
					_exit(0);
				wait(NULL);
				_exit(0);
			}
			wait(NULL);
		}
		_exit(0);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	say("OK");
}

/*
 * A release agent: a script that starts with "#!/path/of/sysc agent" gets
 * here with argv {agent, SCRIPT, ...} and appends what it was started with as
 * one line to SCRIPT.log.
 */
static void cmd_agent(int argc, char **argv)
{
	char line[8192], path[4096];
	int fd, i, len = 0;
	char **env;

	for (i = 2; i < argc; i++)
		len += snprintf(line + len, sizeof(line) - len, "%s ", argv[i]);
	len += snprintf(line + len, sizeof(line) - len, "argc=%d env=", argc - 1);
	for (env = environ; *env; env++)
		len += snprintf(line + len, sizeof(line) - len, "%s%s",
				env == environ ? "" : ",", *env);
	len += snprintf(line + len, sizeof(line) - len, " cwd=%s uid=%d,%d\n",
			getcwd(path, sizeof(path)) ? path : "?",
			getuid(), geteuid());
	snprintf(path, sizeof(path), "%s.log", argv[1]);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (fd < 0 || write(fd, line, len) != len)
		exit(1);
	exit(0);
}

const struct command task_commands[] = {
	{ "as", 1, cmd_as, "REAL,EFFECTIVE,SAVED: setresuid(2), and the group of EFFECTIVE" },
	{ "fsuid", 1, cmd_fsuid, "UID: setfsuid(2)" },
	{ "allcaps", 1, cmd_allcaps, "UID: become UID with all capabilities" },
	{ "dropcap", 1, cmd_dropcap, "NUMBER: give one capability up" },
	{ "unshare", 1, cmd_unshare, "NAMESPACE,...: unshare(2)" },
	{ "setns", 1, cmd_setns, "PATH|@SLOT: setns(2)" },
	{ "fork", 0, cmd_fork, "[N]: pausing children" },
	{ "threads", 1, cmd_threads, "N: pausing threads of this process" },
	{ "clone", 1, cmd_clone, "NAMESPACE,...|-: clone(2), a pausing child" },
	{ "clone3", 1, cmd_clone3, "NAMESPACE,...|- [@SLOT]: clone3(2), into the cgroup of SLOT" },
	{ "zombie", 0, cmd_zombie, ": a child that has exited" },
	{ "reap", 1, cmd_reap, "PID: waitpid(2)" },
	{ "kill", 2, cmd_kill, "PID SIGNAL" },
	{ "getpid", 0, cmd_getpid, "" },
	{ "gettid", 0, cmd_gettid, "" },
	{ "comm", 1, cmd_comm, "NAME: set the name of the thread" },
	{ "pause", 0, cmd_pause, ": forever" },
	{ "msleep", 1, cmd_msleep, "MILLISECONDS" },
	{ "sh", 1, cmd_sh, "SCRIPT: its output on one line" },
	{ "storm", 2, cmd_storm, "COUNT WIDTH: many short-lived processes" },
	{ "agent", 1, cmd_agent, "SCRIPT [PATH]: the interpreter of a logging release agent" },
	{ NULL, 0, NULL, NULL },
};
