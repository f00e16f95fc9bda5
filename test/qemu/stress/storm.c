// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm SECONDS: all operations at once, on the module.
 *
 * The hierarchy has containers that stay, c0 to c7, in which forks and clones are checked,
 * and names that all workers make, rename and remove, x0 to x3. These must hold throughout:
 * from its first instruction on a child is in its creator's container, and a task with new
 * namespaces is one level below where it was; a task that has ended is listed nowhere; a
 * killed container is empty; each errno is a documented one; a mounted module is not
 * unloaded. Afterwards each task is in exactly one container; when the workers have ended,
 * all tasks are in the top one, and every container can be removed.
 *
 * Victims are tasks that the attachers may move; they check nothing.
 */
#include "workers.h"

#include <dirent.h>
#include <poll.h>
#include <sys/inotify.h>

#define TOP		"/storm"
#define FIXED		8
#define NAMES		4
#define VICTIMS		12

static volatile pid_t *victims;

static void own_place(char *path, size_t size)
{
	char text[4096], *line, *at;

	if (get(TOP "/container.where", text, sizeof(text)) < 0)
		fail("container.where: %s", strerror(errno));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		at = strchr(line, ':');
		if (at && !strncmp(at + 1, "ns", 2) && (at = strchr(at + 1, ':'))) {
			snprintf(path, size, "%s", at + 1);
			return;
		}
	}
	fail("container.where has no line of the hierarchy");
}

/* Go into a container that stays, and return its number. */
static int settle(void)
{
	char path[64];
	int nr = below(FIXED), ret;

	snprintf(path, sizeof(path), TOP "/c%d/%s", nr, below(2) ? "tasks" : "cgroup.procs");
	ret = put(path, "0");
	if (ret)
		fail("settling in c%d: %s", nr, strerror(-ret));
	return nr;
}

static void must_be_in(int nr, const char *who)
{
	char place[PATH_MAX], wanted[32];

	own_place(place, sizeof(place));
	snprintf(wanted, sizeof(wanted), "/c%d", nr);
	if (strcmp(place, wanted))
		fail("%s is in %s instead of %s", who, place, wanted);
}

/* Is the caller one level below @above? @above becomes its container. */
static void must_be_below(char *above, const char *who)
{
	char place[PATH_MAX];
	size_t len = strlen(above);

	own_place(place, sizeof(place));
	if (strncmp(place, above, len) || place[len] != '/' || strchr(place + len + 1, '/'))
		fail("%s is in %s instead of below %s", who, place, above);
	strcpy(above, place);
}

static void fork_step(void)
{
	char path[64];
	int nr = settle();
	pid_t pid = child();

	if (!pid) {
		pid = getpid();
		must_be_in(nr, "a child");
		_exit(0);
	}
	reap(pid);
	snprintf(path, sizeof(path), TOP "/c%d/tasks", nr);
	if (listed(path, pid))
		fail("%d has ended and is still in c%d", pid, nr);
}

static const int kinds_of_namespace[] = {
	CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWCGROUP,
	CLONE_NEWUTS | CLONE_NEWIPC,
};

static int namespaces(void)
{
	return kinds_of_namespace[below(ARRAY_SIZE(kinds_of_namespace))];
}

static void unshare_step(void)
{
	char place[PATH_MAX];
	int nr = settle(), depth = 1 + below(3);
	pid_t pid = child();

	if (!pid) {
		snprintf(place, sizeof(place), "/c%d", nr);
		/* After a user namespace the task may not make further ones. */
		while (depth--) {
			if (unshare(depth ? CLONE_NEWUTS : namespaces()))
				fail("unshare: %s", strerror(errno));
			must_be_below(place, "a task that unshared");
		}
		if (unshare(CLONE_FILES))
			fail("unshare of files: %s", strerror(errno));
		_exit(0);
	}
	reap(pid);
}

static void clone_step(void)
{
	char place[PATH_MAX];
	int nr = settle();
	pid_t pid = (pid_t)syscall(SYS_clone, namespaces() | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		fail("clone: %s", strerror(errno));
	if (!pid) {
		snprintf(place, sizeof(place), "/c%d", nr);
		must_be_below(place, "a clone");
		_exit(0);
	}
	reap(pid);
}

/* Keep a victim alive, which makes children, namespaces and threads; each lives for a while. */
static void victim_step(void)
{
	pid_t pid = child();
	int i, n = below(VICTIMS);

	if (!pid) {
		victims[n] = getpid();
		for (i = below(6); i > 0; i--) {
			if (!child()) {
				if (below(3) == 0)
					unshare(CLONE_NEWUTS);
				victims[below(VICTIMS)] = getpid();
				usleep(below(20000));
				_exit(0);
			}
			usleep(below(5000));
		}
		_exit(0);
	}
	reap(pid);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void a_container(char *path, size_t size)
{
	switch (below(4)) {
	case 0:
		snprintf(path, size, TOP "/c%d", below(FIXED));
		break;
	case 1:
		snprintf(path, size, TOP "/c%d/node%d", below(FIXED), 1 + below(50));
		break;
	default:
		snprintf(path, size, TOP "/x%d", below(NAMES));
	}
}

static void attach_step(void)
{
	char path[PATH_MAX];
	pid_t pid = victims[below(VICTIMS)];
	int ret;

	a_container(path, sizeof(path) - 20);
	strcat(path, below(2) ? "/tasks" : "/cgroup.procs");
	ret = put_nr(path, pid ? pid : 1 << 21);
	if (!ACCEPTED(ret, ESRCH, ENOENT, ENODEV))
		fail("attaching %d to %s: %s", pid, path, strerror(-ret));
}

static void make_step(void)
{
	char path[64], other[64];
	int ret;

	snprintf(path, sizeof(path), TOP "/x%d", below(NAMES));
	switch (below(5)) {
	case 0:
	case 1:
		if (below(4) == 0)
			strcat(path, "/y");
		ret = mkdir(path, 0755) ? -errno : 0;
		if (!ACCEPTED(ret, EEXIST, ENOENT, ENODEV))
			fail("mkdir %s: %s", path, strerror(-ret));
		break;
	case 2:
	case 3:
		if (below(2) == 0)
			strcat(path, "/y");
		ret = rmdir(path) ? -errno : 0;
		if (!ACCEPTED(ret, EBUSY, ENOENT))
			fail("rmdir %s: %s", path, strerror(-ret));
		break;
	case 4:
		snprintf(other, sizeof(other), TOP "/x%d", below(NAMES));
		ret = rename(path, other) ? -errno : 0;
		if (!ACCEPTED(ret, EEXIST, ENOENT))
			fail("rename %s %s: %s", path, other, strerror(-ret));
		break;
	}
}

/* Read every file below, down to a depth. */
static void read_all(int dirfd, const char *name, int depth)
{
	int dir = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	struct dirent *entry;
	struct stat st;
	char text[512];
	DIR *d;

	if (dir < 0) {
		if (!ACCEPTED(-errno, ENOENT, ENODEV))
			fail("opening %s: %s", name, strerror(errno));
		return;
	}
	d = fdopendir(dir);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR) {
			if (depth)
				read_all(dir, entry->d_name, depth - 1);
			continue;
		}
		fstatat(dir, entry->d_name, &st, 0);
		fd = openat(dir, entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, text, sizeof(text)) < 0 && !ACCEPTED(-errno, ENODEV, EINVAL))
			fail("reading %s: %s", entry->d_name, strerror(errno));
		close(fd);
	}
	closedir(d);
}

static void read_step(void)
{
	char path[PATH_MAX];

	a_container(path, sizeof(path));
	if (below(50) == 0)
		read_all(AT_FDCWD, TOP, 3);
	else
		read_all(AT_FDCWD, path, 1);
}

static void mount_step(void)
{
	char dir[64], options[64], path[128];
	bool other = below(3) == 0;
	int ret;

	snprintf(dir, sizeof(dir), "/tmp/mount.%d", getpid());
	mkdir(dir, 0755);
	if (other)
		strcpy(options, "ns,debug");
	else
		snprintf(options, sizeof(options), "none,name=storm%d", below(2));
	ret = mount("none", dir, "containerfs", 0, options) ? -errno : 0;
	if (ret)
		fail("mount -o %s: %s", options, strerror(-ret));
	snprintf(path, sizeof(path), "%s/m%d", dir, below(2));
	if (mkdir(path, 0755) && errno != EEXIST)
		fail("mkdir %s: %s", path, strerror(errno));
	strcat(path, "/tasks");
	put_nr(path, victims[below(VICTIMS)]);
	ret = mount("none", dir, NULL, MS_REMOUNT, options) ? -errno : 0;
	if (!ACCEPTED(ret, EBUSY))
		fail("remount -o %s: %s", options, strerror(-ret));
	*strrchr(path, '/') = '\0';
	rmdir(path);
	if (umount2(dir, below(2) ? MNT_DETACH : 0))
		fail("umount %s: %s", dir, strerror(errno));
	rmdir(dir);
}

static void watch_step(void)
{
	int in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), fd;
	struct pollfd polled[2];
	char path[PATH_MAX], text[4096];

	a_container(path, sizeof(path) - 20);
	inotify_add_watch(in, TOP, IN_ALL_EVENTS);
	inotify_add_watch(in, path, IN_ALL_EVENTS);
	strcat(path, below(2) ? "/container.events" : "/ns.events");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, text, sizeof(text)) < 0 && errno != ENODEV)
			fail("reading %s: %s", path, strerror(errno));
		polled[0] = (struct pollfd){ .fd = fd, .events = POLLPRI };
		polled[1] = (struct pollfd){ .fd = in, .events = POLLIN };
		poll(polled, 2, below(50));
		close(fd);
	}
	while (read(in, text, sizeof(text)) > 0)
		;
	close(in);
}

/* Remove all below @path. @left: the last path that could not be removed. */
static void remove_below(const char *path, char *left)
{
	char name[PATH_MAX];
	struct dirent *entry;
	DIR *d = opendir(path);

	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%.3800s/%s", path, entry->d_name);
		remove_below(name, left);
		if (rmdir(name) && errno != ENOENT)
			snprintf(left, PATH_MAX, "%.3800s: %s", name, strerror(errno));
	}
	if (d)
		closedir(d);
}

/* A container full of tasks that make tasks, killed at once. */
static void kill_step(void)
{
	char dir[64], path[96], left[PATH_MAX] = "";
	int ret, i, generation = 0;
	pid_t pid;

	snprintf(dir, sizeof(dir), TOP "/k%d", getpid());
	if (mkdir(dir, 0755))
		fail("mkdir %s: %s", dir, strerror(errno));
	pid = child();
	if (!pid) {
		snprintf(path, sizeof(path), "%s/tasks", dir);
		ret = put(path, "0");
		if (ret)
			fail("%s: %s", path, strerror(-ret));
		/* Three generations, because the killer may have to wait for a CPU. */
		for (i = 0; i < 20; i++) {
			if (fork() == 0) {
				if (below(2))
					unshare(CLONE_NEWUTS);
				i = ++generation < 3 ? 15 : 20;
			}
			usleep(1000);
		}
		for (;;)
			pause();
	}
	usleep(below(30000));
	snprintf(path, sizeof(path), "%s/container.kill", dir);
	/* If the first task has not come in yet, it comes alone, and is killed the next time. */
	do {
		ret = put(path, "1");
		if (ret)
			fail("%s: %s", path, strerror(-ret));
		usleep(5000);
	} while (!waitpid(pid, NULL, WNOHANG));
	/* They have the signal, or get it when they come in; then they end after a while. */
	for (i = 0; ; i++) {
		remove_below(dir, left);
		if (!rmdir(dir))
			break;
		if (errno != EBUSY)
			fail("rmdir %s: %s", dir, strerror(errno));
		if (i == 2000)
			fail("%s has not become empty: %.300s", dir, left);
		usleep(10000);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void unload_step(void)
{
	if (!syscall(SYS_delete_module, "containerfs", O_NONBLOCK))
		fail("the module was unloaded under its mounts");
	if (errno != EWOULDBLOCK && errno != EBUSY)
		fail("delete_module: %s", strerror(errno));
	usleep(20000);
}

static const struct work works[] = {
	{ "fork", fork_step, 2 },
	{ "unshare", unshare_step, 2 },
	{ "clone", clone_step, 2 },
	{ "victim", victim_step, 3 },
	{ "attach", attach_step, 2 },
	{ "make", make_step, 3 },
	{ "read", read_step, 1 },
	{ "mount", mount_step, 2 },
	{ "watch", watch_step, 1 },
	{ "kill", kill_step, 1 },
	{ "unload", unload_step, 1 },
};

/* The top container is the only one left: it has each thread of the system once. */
static void everybody_is_in_the_top(void)
{
	long in_top = -1, in_proc = -2;
	struct dirent *entry;
	int i, nr;

	for (i = 0; i < 100 && in_top != in_proc; i++) {
		FILE *f = fopen(TOP "/tasks", "re");
		DIR *proc = opendir("/proc"), *threads;
		char path[300];

		for (in_top = 0; f && fscanf(f, "%d", &nr) == 1; )
			in_top++;
		for (in_proc = 0; (entry = readdir(proc)); ) {
			snprintf(path, sizeof(path), "/proc/%s/task", entry->d_name);
			if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !(threads = opendir(path)))
				continue;
			while ((entry = readdir(threads)))
				in_proc += entry->d_name[0] != '.';
			closedir(threads);
		}
		closedir(proc);
		if (f)
			fclose(f);
		usleep(20000);
	}
	if (in_top != in_proc)
		end_with("the top container has %ld tasks, the system %ld", in_top, in_proc);
}

int main(int argc, char **argv)
{
	char path[64], left[PATH_MAX] = "";
	int i;

	workers_init();
	victims = mmap(NULL, VICTIMS * sizeof(*victims), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mkdir(TOP, 0755);
	/*
	 * Each clone is checked, so none may be refused. Empty clones count for their user
	 * until their agents have run, which may take long here.
	 */
	if (mount("none", TOP, "containerfs", 0, "ns,debug,max_user_clones=max"))
		end_with("mount: %s", strerror(errno));
	put(TOP "/release_agent", "/bin/true");
	put(TOP "/notify_on_release", "1");
	for (i = 0; i < FIXED; i++) {
		snprintf(path, sizeof(path), TOP "/c%d", i);
		if (mkdir(path, 0755))
			end_with("mkdir %s: %s", path, strerror(errno));
	}
	workers_run(works, ARRAY_SIZE(works), argc > 1 ? atof(argv[1]) : 20, NULL);

	remove_below(TOP, left);
	if (*left)
		end_with("%s", left);
	everybody_is_in_the_top();
	if (umount(TOP))
		end_with("umount: %s", strerror(errno));
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "none,name=storm%d", i);
		if (mount("none", TOP, "containerfs", 0, path))
			end_with("mount -o %s: %s", path, strerror(errno));
		remove_below(TOP, left);
		if (umount(TOP))
			end_with("umount of storm%d: %s", i, strerror(errno));
	}
	return 0;
}
