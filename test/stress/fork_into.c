// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody is led astray by libcontainerfs: three threads fork and spawn into three containers
 * while a fourth forks plainly
 *
 * The containers hold PID, UTS and mount namespaces, one of them also a user namespace. Each
 * child looks whether it is in the namespaces where it should be, its parent whether it is in
 * the container where it should be; after each fork a thread looks whether itself is where it
 * was. In the end nobody is left in a container, no container was made by somebody's clone,
 * and the end of each init is told.
 *
 * With a daemon; or with the arguments "module COUNT" on the module, which must be loaded,
 * without one.
 */
#include <containerfs.h>
#include <pthread.h>

#include "stress.h"

#define INTO	3
#define FORKS	10000		/* of all threads together */
#define LOOK	8		/* one of so many is looked for in cgroup.procs */

extern char **environ;

static const char *const names[] = { "pid", "uts", "mnt" };
static const int types[] = { CLONE_NEWPID, CLONE_NEWUTS, CLONE_NEWNS };
#define NAMES	3

static struct into {
	int		cfd;
	char		dir[PATH_MAX];
	unsigned long	ns[NAMES];
	pid_t		init;
} into[INTO];

static unsigned long here[NAMES];
static int forks, wrong;	/* atomic */

static unsigned long inode(const char *fmt, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), fmt, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* 0, or which namespace is another one. */
static int astray(const unsigned long *ns)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (inode("/proc/thread-self/ns/%s", names[i]) != ns[i])
			return i + 1;
	return 0;
}

static void note(const char *fmt, int a, int b)
{
	printf(fmt, a, b);
	putchar('\n');
	__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static bool is_in(const struct into *c, pid_t pid)
{
	char path[PATH_MAX + 16], text[4096], line[24], *p;
	bool found = false;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", c->dir);
	snprintf(line, sizeof(line), "%d\n", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	for (p = text; p && !found; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		found = !strncmp(p, line, strlen(line));
	return found;
}

static int reap(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void fork_one(const struct into *c, int round)
{
	int go[2], status;
	pid_t pid;
	char ch;

	if (pipe2(go, O_CLOEXEC))
		fail("pipe2: %s", strerror(errno));
	pid = container_fork(c->cfd, 0, NULL);
	if (!pid) {
		if (round % LOOK == 0 && read(go[0], &ch, 1) != 1)
			_exit(99);
		_exit(astray(c->ns));
	}
	if (pid < 0)
		note("container_fork: errno %d in container %d", errno, (int)(c - into));
	else if (round % LOOK == 0 && !is_in(c, pid))
		note("process %d is not in container %d", pid, (int)(c - into));
	/* a word, because children of the other threads have copies of the ends */
	if (write(go[1], "", 1) != 1)
		note("write: errno %d in container %d", errno, (int)(c - into));
	close(go[0]);
	close(go[1]);
	status = pid < 0 ? 0 : reap(pid);
	if (status)
		note("a child ended with %#x in container %d", status, (int)(c - into));
}

static void spawn_one(const struct into *c)
{
	char *const argv[] = { "true", NULL };
	pid_t pid = container_spawn(c->cfd, 0, NULL, "true", argv, environ);

	if (pid < 0 || reap(pid))
		note("container_spawn: errno %d in container %d", errno, (int)(c - into));
}

static int total;

static void *fork_into(void *arg)
{
	const struct into *c = arg;
	int round;

	for (round = 0; __atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED) < total; round++) {
		if (round % 32 == 31)
			spawn_one(c);
		else
			fork_one(c, round);
		if (astray(here) || inode("/proc/thread-self/ns/%s", "pid_for_children") != here[0])
			note("a thread is astray after round %d in container %d", round, (int)(c - into));
	}
	return NULL;
}

static void *fork_plainly(void *arg)
{
	int status;
	pid_t pid;

	while (__atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED) < total) {
		pid = fork();
		if (!pid)
			_exit(astray(here));
		status = pid < 0 ? -errno : reap(pid);
		if (status)
			note("a plain child ended with %#x%d", status, 0);
	}
	return NULL;
}

static void open_container(struct into *c, int nr)
{
	unsigned int flags = CONTAINER_NEW_PID_NS | CONTAINER_NEW_UTS_NS | CONTAINER_NEW_FS_NS;
	int i, fd;
	struct stat st;

	snprintf(c->dir, sizeof(c->dir), "%s", at("t/c%d", nr));
	c->cfd = container_create(c->dir, flags | (nr == 2 ? CONTAINER_NEW_USER_NS : 0));
	if (c->cfd < 0 && errno == EOPNOTSUPP)
		skip("this kernel holds no PID namespace without a process");
	if (c->cfd < 0)
		fail("container_create: %s", strerror(errno));
	for (i = 0; i < NAMES; i++) {
		fd = container_ns(c->cfd, types[i]);
		if (fd < 0 || fstat(fd, &st))
			fail("container_ns: %s", strerror(errno));
		c->ns[i] = st.st_ino;
		close(fd);
	}
	c->init = container_fork(c->cfd, 0, NULL);
	if (c->init < 0)
		fail("the init: %s", strerror(errno));
	if (!c->init) {
		signal(SIGTERM, SIG_DFL);
		for (;;)
			pause();
	}
}

static void close_container(struct into *c)
{
	int status;

	if (container_kill(c->cfd, 0, SIGKILL))
		fail("container_kill: %s", strerror(errno));
	if (container_wait(c->cfd, &status, 0, NULL) || status != SIGKILL)
		fail("container_wait: status %#x", status);
	if (reap(c->init) != SIGKILL)
		fail("the init was not killed");
	close(c->cfd);
	while (rmdir(c->dir))
		if (errno != EBUSY)
			fail("rmdir %s: %s", c->dir, strerror(errno));
}

int main(int argc, char **argv)
{
	bool module = argc > 1 && !strcmp(argv[1], "module");
	pthread_t thread[INTO + 1];
	char options[64];
	int i;

	total = module && argc > 2 ? atoi(argv[2]) : FORKS;
	stress_init("fork_into");
	snprintf(options, sizeof(options), "ns,name=fork_into.%d", stress_main);
	if (!module)
		stress_start(NULL);
	stress_mount(options);
	if (mkdir(at("t"), 0755) || put(at("t/tasks"), "0") < 0)
		fail("t: %s", strerror(errno));
	for (i = 0; i < NAMES; i++)
		here[i] = inode("/proc/thread-self/ns/%s", names[i]);
	for (i = 0; i < INTO; i++)
		open_container(&into[i], i);
	for (i = 0; i < INTO; i++)
		pthread_create(&thread[i], NULL, fork_into, &into[i]);
	pthread_create(&thread[i], NULL, fork_plainly, NULL);
	for (i = 0; i < INTO + 1; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < INTO; i++)
		close_container(&into[i]);
	if (wrong)
		fail("%d of %d astray", wrong, total);
	if (get_key(at("t/ns.events"), "clones"))
		fail("somebody's clone has made a container");
	say("%d forks, nobody astray", total);
	if (put(at("tasks"), "0") < 0 || rmdir(at("t")))
		fail("t: %s", strerror(errno));
	if (!module)
		stress_stop();
	else if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
	return 0;
}
