// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup v1 is the witness of where each task must be
 *
 * Actors fork, exec, unshare and end in every way (witness_actors.h). A mover moves
 * processes, threads, and all that `tasks` lists, both in our hierarchy and in a named one of
 * the kernel's own, and must get the same errors. Now and then all actors are stopped. Then
 *
 *  - a task that is in one of our containers is in one of the kernel's, and the reverse;
 *  - all threads of a process that was last moved as a whole are where it was moved to, in
 *    both hierarchies;
 *  - threads that create no task ("sit") are in the same container in both.
 *
 * A move names a task by its number, so the mover leaves out tasks whose number may go to
 * another task meanwhile. Between the two writes of a move tasks are born; they are compared
 * once their process has been moved as a whole. In the end all actors are killed, no record
 * may be left, and every container can be removed.
 *
 * WITNESS_SECONDS: how long, 12 if not given.
 */
#include <sys/resource.h>

#include "stress.h"
#include "slow_exec.h"
#include "witness_actors.h"

#define CONTAINERS	4
#define ACTORS		6		/* at least */
#define PIDS		(4 << 20)
#define QUIET_EVERY	2.0
#define TURNS		8000		/* a number with fewer turns left is not moved */
#define WINK		0.15		/* s until so many numbers may have been used */
#define REST		30.0		/* s until all must have stopped, or both agree */

enum { OURS, V1 };

/* What the mover knows of a process. */
struct known {
	unsigned long long	start;		/* when it began; 0: nothing is known */
	int			where;		/* if settled */
	bool			settled;	/* last moved as a whole */
	bool			synced;		/* its children are born in the same in both */
};

static int nursery;				/* the reader of a byte makes an actor */
static char v1_mnt[96], clones_mnt[96];
static struct known known[PIDS];
static signed char seen[2][PIDS];		/* container + 1, by thread */
static bool mounted;
static long moves, thread_moves, kills, compared, gone;

/* --- what the mover sees --- */

static const char *in(int which, int c, const char *file)
{
	static char path[4][PATH_MAX];
	static unsigned int turn;
	char *p = path[turn++ % 4];

	snprintf(p, PATH_MAX, "%s/c%d/%s", which == V1 ? v1_mnt : stress_mnt, c, file);
	return p;
}

/* The numbers in a file, ended by 0; the caller's to free. */
static int *numbers(const char *path)
{
	int *list = NULL;
	size_t nr = 0;
	char *text;
	long len = get(path, &text);

	if (len < 0)
		fail("%s: %s", path, strerror((int)-len));
	list = malloc(((size_t)len + 1) * sizeof(*list));
	for (char *p = text; *p;) {
		list[nr++] = (int)strtol(p, &p, 10);
		while (*p == '\n')
			p++;
	}
	list[nr] = 0;
	return list;
}

/* The state of a process, and when it began; 0: there is none. */
static char state_of(int tgid, int tid, unsigned long long *start)
{
	char path[64], *text, *p;

	*start = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", tgid, tid);
	if (get(path, &text) <= 0 || !(p = strrchr(text, ')')))
		return 0;
	p += 2;
	for (int field = 3; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p)
		*start = strtoull(p, NULL, 10);
	return strrchr(text, ')')[2];
}

static bool is_dead(char state)
{
	return !state || state == 'Z' || state == 'X';
}

/* Has the process a living thread? */
static bool lives(int pid)
{
	unsigned long long start;
	struct dirent *entry;
	char path[32];
	bool any = false;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	while (d && !any && (entry = readdir(d)))
		if (isdigit((unsigned char)entry->d_name[0]))
			any = !is_dead(state_of(pid, atoi(entry->d_name), &start));
	if (d)
		closedir(d);
	return any;
}

static int any_of(int *list)
{
	int nr = 0, one;

	while (list[nr])
		nr++;
	one = nr ? list[roll((unsigned int)nr)] : 0;
	free(list);
	return one;
}

static int tgid_of(int tid)
{
	char path[32], *text, *p;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (get(path, &text) <= 0 || !(p = strstr(text, "\nTgid:")))
		return 0;
	return atoi(p + 6);
}

static bool sits(int tid)
{
	char path[32], *text;

	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	return get(path, &text) > 0 && !strcmp(text, "sit\n");
}

/* --- what the mover does --- */

/*
 * The kernel gives out numbers in a cycle; if there are 32768, so many threads use them up in
 * less than a second. Returns how many numbers come before @nr.
 */
static int turns_until(int nr)
{
	static int max;
	char *text, *last;

	if (!max && get("/proc/sys/kernel/pid_max", &text) > 0)
		max = atoi(text);
	if (max <= 0 || get("/proc/loadavg", &text) <= 0 || !(last = strrchr(text, ' ')))
		fail("which number was the last one?");
	return ((nr - atoi(last)) % max + max) % max;
}

/*
 * Was @nr the number of the same task since @began, when @turns were left? If another task
 * may have got it, the mover does not know which task it has moved.
 */
static void nobody_else(int nr, int turns, double began)
{
	if (turns_until(nr) > turns || now() > began + WINK)
		memset(known, 0, sizeof(known));
}

/* Moves in both hierarchies, one after the other. Only a task that has ended may fail. */
static bool write_both(int c, const char *file, int nr)
{
	int err[2], first = (int)roll(2);

	err[first] = put_nr(in(first, c, file), nr);
	err[!first] = put_nr(in(!first, c, file), nr);
	for (int which = OURS; which <= V1; which++)
		if (err[which] && err[which] != -ESRCH)
			fail("%s of %d %s: %s", file, nr, which == V1 ? "in v1" : "here",
			     strerror(-err[which]));
	if (err[OURS] != err[V1])
		gone++;
	return !err[OURS] && !err[V1];
}

static void move_process(void)
{
	int c = (int)roll(CONTAINERS);
	int pid = any_of(numbers(in(V1, (int)roll(CONTAINERS), "cgroup.procs")));
	unsigned long long start, after;
	struct known *k = &known[pid];
	int turns = turns_until(pid);
	double began = now();
	bool ok;

	if (!pid || turns < TURNS)
		return;
	state_of(pid, pid, &start);
	ok = write_both(c, "cgroup.procs", pid);
	/* This number finds the process, whatever its threads do. */
	if (!ok && lives(pid) && (state_of(pid, pid, &after), after == start) && start)
		fail("process %d cannot be moved", pid);
	*k = (struct known){ ok ? start : 0, c, ok, ok };
	nobody_else(pid, turns, began);
	moves++;
}

static void move_thread(int c, int tid)
{
	int turns = turns_until(tid);
	double began = now();
	int tgid = tgid_of(tid);
	bool sitter = sits(tid);

	/* During an exec only containerfs finds the thread by its old number. */
	if (!tgid || turns < TURNS)
		return;
	write_both(c, "tasks", tid);
	known[tgid].settled = false;
	if (!sitter)
		known[tgid].synced = false;
	nobody_else(tid, turns, began);
	thread_moves++;
}

/* Moves all that `tasks` lists, as cset does. */
static void move_all(void)
{
	int *list = numbers(in(OURS, (int)roll(CONTAINERS), "tasks"));
	int c = (int)roll(CONTAINERS);

	for (int i = 0; list[i]; i++)
		move_thread(c, list[i]);
	free(list);
}

static void kill_one(void)
{
	int pid = any_of(numbers(in(V1, (int)roll(CONTAINERS), "cgroup.procs")));

	if (pid && turns_until(pid) >= TURNS && !kill(pid, SIGKILL))
		kills++;
}

static void __attribute__((noreturn)) be_nursery(int fd)
{
	char path[128], c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	while (read(fd, &c, 1) == 1) {
		if (fork())
			continue;
		close(fd);
		if (put(in(V1, 0, "tasks"), "0") || put(in(OURS, 0, "tasks"), "0"))
			_exit(1);
		snprintf(path, sizeof(path), "%s/w/tasks", clones_mnt);
		if (put(path, "0"))
			_exit(1);
		be_actor();
	}
	_exit(0);
}

static void open_nursery(void)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		fail("pipe: %s", strerror(errno));
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		fail("a pid namespace: %s", strerror(errno));
	if (!pid) {
		close(fds[1]);
		be_nursery(fds[0]);
	}
	close(fds[0]);
	nursery = fds[1];
}

static int count_processes(void)
{
	int nr = 0;

	for (int c = 0; c < CONTAINERS; c++) {
		int *list = numbers(in(V1, c, "cgroup.procs"));

		for (int i = 0; list[i]; i++)
			nr++;
		free(list);
	}
	return nr;
}

static void step(void)
{
	pid_t pid;
	int nr;

	switch (roll(16)) {
	case 0:
		move_all();
		break;
	case 1: case 2:
		kill_one();
		break;
	case 3: case 4: case 5: {
		int tid = any_of(numbers(in(V1, (int)roll(CONTAINERS), "tasks")));

		if (tid)
			move_thread((int)roll(CONTAINERS), tid);
		break;
	}
	default:
		move_process();
	}
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (pid == stress_daemon)
			fail("the daemon has ended");
	nr = count_processes();
	shared->crowd = nr;
	shared->counted = now();
	if (nr < ACTORS && write(nursery, "", 1) != 1)
		fail("the nursery is gone");
}

/* --- comparing --- */

/* Has every process stopped? Stops those that have not. */
static bool all_stand(void)
{
	unsigned long long start;
	bool all = true;
	char state;
	int tgid;

	for (int c = 0; c < CONTAINERS; c++) {
		int *list = numbers(in(V1, c, "tasks"));

		for (int i = 0; list[i]; i++) {
			state = state_of(list[i], list[i], &start);
			if (is_dead(state) || state == 'T' || state == 't')
				continue;
			all = false;
			tgid = tgid_of(list[i]);
			if (tgid)
				kill(tgid, SIGSTOP);
		}
		free(list);
	}
	return all;
}

static void look(int which)
{
	memset(seen[which], 0, sizeof(seen[which]));
	for (int c = 0; c < CONTAINERS; c++) {
		int *list = numbers(in(which, c, "tasks"));

		for (int i = 0; list[i]; i++)
			seen[which][list[i]] = (signed char)(c + 1);
		free(list);
	}
}

/* The first thread that is not where it must be, or 0. */
static int astray(char *why, size_t size)
{
	unsigned long long start;
	struct known *k;

	compared = 0;
	look(OURS);
	look(V1);
	for (int tid = 1; tid < PIDS; tid++) {
		int here = seen[OURS][tid], there = seen[V1][tid], tgid;

		if (!here && !there)
			continue;
		if (!here || !there) {
			snprintf(why, size, "is only in %s", here ? "ours" : "v1");
			return tid;
		}
		tgid = tgid_of(tid);
		k = &known[tgid];
		state_of(tgid, tgid, &start);
		if (!tgid || k->start != start)
			continue;
		if ((k->settled && here != k->where + 1) || (k->settled && there != k->where + 1) ||
		    (k->synced && sits(tid) && here != there)) {
			snprintf(why, size, "of %d is in c%d, in v1 in c%d, %s c%d", tgid, here - 1,
				 there - 1, k->settled ? "moved to" : "once", k->where);
			return tid;
		}
		compared += k->settled || (k->synced && sits(tid));
	}
	return 0;
}

static void quiet(void)
{
	double end = now() + REST;
	char why[128] = "";
	int tid;

	while (!all_stand()) {
		if (now() > end)
			fail("the actors do not stop");
		usleep(1000);
	}
	/* A task that is exiting may have left one side, and not yet the other. */
	end = now() + REST;
	while ((tid = astray(why, sizeof(why)))) {
		if (now() > end)
			fail("task %d %s", tid, why);
		usleep(10000);
	}
	for (int c = 0; c < CONTAINERS; c++) {
		int *list = numbers(in(V1, c, "cgroup.procs"));

		for (int i = 0; list[i]; i++)
			kill(list[i], SIGCONT);
		free(list);
	}
}

/* --- begin and end --- */

static bool kill_all(void)
{
	bool any = false;

	for (int c = 0; c < CONTAINERS; c++) {
		int *list = numbers(in(V1, c, "cgroup.procs"));

		for (int i = 0; list[i]; i++)
			any = !kill(list[i], SIGKILL) || any;
		free(list);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return any;
}

/* Also after a failure, because the kernel's hierarchy outlives its mount. */
static void unmount_all(void)
{
	char path[128];

	if (getpid() != stress_main || !mounted)
		return;
	mounted = false;
	for (int i = 0; i < 5000 && kill_all(); i++)
		usleep(1000);

	umount2(slow_mnt, MNT_DETACH);
	umount2(clones_mnt, MNT_DETACH);
	for (int c = 0; c < CONTAINERS; c++)
		rmdir(in(V1, c, ""));
	umount2(v1_mnt, MNT_DETACH);
	snprintf(path, sizeof(path), "%s/bad", files_dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/slow", files_dir);
	unlink(path);
	rmdir(files_dir);
	rmdir(slow_mnt);
	rmdir(clones_mnt);
	rmdir(v1_mnt);
}

static void mount_all(void)
{
	char options[64], path[PATH_MAX + 32];

	snprintf(v1_mnt, sizeof(v1_mnt), "%s/v1", stress_dir);
	snprintf(clones_mnt, sizeof(clones_mnt), "%s/ns", stress_dir);
	snprintf(slow_mnt, sizeof(slow_mnt), "%s/slow", stress_dir);
	snprintf(files_dir, sizeof(files_dir), "%s/files", stress_dir);
	mkdir(v1_mnt, 0755);
	mkdir(clones_mnt, 0755);
	mkdir(slow_mnt, 0755);
	mkdir(files_dir, 0755);
	snprintf(options, sizeof(options), "none,name=witness-%d", getpid());
	if (mount("none", v1_mnt, "cgroup", 0, options))
		skip("this kernel has no cgroup v1 to compare with");
	mounted = true;
	atexit(unmount_all);
	stress_start(NULL);
	stress_mount("none,name=witness");
	snprintf(path, sizeof(path), "%s/mount.containerfs", stress_build);
	if (run(path, "none", clones_mnt, "-o", "ns", NULL))
		fail("mount.containerfs -o ns");
	/* Containers of other programs are left alone. */
	snprintf(path, sizeof(path), "%s/w", clones_mnt);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/ns.clone_flags", clones_mnt);
	if (put(path, "none"))
		fail("ns.clone_flags");
	for (int c = 0; c < CONTAINERS; c++)
		if (mkdir(in(OURS, c, ""), 0755) || mkdir(in(V1, c, ""), 0755))
			fail("mkdir: %s", strerror(errno));
	exec_files(files_dir);
	snprintf(path, sizeof(path), "%s/slow", files_dir);
	slow_serve(path, slow_mnt);
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = { 0, 0 };
	const char *seconds = getenv("WITNESS_SECONDS");
	double end, next;
	long total = 0;

	if (argc == 4 && !strcmp(argv[1], "actor")) {
		strcpy(slow_mnt, argv[2]);
		strcpy(files_dir, argv[3]);
		be_actor();
	}
	stress_init("witness");
	setrlimit(RLIMIT_CORE, &no_core);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	mount_all();
	open_nursery();
	seed();
	end = now() + (seconds ? atof(seconds) : 12);
	next = now() + QUIET_EVERY;
	while (now() < end) {
		step();
		if (now() > next) {
			quiet();
			total += compared;
			next = now() + QUIET_EVERY;
		}
	}
	quiet();
	total += compared;
	say("%ld moves of processes, %ld of threads, %ld kills, %ld threads compared, %ld were gone",
	    moves, thread_moves, kills, total, gone);
	if (!moves || !total)
		fail("nobody was looked at");
	close(nursery);
	await(!kill_all(), "the end of all actors");
	await(counter("tracked") == 0, "the last record's end");
	remove_below(clones_mnt);
	umount2(clones_mnt, 0);
	stress_stop();
	unmount_all();
	return 0;
}
