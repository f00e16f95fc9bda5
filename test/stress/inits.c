// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of an init is told once, at once, and as wait4(2) tells it
 *
 * Some processes at a time each make a container, whose init has some threads that end it in
 * every way there is: they call exit all together, with or without the leader first, or exit
 * the process, or it is killed. Whoever polls container.init must wake, although nobody has
 * reaped the init yet, and must read the status and the memory that wait4(2) tells then. The
 * other process in the container must be killed. A host that takes the wrong thread for the
 * last one has a status, a memory or a number of faults of its own, or tells nothing.
 *
 * With a daemon; or with the arguments "module SECONDS" on the module, which must
 * be loaded, without one.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include "stress.h"

#define WORKERS		4
#define THREADS		5	/* besides the leader */
#define SECONDS		6
#define ROUNDS		30	/* of a worker, at least */
#define BURN_MS		300

enum way { EXIT_LEADER, EXIT_THREAD, ALL, LEADER_FIRST, LEADER_LAST, KILLED, FAULT, NR_WAYS };

struct told {
	char		state[16];
	long		status, user, system, maxrss, minflt, majflt, nvcsw, nivcsw;
};

static bool module;
static double end;

/* --- the init --- */

static struct plan {
	enum way		way;
	int			threads, code;
	pthread_barrier_t	together;
} plan;

/* @nr: 0 is the leader. */
static void end_of_thread(int nr)
{
	int i;

	pthread_barrier_wait(&plan.together);
	switch (plan.way) {
	case EXIT_LEADER:
	case EXIT_THREAD:
		if ((plan.way == EXIT_THREAD ? plan.threads : 0) == nr)
			_exit(plan.code);
		break;
	case KILLED:
	case FAULT:
		if (nr == plan.threads / 2)
			kill(getpid(), plan.way == KILLED ? SIGKILL : SIGSEGV);
		break;
	case LEADER_FIRST:
	case LEADER_LAST:
		for (i = 0; i < 20 && (plan.way == LEADER_FIRST) == (nr != 0); i++)
			sched_yield();
		break;
	default:
		break;
	}
	syscall(SYS_exit, plan.code + nr);
}

static void *thread(void *arg)
{
	end_of_thread((int)(long)arg);
	return NULL;
}

static void burn(long msec)
{
	struct rusage ru;

	do
		getrusage(RUSAGE_SELF, &ru);
	while ((ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000 +
	       (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000 < msec);
}

static void be_init(const char *dir, bool burns)
{
	size_t size = (size_t)(rand() % 64) << 16;
	char path[PATH_MAX];
	pthread_t id;
	int i;

	snprintf(path, sizeof(path), "%s/tasks", dir);
	if (put(path, "0"))
		_exit(90);
	snprintf(path, sizeof(path), "%s/container.init", dir);
	if (put(path, "0"))
		_exit(91);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	plan.way = rand() % NR_WAYS;
	plan.threads = rand() % (THREADS + 1);
	plan.code = 10 + rand() % 50;
	pthread_barrier_init(&plan.together, NULL, plan.threads + 1);
	if (size)
		memset(malloc(size), 1, size);
	/* A child that it reaps counts among its own. */
	if (rand() % 2 && !fork())
		_exit(0);
	while (wait(NULL) > 0)
		;
	if (burns)
		burn(BURN_MS);
	for (i = 1; i <= plan.threads; i++)
		if (pthread_create(&id, NULL, thread, (void *)(long)i))
			_exit(92);
	end_of_thread(0);
	_exit(93);
}

/* --- those who look at it --- */

static void read_told(int fd, struct told *t)
{
	const struct {
		const char	*key;
		long		*value;
	} keys[] = {
		{ "status ", &t->status }, { "user_usec ", &t->user },
		{ "system_usec ", &t->system }, { "maxrss_kb ", &t->maxrss },
		{ "minflt ", &t->minflt }, { "majflt ", &t->majflt },
		{ "nvcsw ", &t->nvcsw }, { "nivcsw ", &t->nivcsw },
	};
	char text[1024], *line;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	size_t i;

	memset(t, 0xff, sizeof(*t));
	text[n > 0 ? n : 0] = '\0';
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "state ", 6))
			snprintf(t->state, sizeof(t->state), "%s", line + 6);
		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!strncmp(line, keys[i].key, strlen(keys[i].key)))
				*keys[i].value = atol(line + strlen(keys[i].key));
	}
}

static long usec(struct timeval tv)
{
	return tv.tv_sec * 1000000 + tv.tv_usec;
}

static void check_end(const struct told *t, int status, const struct rusage *ru, bool burnt)
{
	long used = usec(ru->ru_utime) + usec(ru->ru_stime), seen = t->user + t->system;

	if (WIFEXITED(status) && WEXITSTATUS(status) >= 90)
		fail("the init did not come to its end: %d", WEXITSTATUS(status));
	if (strcmp(t->state, "exited"))
		fail("state %s after POLLHUP", t->state);
	if (t->status != status)
		fail("status %#lx, wait4 says %#x", t->status, status);
	if (t->maxrss != ru->ru_maxrss)
		fail("maxrss_kb %ld, wait4 says %ld", t->maxrss, ru->ru_maxrss);
	/* The last thread has still to leave its memory on some kernels, and the CPU on all. */
	if (t->minflt > ru->ru_minflt || t->minflt < ru->ru_minflt - 2 - THREADS)
		fail("minflt %ld, wait4 says %ld", t->minflt, ru->ru_minflt);
	if (t->majflt != ru->ru_majflt)
		fail("majflt %ld, wait4 says %ld", t->majflt, ru->ru_majflt);
	if (t->nvcsw < 0 || t->nvcsw > ru->ru_nvcsw)
		fail("nvcsw %ld, wait4 says %ld", t->nvcsw, ru->ru_nvcsw);
	if (t->nivcsw < 0 || t->nivcsw > ru->ru_nivcsw)
		fail("nivcsw %ld, wait4 says %ld", t->nivcsw, ru->ru_nivcsw);
	if (seen < 0 || seen > used || (burnt && seen < BURN_MS * 950))
		fail("user and system time %ld us, wait4 says %ld", seen, used);
}

static void one_round(const char *dir, bool burns)
{
	struct pollfd p = { .events = POLLPRI };
	pid_t init, other;
	char path[PATH_MAX];
	struct rusage ru;
	struct told told;
	int status;

	if (mkdir(dir, 0755))
		fail("mkdir %s: %s", dir, strerror(errno));
	other = fork();
	if (!other) {
		snprintf(path, sizeof(path), "%s/tasks", dir);
		if (put(path, "0"))
			_exit(90);
		for (;;)
			pause();
	}
	snprintf(path, sizeof(path), "%s/container.init", dir);
	p.fd = open(path, O_RDONLY | O_CLOEXEC);
	init = fork();
	if (!init)
		be_init(dir, burns);
	/* Other events come first: it begins to run. */
	await((poll(&p, 1, 100), read_told(p.fd, &told), p.revents & POLLHUP), "POLLHUP");
	read_told(p.fd, &told);
	if (wait4(init, &status, 0, &ru) != init)
		fail("wait4: %s", strerror(errno));
	check_end(&told, status, &ru, burns);
	if (waitpid(other, &status, 0) != other ||
	    (!WIFSIGNALED(status) && WEXITSTATUS(status) != 90) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL))
		fail("the other process ended with %#x", status);
	snprintf(path, sizeof(path), "%s/tasks", dir);
	if (put(path, "0") != -ECANCELED)
		fail("the container is not dead");
	close(p.fd);
	await(!rmdir(dir), "an empty container");
}

static void work(int nr)
{
	int round;

	srand(getpid());
	for (round = 0; round < ROUNDS || now() < end; round++)
		one_round(at("w%d", nr), round % 20 == 19);
	say("%d inits", round);
	exit(0);
}

int main(int argc, char **argv)
{
	char options[64];
	int i, status;

	module = argc > 1 && !strcmp(argv[1], "module");
	stress_init("inits");
	snprintf(options, sizeof(options), "none,name=inits.%d", stress_main);
	if (!module)
		stress_start(NULL);
	stress_mount(options);
	end = now() + (module && argc > 2 ? atof(argv[2]) : SECONDS);
	for (i = 0; i < WORKERS; i++)
		if (!fork())
			work(i);
	for (i = 0; i < WORKERS; i++) {
		/* The daemon is a child, too. */
		pid_t pid = waitpid(-1, &status, 0);

		if (pid == stress_daemon)
			fail("the daemon has ended");
		if (status)
			fail("a worker ended with %#x", status);
	}
	if (!module)
		stress_stop();
	else if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
	return 0;
}
