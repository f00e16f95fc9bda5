// SPDX-License-Identifier: GPL-2.0-only
/*
 * unload SECONDS MODULE.ko [CYCLES]: load, mount, use, unmount, unload, again and again,
 * while tasks fork, exec, unshare and enter any container that exists: for half the time, and
 * then until there were CYCLES cycles.
 *
 * These must hold: no call of those tasks fails because of it. A module without a mount is
 * unloaded at the first attempt; a module with a mount is not unloaded. An umount leaves no
 * mount behind, whatever files are being opened. In the second half another process unloads
 * the module whenever it can, so that a mount may come too late and fail with ENODEV.
 *
 * Loading and unloading wait for grace periods, which busy CPUs make long. So the tasks rest
 * between their steps, and there are many cycles.
 */
#include "workers.h"

#define MNT	"/unload"

static const char *module_file;
static long cycles, wanted, lost;

static void rest(void)
{
	usleep(below(4000));
}

static void fork_step(void)
{
	pid_t pid = child();

	if (!pid) {
		if (below(4) == 0) {
			execl("/bin/busybox", "true", NULL);
			fail("exec: %s", strerror(errno));
		}
		_exit(0);
	}
	if (reap(pid))
		fail("a child failed");
	rest();
}

static void unshare_step(void)
{
	static const int flags[] = { CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_FS };
	pid_t pid = child();

	if (!pid) {
		if (unshare(flags[below(ARRAY_SIZE(flags))]))
			fail("unshare: %s", strerror(errno));
		pid = fork();
		if (pid > 0)
			waitpid(pid, NULL, 0);
		_exit(0);
	}
	if (reap(pid))
		fail("a child failed");
	rest();
}

static void clone_step(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		fail("clone: %s", strerror(errno));
	if (!pid)
		_exit(0);
	reap(pid);
	rest();
}

/* Enter containers that come and go, by a file that may be open across an umount. */
static void enter_step(void)
{
	int ret = put(below(2) ? MNT "/a/tasks" : MNT "/tasks", "0");

	/* Without a mount this is a plain directory. */
	if (!ACCEPTED(ret, ENOENT, ENODEV))
		fail("entering: %s", strerror(-ret));
	rest();
}

static const struct work works[] = {
	{ "fork", fork_step, 1 },
	{ "unshare", unshare_step, 2 },
	{ "clone", clone_step, 1 },
	{ "enter", enter_step, 1 },
};

static void unload_step(void)
{
	if (syscall(SYS_delete_module, "containerfs", O_NONBLOCK) &&
	    !ACCEPTED(-errno, EWOULDBLOCK, EBUSY, ENOENT))
		fail("delete_module: %s", strerror(errno));
	usleep(below(20000));
}

static const struct work more_works[] = {
	{ "fork", fork_step, 1 },
	{ "unshare", unshare_step, 2 },
	{ "enter", enter_step, 1 },
	{ "unload", unload_step, 1 },
};

static int load(void)
{
	int fd = open(module_file, O_RDONLY | O_CLOEXEC), ret;

	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "containerfs", O_NONBLOCK) ? -errno : 0;
}

/* The main process does not fork here, so it may end the program by fail(). */
static void use(void)
{
	int i;

	mkdir(MNT "/a", 0755);
	for (i = below(5); i > 0; i--)
		usleep(1000);
	if (below(2))
		rmdir(MNT "/a");
}

static void cycle(void)
{
	double end;
	int ret;

	ret = load();
	if (ret)
		fail("loading: %s", strerror(-ret));
	if (mount("none", MNT, "containerfs", 0, "ns"))
		fail("mount: %s", strerror(errno));
	use();
	if (!unload())
		fail("unloaded under a mount");
	/* A task may just be opening a file of it. */
	for (end = now() + 20; umount(MNT); usleep(100))
		if (errno != EBUSY || now() > end)
			fail("umount: %s", strerror(errno));
	ret = unload();
	if (ret)
		fail("unloading straight after the last umount: %s", strerror(-ret));
	cycles++;
}

static void cycles_wanted(void)
{
	do {
		cycle();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (cycles < wanted && !shared->stop);
}

/* Another process unloads, too, so each step may find the module gone. */
static void contended_cycle(void)
{
	double end;
	int ret = load();

	if (!ACCEPTED(ret, EEXIST, EBUSY))
		fail("loading: %s", strerror(-ret));
	if (mount("none", MNT, "containerfs", 0, "ns")) {
		if (errno != ENODEV)
			fail("mount: %s", strerror(errno));
		lost++;
		return;
	}
	use();
	for (end = now() + 20; umount2(MNT, below(2) ? MNT_DETACH : 0); usleep(100))
		if (errno != EBUSY || now() > end)
			fail("umount: %s", strerror(errno));
	cycles++;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 20;
	double end;
	int ret;

	workers_init();
	module_file = argc > 2 ? argv[2] : "/modules/containerfs.ko";
	wanted = argc > 3 ? atol(argv[3]) : 0;
	mkdir(MNT, 0755);
	workers_run(works, ARRAY_SIZE(works), seconds / 2, cycles_wanted);
	printf("cycles %ld\n", cycles);
	if (!cycles)
		end_with("not one cycle was done");

	cycles = 0;
	memset((void *)shared->steps, 0, sizeof(shared->steps));
	workers_run(more_works, ARRAY_SIZE(more_works), seconds / 2, contended_cycle);
	printf("contended cycles %ld, mounts that came too late %ld\n", cycles, lost);
	if (!cycles)
		end_with("not one contended cycle was done");

	for (end = now() + 10; (ret = unload()) && ret != -ENOENT && now() < end; usleep(1000))
		;
	if (ret && ret != -ENOENT)
		end_with("unloading in the end: %s", strerror(-ret));
	return 0;
}
