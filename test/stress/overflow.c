// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of rebuilds, and no listed task that does not exist
 *
 * The ring has one page, the daemon is stopped again and again, and three processes only
 * fork children that end at once. So rebuilds happen while tasks come and go, and the fork
 * and the exit of a task are often on different sides of the lost events. After each rebuild
 * this reads the list of the container. A dead task may be in it, because it ended after the
 * drain; but not in two reads a few milliseconds apart.
 */
#include "stress.h"

#define SECONDS	15
#define MAX	1024

static void __attribute__((noreturn)) forker(int nr)
{
	cpu_set_t cpus;
	pid_t pid;

	CPU_ZERO(&cpus);
	CPU_SET(nr % sysconf(_SC_NPROCESSORS_ONLN), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	if (put(at("c/tasks"), "0"))
		_exit(1);
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* The tasks listed that are dead now. */
static int dead_listed(pid_t *dead)
{
	char *text, *end;
	int n = 0;
	pid_t tid;

	if (get(at("c/tasks"), &text) < 0)
		fail("c/tasks cannot be read");
	for (; (tid = (pid_t)strtol(text, &end, 10)) > 0; text = end)
		if (n < MAX && kill(tid, 0))
			dead[n++] = tid;
	return n;
}

int main(void)
{
	pid_t before[MAX], after[MAX], forkers[3];
	double start, said;
	int n, m;

	stress_init("overflow");
	stress_start("4096");
	stress_mount("none,name=overflow");
	mkdir(at("c"), 0755);
	for (int i = 0; i < 3; i++) {
		forkers[i] = fork();
		if (!forkers[i])
			forker(i);
	}
	start = said = now();
	while (now() < start + SECONDS) {
		kill(stress_daemon, SIGSTOP);
		usleep(3000);
		kill(stress_daemon, SIGCONT);
		n = dead_listed(before);
		usleep(2000);
		m = n ? dead_listed(after) : 0;
		for (int i = 0; i < n; i++)
			for (int j = 0; j < m; j++)
				if (before[i] == after[j])
					fail("task %d is dead and listed, after %ld rebuilds", after[j],
					     counter("rebuilds"));
		if (now() - said > 2) {
			said = now();
			say("%ld rebuilds", counter("rebuilds"));
		}
	}
	if (counter("rebuilds") < 10)
		fail("only %ld rebuilds", counter("rebuilds"));
	for (int i = 0; i < 3; i++)
		kill(forkers[i], SIGKILL);
	stress_kill_children();
	await(counter("tracked") == 0 && counter("ids") == 1, "tasks and ids to be gone");
	stress_stop();
	return 0;
}
