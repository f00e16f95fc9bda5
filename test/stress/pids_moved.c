// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that is moved all the time makes one thread after the other, at its limit, and
 * none is refused
 *
 * The limit is two tasks, above both containers between which the process moves, and the
 * process waits until a thread is gone before it makes the next. A thread can be found, and
 * be attached, shortly before the birth is reported; who counted it twice then would
 * refuse a fork, or kill the process, below the limit.
 */
#include <pthread.h>

#include "stress.h"

#define SECONDS	12
#define MOVES	60000	/* a thread counted twice was killed after 926, 16924, 39658 */

static void *end(void *arg)
{
	return arg;
}

/* How many threads this process has: field 20 of its stat. */
static int nr_threads(void)
{
	char text[1024], *field;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	field = strrchr(text, ')');
	for (int i = 2; field && i < 20; i++)
		field = strchr(field + 1, ' ');
	return field ? atoi(field) : 0;
}

static void __attribute__((noreturn)) make_threads(volatile unsigned long *made)
{
	pthread_t thread;
	int err;

	for (;; ++*made) {
		err = pthread_create(&thread, NULL, end, NULL);
		if (err)
			fail("a thread was refused: %s", strerror(err));
		pthread_join(thread, NULL);
		while (nr_threads() != 1)
			;
	}
}

int main(void)
{
	volatile unsigned long *made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long moves = 0;
	pid_t maker;
	double start;
	char *text;

	stress_init("pids_moved");
	stress_start(NULL);
	stress_mount("ns,pids,clone_flags=none,name=pids_moved");
	if (get(at("container.subsystems"), &text) < 0 || !strstr(text, "pids\tenforced"))
		skip("no limits are enforced");
	mkdir(at("t"), 0755);
	mkdir(at("t/a"), 0755);
	mkdir(at("t/b"), 0755);
	maker = fork();
	if (!maker)
		make_threads(made);
	if (put_nr(at("t/a/cgroup.procs"), maker) || put(at("t/pids.max"), "2"))
		fail("the process cannot be limited");
	for (start = now(); moves < MOVES && now() < start + SECONDS; moves++) {
		if (put_nr(at(moves & 1 ? "t/a/cgroup.procs" : "t/b/cgroup.procs"), maker) ||
		    waitpid(maker, NULL, WNOHANG))
			fail("the process has ended, after %lu moves and %lu threads", moves, *made);
	}
	if (get(at("t/pids.peak"), &text) < 0 || strcmp(text, "2\n"))
		fail("the peak was %s", text);
	for (int i = 0; i < 2; i++)
		if (get(at("t/%c/pids.events", "ab"[i]), &text) < 0 || strcmp(text, "max 0\n"))
			fail("refused: %s", text);
	say("%lu moves, %lu threads", moves, *made);
	stress_kill_children();
	stress_stop();
	return 0;
}
