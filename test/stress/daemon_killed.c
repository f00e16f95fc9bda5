// SPDX-License-Identifier: GPL-2.0-only
/*
 * A daemon that dies leaves nothing behind
 *
 * The daemon is killed at a random moment, while tasks are in containers and make more. Then
 * the mount answers ENOTCONN, and can be unmounted. The BPF programs that the daemon's
 * descriptors held are gone, so that fork and unshare cost nothing any more. The tasks live
 * on. The next mount starts another daemon, with an empty hierarchy: all tasks are in its
 * top, and clones begin with node1 again. The last time mount.containerfs starts the daemon.
 */
#include <linux/bpf.h>

#include "stress.h"

#define TIMES		8
#define PROGRAMS_MAX	64

static int programs[PROGRAMS_MAX], nr_programs;

/* The ids of the BPF programs that the daemon has loaded. */
static void note_programs(void)
{
	char dir[64], path[PATH_MAX];
	struct dirent *entry;
	char *text, *found;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%d/fdinfo", stress_daemon);
	d = opendir(dir);
	nr_programs = 0;
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (get(path, &text) <= 0 || !(found = strstr(text, "prog_id:")))
			continue;
		if (nr_programs < PROGRAMS_MAX)
			programs[nr_programs++] = atoi(found + 8);
	}
	closedir(d);
	if (!nr_programs)
		fail("the daemon has no BPF program");
}

static bool programs_gone(void)
{
	union bpf_attr attr;
	int fd;

	for (int i = 0; i < nr_programs; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.prog_id = (unsigned int)programs[i];
		fd = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
		if (fd >= 0) {
			close(fd);
			return false;
		}
	}
	return true;
}

static bool mounted(void)
{
	char *text;

	return get("/proc/self/mounts", &text) > 0 && strstr(text, stress_mnt);
}

/* Tasks to be tracked: one forks and unshares for ever, in a container. */
static void __attribute__((noreturn)) busy(void)
{
	pid_t pid;

	put(at("t/tasks"), "0");
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(!!unshare(CLONE_NEWUTS));
		waitpid(pid, NULL, 0);
	}
}

static pid_t child(void (*fn)(void))
{
	pid_t pid = fork();

	if (pid)
		return pid;
	fn();
	_exit(0);
}

static void sit(void)
{
	for (;;)
		pause();
}

static void unshare_and_sit(void)
{
	if (put(at("t/tasks"), "0") || unshare(CLONE_NEWUTS))
		_exit(1);
	sit();
}

/* The hierarchy is like one that was never used. */
static void check_fresh(pid_t sitter)
{
	struct stat st;
	char line[16];
	char *text;
	pid_t pid;

	if (!stat(at("t"), &st))
		fail("t is there before it was made");
	if (get(at("tasks"), &text) <= 0)
		fail("the new top cannot be read");
	snprintf(line, sizeof(line), "\n%d\n", sitter);
	if (!strstr(text, line))
		fail("%d is not in the top", sitter);
	put(at("ns.clone_flags"), "none");
	mkdir(at("t"), 0755);
	put(at("t/ns.clone_flags"), "uts");
	pid = child(unshare_and_sit);
	await(!stat(at("t/node1"), &st), "t/node1");
	if (get(at("t/node1/tasks"), &text) <= 0 || atoi(text) != pid)
		fail("t/node1 lists %s", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (rmdir(at("t/node1")))
		fail("t/node1 cannot be removed");
}

/* The pid of the daemon that mount.containerfs started, and that has become our child. */
static pid_t adopted(void)
{
	char path[64], list[4096], *text, *line;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	if (get(path, &text) <= 0)
		return 0;
	snprintf(list, sizeof(list), "%s", text);
	for (line = strtok(list, " "); line; line = strtok(NULL, " ")) {
		pid = atoi(line);
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (get(path, &text) > 0 && !strcmp(text, "containerfsd\n"))
			return pid;
	}
	return 0;
}

int main(void)
{
	pid_t sitter, tasks[3];
	bool by_mount;
	int status;

	stress_init("daemon");
	sitter = child(sit);
	srandom(1);
	for (int i = 0; i <= TIMES; i++) {
		by_mount = i == TIMES;
		if (!by_mount)
			stress_start(i & 1 ? "4096" : NULL);
		stress_mount("ns");
		if (by_mount) {
			stress_daemon = adopted();
			if (!stress_daemon)
				skip("the daemon does not come to its subreaper");
		}
		check_fresh(sitter);
		if (put_nr(at("t/tasks"), sitter))
			fail("attach");
		note_programs();
		for (int j = 0; j < 3; j++)
			tasks[j] = child(busy);
		usleep((unsigned int)(random() % 200000));
		kill(stress_daemon, SIGKILL);
		waitpid(stress_daemon, &status, 0);
		stress_daemon = 0;
		if (!WIFSIGNALED(status))
			fail("the daemon had ended by itself: %#x", status);
		if (!mkdir(at("x"), 0755) || errno != ENOTCONN)
			fail("mkdir on a dead mount: %s", strerror(errno));
		if (umount(stress_mnt))
			fail("umount: %s", strerror(errno));
		if (mounted())
			fail("the mount is still there");
		for (int j = 0; j < 3; j++) {
			if (kill(tasks[j], SIGKILL))
				fail("a task has died");
			waitpid(tasks[j], NULL, 0);
		}
		if (kill(sitter, 0))
			fail("the sitter has died");
		await(programs_gone(), "BPF programs to go");
		say("%d: killed with %d references to programs, nothing is left", i, nr_programs);
	}
	return 0;
}
