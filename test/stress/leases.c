// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last close of a lease kills, whoever had copies of it
 *
 * First each way in which a descriptor may be copied and lost, by an open directory and by an
 * open file: dup(2), fork(2), exec(2) with and without O_CLOEXEC, a message to a receiver that
 * is killed, a message that nobody has taken, an umount(2) that leaves it open, or that does
 * not. As long as there is a copy, the container lives; after the last one everything in it
 * dies, although nobody asks the daemon anything. How long that took is printed.
 *
 * Then holders of many leases are killed: every container is dead, or removed if the lease
 * said so, and nobody in them is left.
 *
 * With a daemon; or with the argument "module" on the module, which must be loaded.
 */
#include <linux/types.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "stress.h"
#include "../../include/uapi/containerfs.h"

#define ROUNDS		5
#define HOLDERS		10	/* at a time: in all 50 */
#define LEASES		100	/* of each: in all 5000 */
#define VICTIMS		10	/* containers of each holder that have a task: 100 at a time */
#define QUIET_MS	30	/* so long a container must live that should */

/* --- one lease --- */

enum kind { DIRECTORY, FILE_KILL, DIRECTORY_REMOVE, FILE_REMOVE, NR_KINDS };

/* Lease the container @path: the descriptor, or -errno. */
static int lease(const char *path, enum kind kind, int flags)
{
	bool is_file = kind == FILE_KILL || kind == FILE_REMOVE;
	bool remove = kind >= DIRECTORY_REMOVE;
	__u32 arg = CONTAINERFS_LEASE_KILL | (remove ? CONTAINERFS_LEASE_REMOVE : 0);
	const char *text = remove ? "kill remove" : "kill";
	char file[PATH_MAX + 32];
	int fd, ret;

	snprintf(file, sizeof(file), "%s%s", path, is_file ? "/container.lease" : "");
	fd = open(file, (is_file ? O_WRONLY : O_RDONLY | O_DIRECTORY) | flags);
	if (fd < 0)
		return -errno;
	ret = is_file ? write(fd, text, strlen(text)) < 0 : ioctl(fd, CONTAINERFS_IOC_LEASE, &arg);
	if (!ret)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/* A task in the container @path, which sleeps until it is killed, and has a child in there. */
static pid_t victim(const char *path)
{
	char procs[PATH_MAX + 32];
	pid_t pid = fork();

	if (pid)
		return pid;
	close_range(3, ~0U, 0);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	if (put(procs, "0"))
		_exit(1);
	if (fork() < 0)
		_exit(1);
	for (;;)
		pause();
}

static bool is_dead(const char *path)
{
	char events[PATH_MAX + 32];

	snprintf(events, sizeof(events), "%s/container.events", path);
	return get_key(events, "dead") == 1;
}

/* --- the ways to copy and lose one --- */

static const char *const cont = "one";
static pid_t in_it;
static double worst, sum;
static int nr_deaths;

static int begin(enum kind kind, int flags)
{
	int fd;

	await(!mkdir(at("%s", cont), 0755) || errno != EEXIST, "the container to be removed");
	in_it = victim(at("%s", cont));
	await(get_key(at("%s/container.events", cont), "tasks") == 2, "tasks in the container");
	fd = lease(at("%s", cont), kind, flags);
	if (fd < 0)
		fail("lease %d: %s", kind, strerror(-fd));
	return fd;
}

static void must_live(const char *why)
{
	usleep(QUIET_MS * 1000);
	if (waitpid(in_it, NULL, WNOHANG) || is_dead(at("%s", cont)))
		fail("the container died although %s", why);
}

/* The last copy was closed at @since. */
static void must_die(enum kind kind, double since, const char *how)
{
	double took;
	int status;

	/* nobody asks the daemon meanwhile */
	for (;;) {
		if (waitpid(in_it, &status, WNOHANG) > 0)
			break;
		if (now() - since > 20)
			fail("%s: the container lives on", how);
		usleep(50);
	}
	took = now() - since;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("%s: the task ended with %#x", how, status);
	sum += took;
	nr_deaths++;
	if (took > worst)
		worst = took;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (kind >= DIRECTORY_REMOVE) {
		await(access(at("%s", cont), F_OK) && errno == ENOENT, "the removal");
		return;
	}
	if (!is_dead(at("%s", cont)))
		fail("%s: it is not dead", how);
	if (put(at("%s/cgroup.procs", cont), "0") != -ECANCELED)
		fail("%s: it was entered after its death", how);
	if (lease(at("%s", cont), kind, O_CLOEXEC) != -ECANCELED)
		fail("%s: it was leased after its death", how);
	await(!rmdir(at("%s", cont)), "the end of its tasks");
}

static void send_fd(int sock, int fd)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(int))];
	} u = { 0 };
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
		.msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(sock, &msg, 0) != 1)
		fail("sendmsg: %s", strerror(errno));
}

static void receive(int sock)
{
	char buf[256], byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf,
		.msg_controllen = sizeof(buf),
	};

	if (recvmsg(sock, &msg, 0) != 1)
		_exit(1);
}

static double kill_now(pid_t pid)
{
	double since = now();

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return since;
}

static void by_close(enum kind kind)
{
	int fd = begin(kind, O_CLOEXEC), copy = dup(fd);
	double since;

	close(fd);
	must_live("a duplicate is open");
	since = now();
	close(copy);
	must_die(kind, since, "close");
}

static void by_fork(enum kind kind)
{
	int fd = begin(kind, O_CLOEXEC);
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	close(fd);
	must_live("a child has it");
	must_die(kind, kill_now(pid), "a child that is killed");
}

static void by_exec(enum kind kind, int flags)
{
	int fd = begin(kind, flags), to[2];
	double since;
	pid_t pid;
	char c;

	/* its end is told by the pipe, which exec closes */
	if (pipe2(to, O_CLOEXEC))
		fail("pipe");
	pid = fork();
	if (!pid) {
		close(to[0]);
		execl("/bin/sleep", "sleep", "600", NULL);
		_exit(1);
	}
	close(to[1]);
	if (flags) {
		if (read(to[0], &c, 1))
			fail("exec");
		must_live("this process has it");
		since = now();
		close(fd);
		must_die(kind, since, "a child that called exec has no copy");
		kill_now(pid);
	} else {
		close(fd);
		if (read(to[0], &c, 1))
			fail("exec");
		must_live("a program has it");
		must_die(kind, kill_now(pid), "a program that is killed");
	}
	close(to[0]);
}

static void by_message(enum kind kind, bool taken)
{
	int fd = begin(kind, O_CLOEXEC), s[2];
	double since;
	pid_t pid = 0;
	char c;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s))
		fail("socketpair");
	if (taken) {
		pid = fork();
		if (!pid) {
			close(fd);
			close(s[0]);
			receive(s[1]);
			if (write(s[1], "", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
	}
	send_fd(s[0], fd);
	close(fd);
	if (taken) {
		close(s[1]);
		if (read(s[0], &c, 1) != 1)
			fail("the receiver");
		must_live("a receiver has it");
		since = kill_now(pid);
		close(s[0]);
		must_die(kind, since, "a receiver that is killed");
		return;
	}
	must_live("it is in a message");
	since = now();
	close(s[0]);
	close(s[1]);
	must_die(kind, since, "a message that nobody took");
}

/* Nobody can look at the hierarchy, and nothing of it but the lease is open. */
static void by_umount(enum kind kind)
{
	int fd = begin(kind, O_CLOEXEC);
	double since;

	if (umount2(stress_mnt, MNT_DETACH))
		fail("umount: %s", strerror(errno));
	usleep(QUIET_MS * 1000);
	if (waitpid(in_it, NULL, WNOHANG))
		fail("the container died although its lease is open without a mount");
	since = now();
	close(fd);
	while (!waitpid(in_it, NULL, WNOHANG)) {
		if (now() - since > 20)
			fail("the lease was the last of the hierarchy: the container lives on");
		usleep(50);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	stress_mount("ns,name=leases");
	if (kind < DIRECTORY_REMOVE)
		await(!rmdir(at("%s", cont)), "the end of its tasks");
	else
		await(access(at("%s", cont), F_OK), "the removal");
}

/* A forced umount(2) ends the connection, and with it all that is open; the mount is made anew. */
static void by_force(enum kind kind)
{
	int fd = begin(kind, O_CLOEXEC);

	if (!umount2(stress_mnt, MNT_FORCE))
		fail("a mount that is in use was unmounted");
	await(waitpid(in_it, NULL, WNOHANG) > 0, "the end of a lease by force");
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	await(!access(at("keep"), F_OK), "the new mount");
	if (fcntl(fd, F_GETFD) < 0)
		fail("the lease is not open");
	close(fd);
	if (kind < DIRECTORY_REMOVE)
		await(!rmdir(at("%s", cont)), "the end of its tasks");
	else
		await(access(at("%s", cont), F_OK), "the removal");
}

/* An open without more is no lease, nor is a lease's directory that is opened again. */
static void by_reading(void)
{
	int fd = begin(DIRECTORY, O_CLOEXEC), other;
	char *text;

	other = open(at("%s", cont), O_RDONLY | O_DIRECTORY);
	close(other);
	other = open(at("%s/container.lease", cont), O_WRONLY);
	close(other);
	other = open(at("%s", cont), O_PATH);
	if (ioctl(other, CONTAINERFS_IOC_LEASE, &(__u32){ 1 }) != -1 || errno != EBADF)
		fail("O_PATH is a lease");
	close(other);
	get(at("%s/container.events", cont), &text);
	must_live("only a reader has closed");
	close(fd);
	must_die(DIRECTORY, now(), "close");
}

/* --- holders that are killed --- */

/* Runs in a child: lease LEASES containers, tell, and wait to be killed. */
static void hold_many(int holder, int ready)
{
	const char *path;
	int fd;

	for (int i = 0; i < LEASES; i++) {
		path = at("h%d/c%d", holder, i);
		if (mkdir(path, 0755))
			_exit(1);
		/* a victim is this process's child, and is adopted by the main process */
		if (i < VICTIMS)
			victim(path);
		fd = lease(path, i % NR_KINDS, O_CLOEXEC);
		if (fd < 0 || (i % 7 == 0 && dup(fd) < 0))
			_exit(1);
	}
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int count_left(int holder)
{
	const char *path;
	int nr = 0;

	for (int i = 0; i < LEASES; i++) {
		path = at("h%d/c%d", holder, i);
		nr += i % NR_KINDS >= DIRECTORY_REMOVE ? !access(path, F_OK) : !is_dead(path);
	}
	return nr;
}

static void holders(int round)
{
	pid_t pid[HOLDERS];
	int ready[2];
	char c;

	if (pipe(ready))
		fail("pipe");
	for (int i = 0; i < HOLDERS; i++) {
		char dir[PATH_MAX];

		snprintf(dir, sizeof(dir), "%s/h%d", stress_mnt, i);
		mkdir(dir, 0755);
		pid[i] = fork();
		if (!pid[i]) {
			close(ready[0]);
			hold_many(i, ready[1]);
		}
	}
	close(ready[1]);
	for (int i = 0; i < HOLDERS; i++)
		if (read(ready[0], &c, 1) != 1)
			fail("a holder of round %d has ended", round);
	close(ready[0]);
	for (int i = 0; i < HOLDERS; i++)
		kill(pid[i], SIGKILL);
	/* holders, victims and the children of these: all become this process's, and die */
	for (double end = now() + 30; a_child();) {
		if (now() > end)
			fail("somebody is left of round %d", round);
		pid_t gone = waitpid(-1, NULL, WNOHANG);

		if (gone > 0 && gone == stress_daemon)
			fail("the daemon has ended");
		usleep(1000);
	}
	for (int i = 0; i < HOLDERS; i++) {
		await(!count_left(i), "all containers of a holder to die");
		remove_below(at("h%d", i));
		await(!rmdir(at("h%d", i)), "the holder's container");
	}
}

int main(int argc, char **argv)
{
	bool module = argc > 1 && !strcmp(argv[1], "module");

	stress_init("leases");
	if (!module)
		stress_start(NULL);
	stress_mount("ns,name=leases");
	put(at("ns.clone_flags"), "none");
	/* the hierarchy, and with it the daemon, lives on without a mount */
	mkdir(at("keep"), 0755);
	for (int kind = 0; kind < NR_KINDS; kind++) {
		for (int i = 0; i < 3; i++)
			by_close(kind);
		by_fork(kind);
		by_exec(kind, O_CLOEXEC);
		by_exec(kind, 0);
		by_message(kind, true);
		by_message(kind, false);
		by_umount(kind);
		/* the module has no connection that could be ended */
		if (!module)
			by_force(kind);
	}
	by_reading();
	say("%d deaths by one lease: mean %.1f ms, longest %.1f ms", nr_deaths,
	    sum / nr_deaths * 1000, worst * 1000);
	for (int round = 0; round < ROUNDS; round++) {
		double since = now();

		holders(round);
		say("round %d: %d leases of %d killed holders, %.1f s", round, LEASES * HOLDERS,
		    HOLDERS, now() - since);
	}
	if (!module) {
		await(counter("tracked") == 0, "tasks to be gone");
		stress_stop();
		return 0;
	}
	remove_below(stress_mnt);
	if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
	return 0;
}
