// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release agents, started as by cgroup v1's kernel helper: the arguments are the
 * paths of the agent and of the container, the environment is HOME and PATH only, the
 * directory is the host's root, there is no terminal, signals have their defaults,
 * limits are those of kernel threads, the OOM score is 0, and capabilities are all of
 * the bounding set, because root regains these at execve(2).  Scheduling is the
 * daemon's, which is a kernel thread's.  The daemon does not wait for agents.
 *
 * execve(2) may look the agent's path up in a file system that this very daemon
 * serves, so the daemon must never wait for it.  Therefore a thread of its own starts
 * each agent, and vforks: only that thread waits until the execve is done.  The thread
 * shares only its argument with the others, and touches no engine state.
 *
 * The child is reaped by the main loop (lifetime.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon.h"
#include "common/process.h"

#define AGENT_STACK	(128 * 1024)

static pthread_attr_t attr;
static struct rlimit limits[RLIM_NLIMITS];

struct agent {
	char	*path;		/* the container's, in text[] behind the agent's */
	char	 text[];
};

/* After vfork(): system calls only, because all memory is the daemon's. */
static void __attribute__((noreturn, noinline)) agent_exec(const struct agent *a)
{
	static char *const env[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	char *argv[] = { (char *)a->text, a->path, NULL };
	/* the kernel's struct sigaction, where SIG_DFL is zero; glibc's call refuses two signals */
	static const unsigned long dfl[4];
	sigset_t none;
	int fd;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, NSIG / 8);
	fd = open("/proc/self/oom_score_adj", O_WRONLY);
	/* refused only if the daemon was not allowed to lower its score either */
	if (fd >= 0 && write(fd, "0", 1) < 0)
		close(fd);
	fd = open("/dev/null", O_RDWR);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (home_leave())
		_exit(127);
	close_range(3, ~0U, 0);
	setsid();
	umask(022);
	setpriority(PRIO_PROCESS, 0, 0);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		setrlimit(i, &limits[i]);
	if (chdir("/"))
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, env);
	_exit(127);
}

static void *agent_thread(void *arg)
{
	struct agent *a = arg;
	pid_t pid = vfork();

	if (!pid)
		agent_exec(a);
	if (pid < 0)
		log_err("release agent %s %s: %s", a->text, a->path, strerror(errno));
	free(a);
	return NULL;
}

void host_run_agent(const char *agent, const char *path)
{
	size_t len = strlen(agent) + 1;
	struct agent *a = malloc(sizeof(*a) + len + strlen(path) + 1);
	pthread_t thread;
	int err = ENOMEM;

	if (a) {
		memcpy(a->text, agent, len);
		a->path = strcpy(a->text + len, path);
		err = pthread_create(&thread, &attr, agent_thread, a);
	}
	if (err) {
		log_err("release agent %s %s: %s", agent, path, strerror(err));
		free(a);
		return;
	}
	log_debug("release agent %s %s", agent, path);
}

int agent_init(void)
{
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	process_kernel_limits(limits);
	pthread_attr_setstacksize(&attr, AGENT_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	return 0;
}

void agent_exit(void)
{
	pthread_attr_destroy(&attr);
}
