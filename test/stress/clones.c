// SPDX-License-Identifier: GPL-2.0-only
/*
 * Namespaces make containers, at once and whatever other tasks do
 *
 *  visible	a task that has unshared finds itself alone in its container,
 *		by its first look, 1,000 times, while both CPUs fork
 *  many	10,000 tasks unshare and end: no more directories remain than
 *		ns.keep_empty; how long the last took, against the first, is
 *		printed and not judged
 *  together	processes unshare and clone in each other's way, nested
 *  removed	a directory is removed while tasks attach, fork and unshare in it:
 *		no task is ever in a container that does not exist
 *
 * All of it is below /t, and the top does not clone, because other tests unshare, too.
 */
#include <stdatomic.h>

#include "stress.h"

#define NAMESPACES "mnt uts ipc user pid net cgroup time"

static _Atomic int *flag;	/* shared: rounds of `removed`, and its end */

/* The path of the caller's container, from the root of the hierarchy. */
static const char *where(void)
{
	static char path[PATH_MAX];
	char *text, *colon;

	if (get(at("container.where"), &text) <= 0)
		fail("container.where cannot be read");
	text[strcspn(text, "\n")] = '\0';
	colon = strchr(strchr(text, ':') + 1, ':');
	strcpy(path, colon + 1);
	return path;
}

static bool lists(const char *path, pid_t pid, int *nr)
{
	char *text, *end;
	bool found = false;
	long tid;

	*nr = 0;
	if (get(at("%s/tasks", path), &text) < 0)
		return false;
	for (; (tid = strtol(text, &end, 10)) > 0; text = end) {
		found |= tid == pid;
		++*nr;
	}
	return found;
}

/* The caller's container exists and lists the caller, unless it was moved meanwhile. */
static const char *exist(const char *after)
{
	char before[PATH_MAX];
	const char *path = where();
	int nr;

	while (!lists(path, getpid(), &nr)) {
		strcpy(before, path);
		path = where();
		if (!strcmp(before, path))
			fail("after %s: %s does not list its task %d", after, path, getpid());
	}
	return path;
}

static int depth(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void wait_for(pid_t pid, const char *what)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("%s: no such child", what);
	if (status)
		fail("%s: status %#x", what, status);
}

static void enter(const char *dir)
{
	int err = put(at("%s/tasks", dir), "0");

	if (err)
		fail("attach to %s: %s", dir, strerror(-err));
}

/* Fork for ever, in a container, on one CPU. */
static void __attribute__((noreturn)) load(int cpu)
{
	cpu_set_t cpus;
	pid_t pid;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	enter("b");
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* By unshare(1) and the shell, as a user would look. */
static void __attribute__((noreturn)) by_shell(void)
{
	static const char script[] = "w=$(cat \"$1\"/container.where); read -r t < \"$1${w##*:}/tasks\"; "
				     "[ \"$t\" = $$ ] || { echo \"$w: $t instead of $$\"; exit 1; }";

	execlp("unshare", "unshare", "-u", "sh", "-c", script, "sh", stress_mnt, NULL);
	_exit(127);
}

static void visible(void)
{
	double start = now();
	pid_t pid, loads[2];
	const char *path;
	int nr;

	for (int i = 0; i < 2; i++) {
		loads[i] = fork();
		if (!loads[i])
			load(i % (int)sysconf(_SC_NPROCESSORS_ONLN));
	}
	for (int i = 0; i < 1000; i++) {
		pid = fork();
		if (!pid) {
			enter("t");
			if (i % 10 == 0)
				by_shell();
			if (unshare(CLONE_NEWUTS))
				fail("unshare: %s", strerror(errno));
			path = where();
			if (depth(path) != 2 || !lists(path, getpid(), &nr) || nr != 1)
				fail("%d is not alone in %s", getpid(), path);
			_exit(0);
		}
		wait_for(pid, "visible");
	}
	for (int i = 0; i < 2; i++) {
		kill(loads[i], SIGKILL);
		waitpid(loads[i], NULL, 0);
	}
	say("visible: 1000 times in %.1f s", now() - start);
}

static int count_dirs(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);
	int n = 0;

	while ((entry = readdir(d)))
		n += entry->d_type == DT_DIR && entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void many(void)
{
	double start = now(), first = 0;
	pid_t pid;
	int n;

	enter("t");
	for (int i = 0; i < 10000; i++) {
		if (i == 1000)
			first = now() - start;
		if (i == 9000)
			start = now();
		pid = fork();
		if (!pid)
			_exit(!!unshare(CLONE_NEWUTS));
		wait_for(pid, "many");
	}
	n = count_dirs(at("t"));
	say("many: %d of 10000 remain; first thousand %.0f ms, last %.0f ms", n, first * 1e3,
	    (now() - start) * 1e3);
	if (n > 16)
		fail("%d empty clones remain", n);
	if (get_key(at("t/ns.events"), "clones") < 10000)
		fail("only %ld clones counted", get_key(at("t/ns.events"), "clones"));
	enter(".");
}

/* Three deep, half by unshare and half by clone, then back. */
static void nest(void)
{
	const char *path;
	pid_t pid;

	enter("t");
	for (int level = 2; level <= 4; level++) {
		if (random() & 1) {
			if (unshare(CLONE_NEWUTS))
				fail("unshare: %s", strerror(errno));
		} else {
			pid = (pid_t)syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, NULL);
			if (pid) {
				wait_for(pid, "clone");
				_exit(0);
			}
		}
		path = exist("clone");
		if (depth(path) != level)
			fail("%s is not %d deep", path, level);
	}
	_exit(0);
}

static void together(void)
{
	pid_t pids[16], pid;
	double start = now();

	for (int i = 0; i < 16; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		srandom((unsigned int)i);
		for (int j = 0; j < 60; j++) {
			random();
			pid = fork();
			if (!pid)
				nest();
			wait_for(pid, "nest");
		}
		_exit(0);
	}
	for (int i = 0; i < 16; i++)
		wait_for(pids[i], "together");
	say("together: 16 processes nested 60 times each in %.1f s", now() - start);
}

/* What the tasks in t/r do while t/r is removed. */
static void __attribute__((noreturn)) inhabit(unsigned int seed)
{
	int err;
	pid_t pid;

	srandom(seed);
	while (!flag[1]) {
		/* Leave it empty at times, so that it can go. */
		usleep((unsigned int)(random() % 4000));
		pid = fork();
		if (pid) {
			wait_for(pid, "inhabitant");
			continue;
		}
		srandom(seed + (unsigned int)getpid());
		enter("t/x");
		err = put(at("t/r/tasks"), "0");
		if (err && err != -ENOENT && err != -ENODEV)
			fail("attach to t/r: %s", strerror(-err));
		exist("attach");
		pid = fork();
		if (!pid) {
			exist("fork");
			if (random() & 1 && !unshare(CLONE_NEWUTS))
				exist("unshare");
			_exit(0);
		}
		if (random() & 1)
			_exit(0);
		wait_for(pid, "child");
		_exit(0);
	}
	_exit(0);
}

static void removed(void)
{
	long made = 0, busy = 0;
	double end = now() + 8;
	pid_t pids[3], mover, target;

	mkdir(at("t/x"), 0755);
	put(at("t/ns.keep_empty"), "0");
	for (unsigned int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			inhabit(i * 7919);
	}
	/* Another task attaches all tasks that are there. */
	mover = fork();
	while (!mover) {
		char *text;

		if (get(at("t/x/tasks"), &text) > 0) {
			target = atoi(text);
			put_nr(at("t/r/tasks"), target);
		}
		if (flag[1])
			_exit(0);
		usleep(3000);
	}
	while (now() < end) {
		if (!mkdir(at("t/r"), 0755)) {
			made++;
			put(at("t/r/ns.keep_empty"), "0");
		}
		if (rmdir(at("t/r")) && errno != EBUSY)
			fail("rmdir: %s", strerror(errno));
		else
			busy++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			if (kill(pids[0], 0) || kill(pids[1], 0) || kill(pids[2], 0) || kill(mover, 0))
				fail("see above");
	}
	flag[1] = 1;
	for (int i = 0; i < 3; i++)
		wait_for(pids[i], "removed");
	wait_for(mover, "mover");
	stress_kill_children();
	await(!rmdir(at("t/r")) || errno == ENOENT, "the end of t/r");
	say("removed: made %ld times, %ld attempts", made, busy);
	rmdir(at("t/x"));
}

static void all(const char *ring)
{
	say("ring %s", ring ? ring : "default");
	flag[1] = 0;
	stress_start(ring);
	stress_mount("ns");
	if (put(at("ns.clone_flags"), "none"))
		fail("ns.clone_flags cannot be written");
	mkdir(at("t"), 0755);
	mkdir(at("b"), 0755);
	put(at("t/ns.clone_flags"), NAMESPACES);
	put(at("t/ns.keep_empty"), "16");
	visible();
	many();
	together();
	removed();
	await(counter("tracked") <= 1, "all tasks to be gone");	/* this process has been in t */
	say("rebuilds: %ld", counter("rebuilds"));
	if (counter("unknown_ids"))
		fail("ids that nobody knew");
	stress_stop();
}

int main(void)
{
	stress_init("clones");
	flag = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	all(NULL);
	all("4096");
	return 0;
}
