// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks come, go and move in many ways at once, and the files list each of them rightly
 *
 * Workers on all CPUs fork, vfork, clone, make threads, fork twice, setsid and exec from a
 * thread that is not the leader, and attach themselves. Wanderers do some of that while a
 * mover attaches them from outside. A churner makes and removes siblings. A shared table has
 * each task that is to stay (a sitter), with the container where it must be: that of its
 * creating thread. Every second all tasks stop, and check() compares the table with the
 * files. It runs twice: with the usual ring, and with a ring of one page, which overflows, so
 * that the daemon must rebuild its replica.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "stress.h"

#define CONTAINERS	4
#define WORKERS		6
#define WANDERERS	2
#define SEATS		48		/* for one worker and its sitters */
#define ROUNDS		6
#define TOP		CONTAINERS
#define ANY		(-1)
#define TIDS		(4 << 20)

struct seat {
	_Atomic int	tid;		/* 0: free */
	_Atomic int	where;
};

static struct {
	_Atomic int	stop, parked, failed;
	_Atomic long	steps, attaches;
	struct seat	seat[WORKERS + WANDERERS][SEATS];
} *shared;

static struct seat *mine;		/* of this worker */
static int my_where;
static signed char listed[TIDS];	/* container + 1, in the present check */
static bool seated[TIDS];

static int attach_self(int where)
{
	int err = put(at("c%d/tasks", where), "0");

	shared->attaches++;
	if (err)
		fail("attach to c%d: %s", where, strerror(-err));
	return where;
}

static void sit(void)
{
	for (;;)
		pause();
}

static struct seat *free_seat(void)
{
	for (int i = 1; i < SEATS; i++)
		if (!mine[i].tid)
			return &mine[i];
	return NULL;
}

static void take(struct seat *seat, int tid, int where)
{
	seat->where = where;
	seat->tid = tid;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Ends a sitter. If it is a grandchild, the main process reaps it. */
static void dismiss(struct seat *seat)
{
	pid_t pid = seat->tid;

	seat->tid = 0;
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) < 0 && errno == ECHILD)
		await(kill(pid, 0), "the end of a grandchild");
}

static void *thread_main(void *arg)
{
	struct seat *seat = arg;
	int where = my_where;
	pid_t pid;

	if (where != ANY && random() & 1)
		where = attach_self((int)(random() % CONTAINERS));
	pid = fork();
	if (!pid)
		sit();
	if (seat)
		take(seat, pid, where);
	else if (!kill(pid, SIGKILL))
		reap(pid);
	return NULL;
}

static void do_threads(void)
{
	pthread_t threads[3];
	struct seat *seat = free_seat();

	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, thread_main, i ? NULL : seat))
			fail("pthread_create");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void do_sitter(bool session)
{
	struct seat *seat = free_seat();
	pid_t pid;

	if (!seat)
		return;
	pid = fork();
	if (!pid) {
		if (session)
			setsid();
		sit();
	}
	take(seat, pid, my_where);
}

static void do_double_fork(void)
{
	struct seat *seat = free_seat();
	pid_t pid = fork();

	if (!pid) {
		setsid();
		pid = fork();
		if (!pid)
			sit();
		if (seat)
			take(seat, pid, my_where);
		else
			kill(pid, SIGKILL);
		_exit(0);
	}
	reap(pid);
}

static void do_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	reap(pid);
}

static void do_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | CLONE_FS | SIGCHLD, NULL, NULL, NULL,
				   NULL);

	if (!pid)
		_exit(0);
	reap(pid);
}

static void *exec_main(void *arg)
{
	if (*(int *)arg != ANY)
		attach_self(*(int *)arg);
	execl("/proc/self/exe", "storm", "sit", NULL);
	_exit(1);
}

/* After exec the process is where the calling thread was. */
static void do_exec_by_thread(void)
{
	int where = my_where == ANY ? ANY : (int)(random() % CONTAINERS);
	struct seat *seat = free_seat();
	pthread_t thread;
	int fds[2];
	char c;
	pid_t pid;

	if (!seat || pipe2(fds, O_CLOEXEC))
		return;
	pid = fork();
	if (!pid) {
		pthread_create(&thread, NULL, exec_main, &where);
		sit();
	}
	close(fds[1]);
	while (read(fds[0], &c, 1) < 0)
		;
	close(fds[0]);
	take(seat, pid, where);
}

static void step(void)
{
	pid_t pid;

	switch (random() % 12) {
	case 0:
		do_threads();
		break;
	case 1:
		do_sitter(false);
		break;
	case 2:
		do_sitter(true);
		break;
	case 3:
		do_double_fork();
		break;
	case 4:
		do_vfork();
		break;
	case 5:
		do_clone();
		break;
	case 6:
		do_exec_by_thread();
		break;
	case 7:
		if (my_where != ANY)
			mine->where = my_where = attach_self((int)(random() % CONTAINERS));
		break;
	case 8:
	case 9:
		for (int i = 1; i < SEATS; i++)
			if (mine[i].tid && random() % 4 == 0)
				dismiss(&mine[i]);
		break;
	default:
		pid = fork();
		if (!pid)
			_exit(0);
		reap(pid);
	}
}

/* Between steps: stop while all tasks are to stop. */
static void boundary(void)
{
	shared->steps++;
	if (!shared->stop)
		return;
	shared->parked++;
	while (shared->stop)
		usleep(1000);
	shared->parked--;
}

static void __attribute__((noreturn)) worker(int nr)
{
	cpu_set_t cpus;

	srandom((unsigned int)nr + 1);
	CPU_ZERO(&cpus);
	CPU_SET(nr % sysconf(_SC_NPROCESSORS_ONLN), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	mine = shared->seat[nr];
	my_where = attach_self(nr % CONTAINERS);
	if (nr >= WORKERS)
		my_where = ANY;
	take(mine, getpid(), my_where);
	for (;;) {
		step();
		boundary();
	}
}

/* Move wanderers and their sitters. */
static void __attribute__((noreturn)) mover(void)
{
	struct seat *seat;
	int tid, err;

	for (;;) {
		seat = &shared->seat[WORKERS + random() % WANDERERS][random() % 8 ? random() % SEATS : 0];
		tid = seat->tid;
		if (tid) {
			err = put_nr(at("c%d/%s", (int)(random() % CONTAINERS),
					random() & 1 ? "tasks" : "cgroup.procs"), tid);
			if (err && err != -ESRCH)
				fail("move %d: %s", tid, strerror(-err));
		}
		boundary();
	}
}

/* A sibling with tasks is busy, an empty one can be removed. */
static void __attribute__((noreturn)) churner(void)
{
	const char *dir = at("s");
	pid_t pid;

	for (;;) {
		dir = at("s%ld", random() % 8);
		if (mkdir(dir, 0755))
			fail("mkdir %s: %s", dir, strerror(errno));
		pid = fork();
		if (!pid) {
			if (put(at("%s/tasks", strrchr(dir, '/') + 1), "0"))
				_exit(0);
			pid = fork();
			if (!pid)
				_exit(0);
			reap(pid);
			if (!rmdir(dir) || errno != EBUSY)
				fail("%s removed with a task in it", dir);
			_exit(0);
		}
		reap(pid);
		if (rmdir(dir))
			fail("rmdir %s: %s", dir, strerror(errno));
		boundary();
	}
}

static char problem[PATH_MAX + 64];

#define wrong(...) (snprintf(problem, sizeof(problem), __VA_ARGS__), false)

static bool list(int where)
{
	const char *dir = where == TOP ? at(".") : at("c%d", where);
	char path[PATH_MAX], *text, *end;
	long n = 0, tid;

	snprintf(path, sizeof(path), "%s/tasks", dir);
	if (get(path, &text) < 0)
		return wrong("%s cannot be read", path);
	for (; (tid = strtol(text, &end, 10)) > 0; text = end, n++) {
		if (listed[tid])
			return wrong("task %ld is in c%d and c%d", tid, listed[tid] - 1, where);
		listed[tid] = (signed char)(where + 1);
		if (where != TOP && !seated[tid])
			return wrong("task %ld in c%d is nobody's (%s)", tid, where,
				     kill((pid_t)tid, 0) ? "dead" : "alive");
	}
	if (where == TOP)
		return true;
	snprintf(path, sizeof(path), "%s/container.events", dir);
	tid = get_key(path, "tasks");
	return tid == n || wrong("c%d: tasks %ld, but lists %ld", where, tid, n);
}

/* Do the files agree with the table? */
static bool check(void)
{
	struct seat *seat = &shared->seat[0][0];
	int where;

	memset(listed, 0, sizeof(listed));
	memset(seated, 0, sizeof(seated));
	for (int i = 0; i < (WORKERS + WANDERERS) * SEATS; i++)
		seated[seat[i].tid] = true;
	seated[0] = false;
	for (where = 0; where <= TOP; where++)
		if (!list(where))
			return false;
	for (int i = 0; i < (WORKERS + WANDERERS) * SEATS; i++) {
		if (!seat[i].tid)
			continue;
		where = listed[seat[i].tid] - 1;
		if (where < 0 || where == TOP || (seat[i].where != ANY && where != seat[i].where))
			return wrong("task %d is in c%d and should be in c%d", seat[i].tid, where,
				     seat[i].where);
	}
	return true;
}

/* Reap orphans; fail if a task has ended that must not. */
static void look_after(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == stress_daemon)
			fail("the daemon ended with status %#x", status);
		if (WIFEXITED(status) && WEXITSTATUS(status))
			fail("process %d failed", pid);
	}
}

static void until(double end, int parked)
{
	double limit = now() + 30;

	while (parked ? shared->parked < parked : now() < end) {
		look_after();
		usleep(500);
		if (now() > limit)
			fail("only %d of %d came to rest", shared->parked, parked);
	}
}

static void storm(const char *ring)
{
	int actors = WORKERS + WANDERERS + 2;
	double end;

	memset(shared, 0, sizeof(*shared));
	stress_start(ring);
	stress_mount("none,name=storm");
	for (int i = 0; i < CONTAINERS; i++)
		mkdir(at("c%d", i), 0755);
	for (int i = 0; i < actors; i++) {
		if (fork())
			continue;
		if (i < WORKERS + WANDERERS)
			worker(i);
		srandom((unsigned int)i);
		if (i == WORKERS + WANDERERS)
			mover();
		churner();
	}
	for (int round = 1; round <= ROUNDS; round++) {
		end = now() + 1;
		/* Let the ring fill while the daemon does not read it, again and again. */
		for (int i = 0; ring && i < 10; i++) {
			until(now() + 0.05, 0);
			kill(stress_daemon, SIGSTOP);
			until(now() + 0.03, 0);
			kill(stress_daemon, SIGCONT);
		}
		until(end, 0);
		shared->stop = 1;
		until(0, actors);
		/* A joined thread or a killed process may take a moment to end. */
		for (end = now() + 3; !check() && now() < end;)
			look_after();
		if (now() >= end)
			fail("%s", problem);
		say("ring %s, round %d: %ld steps, %ld attaches, %ld rebuilds", ring ? ring : "default",
		    round, shared->steps, shared->attaches, counter("rebuilds"));
		shared->stop = 0;
		while (shared->parked)
			usleep(500);
	}
	if (ring && counter("rebuilds") <= 0)
		fail("the ring never overflowed");
	stress_kill_children();
	memset(shared->seat, 0, sizeof(shared->seat));
	await(check(), problem);
	if (counter("tracked") != 0 || counter("ids") != 1)
		fail("%ld tasks and %ld ids are left", counter("tracked"), counter("ids"));
	stress_stop();
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "sit"))
		sit();
	stress_init("storm");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	storm(NULL);
	storm("4096");
	return 0;
}
