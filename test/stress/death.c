// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody gets out of a dying container, or into a dead one
 *
 * In each round some processes in a container fork, fork twice with a session of their own,
 * make threads, clone and unshare, and move between the container and one below it. Others,
 * outside, put children of theirs into it all the time. Meanwhile the container dies: its init
 * exits, or its last lease is closed. Then
 *
 *  - everything that descends from those inside is killed,
 *  - a child from outside is killed if the write that put it inside succeeded, and lives on if
 *    that failed, which it does with ECANCELED,
 *  - nobody is in the container or below, whatever is asked, and it can be removed; or it is
 *    removed by itself, if the lease said so.
 *
 * With a daemon; or with the argument "module" on the module, which must be loaded.
 */
#include <linux/types.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "stress.h"
#include "../../include/uapi/containerfs.h"

#define SECONDS		15
#define ROUNDS		12	/* at least */
#define STORMS		4
#define KIDS		6	/* of a storm at a time */
#define OUTSIDERS	2
#define STACK		65536

enum way { INIT_EXITS, INIT_KILLED, LEASE, LEASE_REMOVE, NR_WAYS };

static struct stage {
	volatile long	forks, clones, entered, refused;
	volatile int	ready, over;
} *stage;

/* --- inside --- */

static int sleeps(void *arg)
{
	usleep(2000);
	_exit(0);
}

static void twice(void)
{
	if (fork())
		_exit(0);
	setsid();
	if (fork())
		_exit(0);
	__sync_fetch_and_add(&stage->forks, 2);
	usleep(5000);
	_exit(0);
}

static void *thread_moves(void *arg)
{
	put(at("d/below/tasks"), "0");
	return NULL;
}

static void __attribute__((noreturn)) storm(unsigned int seed)
{
	static char stack[KIDS][STACK] __attribute__((aligned(16)));
	pthread_t thread;
	int kids = 0;

	srandom(seed);
	put(random() & 1 ? at("d/cgroup.procs") : at("d/below/cgroup.procs"), "0");
	__sync_fetch_and_add(&stage->ready, 1);
	for (;;) {
		while (waitpid(-1, NULL, kids >= KIDS ? 0 : WNOHANG) > 0)
			kids--;
		switch (random() % 8) {
		case 0:
		case 1:
		case 2:
			kids++;
			if (!fork())
				_exit(0);
			__sync_fetch_and_add(&stage->forks, 1);
			break;
		case 3:
			kids++;
			if (!fork())
				twice();
			break;
		case 4:
			if (clone(sleeps, stack[kids % KIDS] + STACK, CLONE_NEWUTS | SIGCHLD, NULL) > 0) {
				kids++;
				__sync_fetch_and_add(&stage->clones, 1);
			}
			break;
		case 5:
			kids++;
			if (!fork()) {
				unshare(CLONE_NEWUTS);
				if (!fork())
					usleep(3000);
				_exit(0);
			}
			break;
		case 6:
			put(random() & 1 ? at("d/cgroup.procs") : at("d/below/cgroup.procs"), "0");
			break;
		default:
			if (!pthread_create(&thread, NULL, thread_moves, NULL))
				pthread_join(thread, NULL);
		}
	}
}

/* --- outside --- */

/* A child that was put into the container must be killed; one that was not must live. */
static void judge(pid_t pid, int ret)
{
	double end = now() + 20;
	int status;

	if (ret == -ECANCELED || ret == -ENOENT || ret == -ENODEV) {
		__sync_fetch_and_add(&stage->refused, 1);
		usleep(2000);
		if (waitpid(pid, &status, WNOHANG))
			fail("a child that was refused ended with %#x", status);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return;
	}
	if (ret)
		fail("a child cannot be put inside: %s", strerror(-ret));
	__sync_fetch_and_add(&stage->entered, 1);
	while (!waitpid(pid, &status, WNOHANG)) {
		if (now() > end)
			fail("a child that was put inside lives on");
		usleep(1000);
	}
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("a child that was put inside ended with %#x", status);
}

#define PUT	16

static void __attribute__((noreturn)) outsider(void)
{
	pid_t pid[PUT];
	int ret[PUT], nr = 0, canceled = 0;

	__sync_fetch_and_add(&stage->ready, 1);
	while (nr < PUT && canceled < 2) {
		pid[nr] = fork();
		if (!pid[nr])
			for (;;)
				pause();
		ret[nr] = put_nr(nr % 3 ? at("d/cgroup.procs") : at("d/below/cgroup.procs"), pid[nr]);
		canceled += !!ret[nr++];
		usleep(500);
	}
	while (!stage->over)
		usleep(1000);
	for (int i = 0; i < nr; i++)
		judge(pid[i], ret[i]);
	_exit(0);
}

/* --- the death --- */

static void __attribute__((noreturn)) be_init(int go)
{
	char c;

	if (put(at("d/cgroup.procs"), "0") || put(at("d/container.init"), "0"))
		_exit(1);
	__sync_fetch_and_add(&stage->ready, 1);
	if (read(go, &c, 1) < 0)
		_exit(1);
	_exit(3);
}

static int take_lease(enum way way)
{
	__u32 flags = CONTAINERFS_LEASE_KILL | (way == LEASE_REMOVE ? CONTAINERFS_LEASE_REMOVE : 0);
	int fd = open(at("d"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, CONTAINERFS_IOC_LEASE, &flags))
		fail("a lease: %s", strerror(errno));
	return fd;
}

static long tasks_in(const char *dir)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/container.events", dir);
	return get_key(path, "populated");
}

static void round_of(enum way way, unsigned int seed)
{
	pid_t storms[STORMS], outside[OUTSIDERS], init = 0;
	int go[2] = { -1, -1 }, fd = -1, status, all = STORMS + OUTSIDERS;
	double since;

	stage->ready = stage->over = 0;
	if (mkdir(at("d"), 0755) || mkdir(at("d/below"), 0755))
		fail("mkdir: %s", strerror(errno));
	put(at("d/ns.clone_flags"), "uts");
	put(at("d/below/ns.clone_flags"), "uts");
	if (way == INIT_EXITS || way == INIT_KILLED) {
		if (pipe(go))
			fail("pipe");
		init = fork();
		if (!init) {
			close(go[1]);
			be_init(go[0]);
		}
		all++;
	} else {
		fd = take_lease(way);
	}
	for (int i = 0; i < OUTSIDERS; i++) {
		outside[i] = fork();
		if (!outside[i]) {
			close(fd);
			close(go[1]);
			outsider();
		}
	}
	for (int i = 0; i < STORMS; i++) {
		storms[i] = fork();
		if (!storms[i]) {
			close(fd);
			close(go[1]);
			storm(seed * STORMS + (unsigned int)i);
		}
	}
	await(stage->ready == all, "all to be inside");
	usleep((unsigned int)(seed * 7919 % 40000));
	since = now();
	if (way == INIT_KILLED)
		kill(init, SIGKILL);
	close(fd);
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < STORMS; i++) {
		await(waitpid(storms[i], &status, WNOHANG) > 0, "those inside to be killed");
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail("one inside ended with %#x", status);
	}
	stage->over = 1;
	for (int i = 0; i < OUTSIDERS; i++)
		if (waitpid(outside[i], &status, 0) != outside[i] || status)
			fail("way %d: outside: %#x", way, status);
	/* what they have left comes to this process, and ends */
	for (double end = now() + 20; a_child();) {
		if (waitpid(-1, NULL, WNOHANG) == stress_daemon && stress_daemon)
			fail("the daemon has ended");
		if (now() > end)
			fail("way %d: process %d got out", way, a_child());
		usleep(1000);
	}
	if (way == LEASE_REMOVE) {
		await(access(at("d"), F_OK), "the removal");
		return;
	}
	await(!tasks_in(at("d")), "the container to be empty");
	if (get_key(at("d/container.events"), "dead") != 1)
		fail("the container is not dead");
	remove_below(at("d"));
	await(!rmdir(at("d")), "the container's removal");
	if (now() - since > 15)
		fail("it took %.1f s", now() - since);
}

int main(int argc, char **argv)
{
	bool module = argc > 1 && !strcmp(argv[1], "module");
	unsigned int rounds = 0;
	double start, last = 0;

	stress_init("death");
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!module)
		stress_start(NULL);
	stress_mount("ns,name=death");
	put(at("ns.clone_flags"), "none");
	start = now();
	for (; rounds < ROUNDS || now() - start < SECONDS; rounds++) {
		round_of(rounds % NR_WAYS, rounds);
		if (now() - last > 3) {
			last = now();
			say("round %u: %ld forks, %ld clones, %ld entered, %ld refused", rounds,
			    stage->forks, stage->clones, stage->entered, stage->refused);
		}
	}
	if (!stage->entered || !stage->refused || !stage->clones)
		fail("the race was not run");
	say("%u containers died", rounds);
	if (module) {
		if (umount(stress_mnt))
			fail("umount: %s", strerror(errno));
		return 0;
	}
	await(counter("tracked") == 0, "tasks to be gone");
	if (counter("unknown_ids"))
		fail("ids that nobody knew");
	stress_stop();
	return 0;
}
