// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL in the middle of any call changes nothing else
 *
 * Clients do all that the file system offers (make, remove, rename, attach, read, list, hold
 * open, poll, unshare, mount), and are killed after a random moment, with their children.
 * Meanwhile a bystander sits in a container that no client touches. In the end the bystander
 * is where it was, everything can be removed, and the daemon has as many descriptors as at
 * the start, no task and one id. It ends with the last mount.
 */
#include <poll.h>
#include <sys/xattr.h>

#include "stress.h"

#define ROUNDS	4000
#define CLIENTS	4

static char mnt2[96];

static void __attribute__((noreturn)) client(unsigned int seed)
{
	char path[PATH_MAX], *text;
	struct pollfd pfd;
	DIR *d;

	srandom(seed);
	setpgid(0, 0);
	for (;;) {
		snprintf(path, sizeof(path), "%s/t/k%ld", stress_mnt, random() % 4);
		switch (random() % 16) {
		case 0:
		case 1:
			mkdir(path, 0755);
			break;
		case 2:
			rmdir(path);
			break;
		case 3:
			rename(path, at("t/k%ld", random() % 4));
			break;
		case 4:
		case 5:
			strcat(path, "/tasks");
			put(path, "0");
			break;
		case 6:
			strcat(path, "/cgroup.procs");
			put_nr(path, getpid());
			break;
		case 7:
			if (!fork())
				for (;;)
					pause();
			break;
		case 8:
			strcat(path, "/tasks");
			get(path, &text);
			break;
		case 9:
			get(at("tasks"), &text);
			break;
		case 10:
			d = opendir(at("t"));
			while (readdir(d))
				;
			break;
		case 11:
			strcat(path, "/container.events");
			pfd.fd = open(path, O_RDONLY);
			pfd.events = POLLPRI;
			if (pfd.fd >= 0 && poll(&pfd, 1, 0) >= 0 && get(path, &text) > 0)
				poll(&pfd, 1, 1);
			break;
		case 12:
			unshare(CLONE_NEWUTS);
			break;
		case 13:
			get(at("container.where"), &text);
			chmod(path, 0700 + random() % 0100);
			setxattr(path, "user.seed", &seed, sizeof(seed), 0);
			break;
		case 14:
			put(at("t/ns.next_name"), "next");
			strcat(path, "/notify_on_release");
			put(path, random() & 1 ? "1" : "0");
			break;
		default:
			strcat(path, "/container.kill");
			put(path, "1");
		}
	}
}

/* Mount, or be killed meanwhile. */
static pid_t mounter(int nr)
{
	char program[PATH_MAX + 32], options[32];
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	snprintf(program, sizeof(program), "%s/mount.containerfs", stress_build);
	snprintf(options, sizeof(options), "none,name=k%d", nr % 3);
	execl(program, program, "none", mnt2, "-o", options, NULL);
	_exit(1);
}

static void unmount2(void)
{
	while (!umount2(mnt2, MNT_DETACH))
		;
}

static void kill_group(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	pid_t bystander, pids[CLIENTS] = { 0 };
	double last = 0;
	char *text;
	int fds, slot;

	stress_init("killed");
	snprintf(mnt2, sizeof(mnt2), "%s/m2", stress_dir);
	stress_start(NULL);
	stress_mount("ns");
	put(at("ns.clone_flags"), "none");
	mkdir(at("t"), 0755);
	mkdir(at("quiet"), 0755);
	mkdir(mnt2, 0755);
	put(at("t/ns.clone_flags"), "uts");
	bystander = fork();
	if (!bystander) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	if (put_nr(at("quiet/tasks"), bystander))
		fail("attach");
	fds = stress_daemon_fds();
	srandom(1);
	for (int i = 0; i < ROUNDS; i++) {
		slot = i % CLIENTS;
		if (pids[slot])
			kill_group(pids[slot]);
		if (i % 8 == 7) {
			pids[slot] = mounter(i);
		} else {
			pids[slot] = fork();
			if (!pids[slot])
				client((unsigned int)i);
		}
		usleep((unsigned int)(random() % 3000));
		if (waitpid(stress_daemon, NULL, WNOHANG))
			fail("the daemon has ended");
		if (i % 100 == 0)
			unmount2();
		if (now() - last > 2) {
			last = now();
			say("round %d of %d", i, ROUNDS);
		}
	}
	for (slot = 0; slot < CLIENTS; slot++)
		kill_group(pids[slot]);
	unmount2();
	rmdir(mnt2);
	if (get(at("quiet/tasks"), &text) <= 0 || atoi(text) != bystander || kill(bystander, 0))
		fail("the bystander was disturbed: quiet lists %s", text);
	/* Children that unshare has moved are not in the process group of their parents. */
	stress_kill_children();
	await(get_key(at("container.events"), "populated") != -1, "an answer");
	remove_below(stress_mnt);
	await(counter("tracked") == 0 && counter("ids") == 1, "tasks and ids to be gone");
	await(stress_daemon_fds() <= fds, "descriptors to be closed");
	if (counter("unknown_ids"))
		fail("ids that nobody knew");
	stress_stop();
	return 0;
}
