// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tasks of a storm
 *
 * Everything here runs in children of the test. A task of a storm reports no failure: fork
 * and unshare may fail, and only the names must stay true. A task that does not know its line
 * ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storm.h"

#define MAX_SURVIVORS	400
#define NEW_ANY		(CLONE_NEWUTS | CLONE_NEWIPC)

enum action { FORK, TREE, VFORK, THREAD, ORPHAN, UNSHARE, CLONE, EXEC, RAWCLONE,
	      REUSE, NACTIONS };

struct self {
	struct storm_shared *shared;
	uint32_t tree, line;
	unsigned int work;
	unsigned int depth;
	uint32_t random;
	int rest;		/* write end */
};

static uint32_t dice(struct self *me, uint32_t n)
{
	me->random ^= me->random << 13;
	me->random ^= me->random >> 17;
	me->random ^= me->random << 5;
	return me->random % n;
}

static void set_name(const struct self *me)
{
	char name[16];

	snprintf(name, sizeof(name), "%u.%u", me->line, me->tree);
	prctl(PR_SET_NAME, name);
}

int storm_name(const char *comm, uint32_t *line, uint32_t *tree)
{
	char end;

	return sscanf(comm, "%u.%u%c", line, tree, &end) == 2;
}

static void new_line(struct self *me)
{
	uint32_t line = __atomic_fetch_add(&me->shared->lines, 1, __ATOMIC_RELAXED);

	if (line >= STORM_LINES)
		_exit(1);
	me->shared->from[line] = me->line;
	me->line = line;
	set_name(me);
}

/* No working task waits for a task that sleeps here. */
static void survive(const struct self *me)
{
	if (__atomic_fetch_add(&me->shared->survivors, 1, __ATOMIC_RELAXED) >=
	    MAX_SURVIVORS)
		_exit(0);
	close(me->rest);
	for (;;)
		pause();
}

static void *thread_nothing(void *arg)
{
	return arg;
}

static void *thread_fork(void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, __WALL);
	return arg;
}

static void *thread_exec(void *arg)
{
	const struct self *me = arg;
	char line[16], tree[16], rest[16];

	snprintf(line, sizeof(line), "%u", me->line);
	snprintf(tree, sizeof(tree), "%u", me->tree);
	snprintf(rest, sizeof(rest), "%d", me->rest);
	execl("/proc/self/exe", "storm", "--storm-exec", line, tree, rest,
	      me->depth & 1 ? "stay" : "go", (char *)NULL);
	_exit(1);
}

static void with_thread(void *(*run)(void *), struct self *me)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, run, me))
		pthread_join(thread, NULL);
}

/* @set_tid: the child's tid here and in the initial pid namespace, or NULL. */
static pid_t raw_clone(uint64_t flags, const uint64_t set_tid[2])
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };

	if (set_tid) {
		args.set_tid = (uintptr_t)set_tid;
		args.set_tid_size = 2;
	}
	return syscall(SYS_clone3, &args, sizeof(args));
}

/* Tasks with the same two tids, one after the other: the kernel is told which tids to give. */
static void reuse(void)
{
	uint64_t tids[2];
	char link[16];
	int fds[2], i;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return;
	pid = fork();
	if (!pid) {	/* /proc is of the initial pid namespace */
		n = readlink("/proc/self", link, sizeof(link));
		_exit(n < 0 || write(fds[1], link, n) != n);
	}
	n = pid > 0 ? read(fds[0], link, sizeof(link) - 1) : -1;
	close(fds[0]);
	close(fds[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (n <= 0)
		return;
	link[n] = 0;
	tids[0] = pid;
	tids[1] = atoi(link);
	for (i = 0; i < 6 && pid > 0; i++) {
		pid = raw_clone(i & 1 ? CLONE_NEWUTS : 0, tids);
		if (!pid)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

static void work(struct self *me);

static void act(struct self *me, enum action action)
{
	uint64_t flags = 0;
	pid_t pid;

	switch (action) {
	case VFORK:
		pid = vfork();
		if (!pid)
			_exit(0);
		break;
	case THREAD:
		with_thread(dice(me, 2) ? thread_fork : thread_nothing, me);
		return;
	case UNSHARE:
		if (!unshare(NEW_ANY & (dice(me, 2) ? CLONE_NEWUTS : ~0)))
			new_line(me);
		return;
	case REUSE:
		reuse();
		return;
	case CLONE:
		flags = CLONE_NEWUTS;
		/* fall through */
	default:
		pid = raw_clone(flags, NULL);
		break;
	}
	if (pid > 0)	/* no task waits for tasks of a storm that stay */
		waitpid(pid, NULL, action == FORK ? 0 : WNOHANG);
	if (pid)
		return;
	me->random += getpid() * 2654435761u | 1;
	me->depth++;
	switch (action) {
	case ORPHAN:
		setsid();
		if (fork())
			_exit(0);
		me->random ^= getpid();
		break;
	case CLONE:
		new_line(me);
		break;
	case EXEC:
		me->depth = dice(me, 2);
		with_thread(thread_exec, me);
		_exit(1);
	case RAWCLONE:
		break;
	case TREE:
		me->work /= 2;
		work(me);
		break;
	default:
		_exit(0);
	}
	if (me->depth < 4 && !dice(me, 3)) {
		me->work /= 3;
		work(me);
	}
	if (!dice(me, 4))
		survive(me);
	_exit(0);
}

static void work(struct self *me)
{
	static const enum action often[] = {
		FORK, FORK, TREE, VFORK, VFORK, THREAD, THREAD, ORPHAN, UNSHARE,
		CLONE, RAWCLONE, REUSE,
	};
	enum action action;
	unsigned int n = me->work;

	while (n--) {
		action = dice(me, 40) ? often[dice(me, sizeof(often) / sizeof(often[0]))] :
					EXEC;
		__atomic_fetch_add(&me->shared->did[action], 1, __ATOMIC_RELAXED);
		act(me, action);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

void storm_main(int argc, char **argv)
{
	struct self me = {};

	if (argc != 6 || strcmp(argv[1], "--storm-exec"))
		return;
	me.line = atoi(argv[2]);
	me.tree = atoi(argv[3]);
	me.rest = atoi(argv[4]);
	set_name(&me);
	close(me.rest);
	while (!strcmp(argv[5], "stay"))
		pause();
	_exit(0);
}

static void die(const char *what)
{
	perror(what);
	abort();
}

void storm_prepare(struct storm *s, struct storm_shared *shared, uint32_t tree,
		   unsigned int amount)
{
	struct self me = { .shared = shared, .tree = tree, .work = amount };
	int rest[2], go[2];
	char c;

	me.line = __atomic_fetch_add(&shared->lines, 1, __ATOMIC_RELAXED);
	if (pipe(rest) || pipe2(go, O_CLOEXEC))
		die("pipe");
	s->root = raw_clone(CLONE_NEWPID, NULL);
	if (s->root < 0)
		die("clone3");
	if (s->root) {
		s->shared = shared;
		s->tree = tree;
		s->line = me.line;
		s->rest = rest[0];
		s->go = go[1];
		close(rest[1]);
		close(go[0]);
		fcntl(s->rest, F_SETFD, FD_CLOEXEC);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(rest[0]);
	close(go[1]);
	set_name(&me);
	me.rest = rest[1];
	me.random = 88172645u + 977 * tree;
	while (read(go[0], &c, 1) < 0 && errno == EINTR)
		;
	close(go[0]);
	work(&me);
	/* The init may not end before the others: it would end them. */
	close(me.rest);
	for (;;)
		if (wait(NULL) < 0)
			pause();
}

void storm_begin(struct storm *s)
{
	if (write(s->go, "", 1) != 1)
		die("write");
	close(s->go);
}

void storm_end(struct storm *s)
{
	kill(s->root, SIGKILL);
	waitpid(s->root, NULL, 0);
	close(s->rest);
}

struct storm_shared *storm_share(void)
{
	struct storm_shared *shared = mmap(NULL, sizeof(*shared),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		die("mmap");
	shared->lines = 1;
	return shared;
}

void storm_unshare(struct storm_shared *shared)
{
	munmap(shared, sizeof(*shared));
}
