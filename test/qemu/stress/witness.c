// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness DIR SECONDS [SLOW]: tasks that unshare, fork and exit count themselves.
 *
 * DIR is the top of a hierarchy that has ns and pids. In a container of it many processes
 * make children that unshare and end, or that are cloned with a namespace and end; now and
 * then one stays. So many tasks on so few CPUs are preempted wherever the kernel allows it,
 * also in the hooks of the file system. Then SLOW (400) processes unshare mount namespaces
 * with many mounts at one moment, so that nearly all are inside unshare(2) at once.
 *
 * Each caller counts its success. Afterwards ns.events must have the same number, less what
 * the daemon reports as missed, because both hooks were skipped at once. `tasks` must list
 * the tasks that stayed and no others, and pids.current must be their number, at once,
 * because all other tasks have been waited for.
 */
#include "workers.h"

#define WORKERS		12
#define STAY_EVERY	200
#define STAY_MAX	8	/* for each worker */
#define MOUNTS		200
#define SLOW_MAX	8000
#define LIST_MAX	(2 * WORKERS * (STAY_MAX + 1))

static const char *top;
static pid_t slow[SLOW_MAX];

static struct counts {
	volatile long	unshares, clones, slow, forks;
	volatile int	quiet;		/* how many workers have nothing under way */
	volatile int	nr_stayed;
	volatile pid_t	stayed[LIST_MAX];
} *counts;

static const char *in(const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, file);
	return path;
}

static void stays(pid_t pid)
{
	counts->stayed[__sync_fetch_and_add(&counts->nr_stayed, 1)] = pid;
}

static int end_after_unshare(void *arg)
{
	return unshare(CLONE_NEWUTS) ? 1 : 0;
}

static int end_at_once(void *arg)
{
	return 0;
}

/* Make a child that shares the memory, because that is cheap. Returns whether it succeeded. */
static bool child_ends(int (*fn)(void *), int flags)
{
	static char stack[65536];
	pid_t pid = clone(fn, stack + sizeof(stack), CLONE_VM | SIGCHLD | flags, NULL);

	if (pid < 0)
		fail("clone: %s", strerror(errno));
	__sync_fetch_and_add(&counts->forks, 1);
	return !reap(pid);
}

static void step(long n, int *stayers)
{
	pid_t pid;

	if (n % STAY_EVERY == 0 && *stayers < STAY_MAX) {
		pid = child();
		if (!pid)
			for (;;)
				pause();
		stays(pid);
		++*stayers;
	}
	if (n % 4 == 3) {
		if (child_ends(end_at_once, CLONE_NEWUTS))
			__sync_fetch_and_add(&counts->clones, 1);
	} else if (child_ends(end_after_unshare, 0)) {
		__sync_fetch_and_add(&counts->unshares, 1);
	}
}

static void work(void)
{
	int stayers = 0;

	for (long n = 1; !shared->stop; n++)
		step(n, &stayers);
	__sync_fetch_and_add(&counts->quiet, 1);
	for (;;)
		pause();
}

static void storm(double seconds)
{
	double end = now() + seconds;
	pid_t pid;

	for (int i = 0; i < WORKERS; i++) {
		pid = child();
		if (!pid)
			work();
		stays(pid);
	}
	while (now() < end && !shared->stop)
		usleep(50000);
	shared->stop = true;
	for (end = now() + 60; counts->quiet < WORKERS && !shared->failed; usleep(10000))
		if (now() > end)
			fail("the workers do not come to an end");
	shared->stop = false;
}

/* Wait for the gate, which is a pipe, to be shut; then unshare. */
static int unshare_slowly(void *arg)
{
	int *gate = arg;
	char c;

	close(gate[1]);
	if (read(gate[0], &c, 1) || unshare(CLONE_NEWNS))
		return 1;
	return 0;
}

#define STACK	16384

/* All @nr are inside unshare(2) at once: one copies its mounts, and the others wait for it. */
static void slow_round(int nr)
{
	char *stacks = mmap(NULL, (size_t)nr * STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int gate[2];

	if (stacks == MAP_FAILED || pipe2(gate, O_CLOEXEC))
		fail("no memory or pipe: %s", strerror(errno));
	for (int i = 0; i < nr; i++) {
		slow[i] = clone(unshare_slowly, stacks + (size_t)(i + 1) * STACK,
				CLONE_VM | SIGCHLD, gate);
		if (slow[i] < 0)
			fail("clone %d of %d: %s", i, nr, strerror(errno));
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < nr; i++)
		if (!reap(slow[i]))
			counts->slow++;
	counts->forks += nr;
	munmap(stacks, (size_t)nr * STACK);
}

static void many_mounts(void)
{
	mkdir("/tmp/mounts", 0755);
	if (mount("mounts", "/tmp/mounts", "tmpfs", 0, NULL))
		fail("mount: %s", strerror(errno));
	mkdir("/tmp/mounts/m", 0755);
	for (int i = 0; i < MOUNTS; i++)
		if (mount("/tmp/mounts/m", "/tmp/mounts/m", NULL, MS_BIND, NULL))
			fail("bind mount: %s", strerror(errno));
}

static long number(const char *file, const char *name)
{
	char text[4096], *at;

	if (get(in(file), text, sizeof(text)) < 0)
		fail("%s: %s", file, strerror(errno));
	at = name ? strstr(text, name) : text;
	return at ? strtol(at + (name ? strlen(name) : 0), NULL, 10) : -1;
}

/* How many events the daemon reports as missed; the module never misses any. */
static long owned_up(void)
{
	FILE *f = popen("containerctl hierarchies --stats 2>/dev/null", "re");
	char line[256];
	long missed = 0;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "missed %ld", &missed);
	if (f)
		pclose(f);
	return missed;
}

static bool is_stayer(pid_t pid)
{
	for (int i = 0; i < counts->nr_stayed; i++)
		if (counts->stayed[i] == pid)
			return true;
	return false;
}

static void check_tasks(void)
{
	FILE *f = fopen(in("w/tasks"), "re");
	int pid, known = 0, strange = 0, dead = 0;

	while (f && fscanf(f, "%d", &pid) == 1) {
		if (is_stayer(pid))
			known++;
		else
			strange++, dead += kill(pid, 0) != 0;
	}
	if (f)
		fclose(f);
	if (known != counts->nr_stayed || strange)
		fail("of %d tasks that stayed %d are listed, and %d others, %d of them dead",
		     counts->nr_stayed, known, strange, dead);
}

static void check(void)
{
	long wanted = counts->unshares + counts->clones + counts->slow;
	long got = number("w/ns.events", "clones ");

	printf("%ld unshares, %ld slow ones, %ld clones, %ld forks; %d stayed; clones seen: %ld\n",
	       counts->unshares, counts->slow, counts->clones, counts->forks, counts->nr_stayed, got);
	check_tasks();
	if (got > wanted || got + owned_up() < wanted)
		fail("%ld of %ld clones were seen, %ld are known to be missed", got, wanted, owned_up());
	if (number("w/ns.events", "refused "))
		fail("clones were refused");
	got = number("w/pids.current", NULL);
	if (got != counts->nr_stayed)
		fail("pids.current is %ld instead of %d", got, counts->nr_stayed);
}

int main(int argc, char **argv)
{
	int nr_slow = argc > 3 ? atoi(argv[3]) : 400;

	if (nr_slow > SLOW_MAX)
		return 2;
	workers_init();
	top = argc > 1 ? argv[1] : "/containers";
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return 2;
	if (mkdir(in("w"), 0755))
		fail("mkdir: %s", strerror(errno));
	many_mounts();
	put(in("w/tasks"), "0");
	storm(argc > 2 ? atof(argv[2]) : 10);
	if (!shared->failed)
		slow_round(nr_slow);
	put(in("tasks"), "0");
	if (!shared->failed)
		check();
	kill_all();
	umount2("/tmp/mounts", MNT_DETACH);
	if (shared->failed)
		end_with(NULL);
	return 0;
}
