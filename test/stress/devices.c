// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device rules: EPERM exactly where it must be, whatever other tasks do
 *
 * Workers in nested containers fork, unshare, clone, exit and open devices all the time,
 * while the main process changes rules and moves workers. Its table says what each
 * container allows; `epoch` is odd while it changes rules or moves. A worker that finds the
 * same even number before and after an open must have got the answer of the table. A child
 * is where its creator was, a clone below, under the same rules, if no epoch has ended
 * since; it does not check later changes. Processes outside are never denied anything.
 *
 * With a ring of the default size, and with one so small that events get lost; or
 * with the argument "module", which must be loaded, then without a daemon.
 */
#include <stdatomic.h>

#include "stress.h"

#define NR_PLACES	4
#define NR_DEVICES	2
#define NR_WORKERS	4
#define SECONDS		6
#define SECONDS_MORE	120
#define OPTIONS		"ns,devices,clone_flags=none"

static const char *const place[NR_PLACES] = { "t", "t/a", "t/a/b", "t/c" };
static const int above[NR_PLACES] = { -1, 0, 1, 0 };
static const struct {
	const char *path, *rule;
} device[NR_DEVICES] = {
	{ "/dev/full", "c 1:7 r" },
	{ "/dev/zero", "c 1:5 r" },
};

static struct shared {
	_Atomic unsigned long epoch;
	_Atomic int may[NR_PLACES][NR_DEVICES];
	_Atomic int where[NR_WORKERS];
	_Atomic unsigned long allowed, denied, clones, changes;
	_Atomic int stop;
} *s;

static bool opens(int dev)
{
	int fd = open(device[dev].path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != EPERM)
		fail("%s: %s", device[dev].path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Look once, if worker @w is still where it was at the even @epoch. */
static void look(int w, unsigned long epoch, const char *who)
{
	int dev = (int)(random() % NR_DEVICES), at_place = s->where[w];
	bool may = s->may[at_place][dev], got = opens(dev);

	if (epoch & 1 || s->epoch != epoch)
		return;
	if (got != may)
		fail("%s of %s: %s is %s", who, place[at_place], device[dev].path,
		     got ? "not denied" : "denied");
	++*(may ? &s->allowed : &s->denied);
}

/* Runs in a child, which is in the same container or, after an unshare, in a clone below. */
static void live(int w, unsigned long epoch)
{
	int status;
	pid_t pid;

	srandom((unsigned int)getpid());
	look(w, epoch, "child");
	switch (random() % 3) {
	case 0:
		if (unshare(random() % 2 ? CLONE_NEWUTS : CLONE_NEWIPC))
			fail("unshare: %s", strerror(errno));
		s->clones++;
		look(w, epoch, "clone by unshare");
		break;
	case 1:
		pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
		if (pid < 0)
			fail("clone: %s", strerror(errno));
		if (!pid) {
			look(w, epoch, "clone");
			_exit(0);
		}
		s->clones++;
		look(w, epoch, "creator of a clone");
		if (waitpid(pid, &status, 0) != pid || status)
			_exit(1);
	}
	_exit(0);
}

static void work(int w)
{
	while (!s->stop) {
		unsigned long epoch = s->epoch;
		int status;
		pid_t pid;

		look(w, epoch, "worker");
		pid = fork();
		if (!pid)
			live(w, epoch);
		if (pid > 0 && waitpid(pid, &status, 0) == pid && status)
			_exit(1);
	}
	_exit(0);
}

static void outsider(void)
{
	while (!s->stop)
		for (int dev = 0; dev < NR_DEVICES; dev++)
			if (!opens(dev))
				fail("a task outside is denied %s", device[dev].path);
	_exit(0);
}

static bool is_below(int p, int top)
{
	while (p >= 0 && p != top)
		p = above[p];
	return p == top;
}

static void change_rule(void)
{
	int p = (int)(random() % NR_PLACES), dev = (int)(random() % NR_DEVICES), ret;

	if (random() % 2) {
		ret = put(at("%s/devices.deny", place[p]), device[dev].rule);
		for (int i = 0; i < NR_PLACES; i++)
			if (is_below(i, p))
				s->may[i][dev] = 0;
	} else {
		bool ok = p == 0 || s->may[above[p]][dev];

		ret = put(at("%s/devices.allow", place[p]), device[dev].rule);
		if (ok)
			s->may[p][dev] = 1;
		else if (ret == -EPERM)
			ret = 0;
		else
			fail("%s could be allowed in %s", device[dev].path, place[p]);
	}
	if (ret)
		fail("a rule for %s: %s", place[p], strerror(-ret));
}

static void move(const pid_t *pids)
{
	int w = (int)(random() % NR_WORKERS), p = (int)(random() % NR_PLACES), ret;

	ret = put_nr(at("%s/tasks", place[p]), pids[w]);
	if (ret)
		fail("worker %d to %s: %s", w, place[p], strerror(-ret));
	s->where[w] = p;
}

static pid_t start(int w)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	srandom((unsigned int)getpid());
	if (w < 0)
		outsider();
	work(w);
	return 0;
}

static void make_places(void)
{
	for (int p = 0; p < NR_PLACES; p++)
		if (mkdir(at("%s", place[p]), 0755))
			fail("mkdir %s: %s", place[p], strerror(errno));
	/* the last container has a list of allowed devices */
	if (put(at("t/c/devices.deny"), "a") == -EOPNOTSUPP)
		skip("devices cannot be checked here");
	for (int dev = 0; dev < NR_DEVICES; dev++)
		put(at("t/c/devices.allow"), device[dev].rule);
	put(at("t/c/devices.allow"), "c 1:3 rw");
	for (int p = 0; p < NR_PLACES; p++) {
		put(at("%s/ns.clone_flags", place[p]), "uts ipc");
		put(at("%s/ns.keep_empty", place[p]), "0");
		for (int dev = 0; dev < NR_DEVICES; dev++)
			s->may[p][dev] = 1;
	}
}

static bool seen_all(void)
{
	return s->allowed && s->denied && s->clones;
}

static void changes(void)
{
	pid_t pids[NR_WORKERS + 1];
	double end;
	int status;

	memset(s, 0, sizeof(*s));
	make_places();
	s->epoch = 1;
	for (int i = 0; i <= NR_WORKERS; i++)
		pids[i] = start(i < NR_WORKERS ? i : -1);
	for (int i = 0; i < NR_WORKERS; i++) {
		put_nr(at("%s/tasks", place[i % NR_PLACES]), pids[i]);
		s->where[i] = i % NR_PLACES;
	}
	/* A slow machine takes longer, until each kind of step was done. */
	for (end = now() + SECONDS; now() < end || (!seen_all() && now() < end + SECONDS_MORE);) {
		s->epoch |= 1;
		if (random() % 4)
			change_rule();
		else
			move(pids);
		s->changes++;
		s->epoch++;
		usleep(random() % 3000);
	}
	s->stop = 1;
	for (int i = 0; i <= NR_WORKERS; i++)
		if (waitpid(pids[i], &status, 0) != pids[i] || status)
			fail("see above");
	say("%lu changes, %lu clones; %lu times allowed, %lu times denied", s->changes, s->clones,
	    s->allowed, s->denied);
	if (!seen_all())
		fail("that is not much of a test");
}

static void with_daemon(const char *ring)
{
	say("ring %s", ring ? ring : "default");
	stress_start(ring);
	stress_mount(OPTIONS);
	changes();
	await(counter("tracked") == 0, "all tasks to be gone");
	if (counter("unknown_ids"))
		fail("ids that nobody knew");
	stress_stop();
}

static void with_module(void)
{
	stress_mount(OPTIONS);
	changes();
	remove_below(stress_mnt);
	if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	stress_init("devices");
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc > 1 && !strcmp(argv[1], "module")) {
		with_module();
		return 0;
	}
	with_daemon(NULL);
	with_daemon("4096");
	return 0;
}
