// SPDX-License-Identifier: GPL-2.0-only
/* A child that does what it is told: see puppet.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "puppet.h"
#include "tests.h"

static void *quiet_thread(void *arg)
{
	while (!pause())
		;
	return arg;
}

static void *exec_thread(void *arg)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", *(int *)arg);
	execl("/proc/self/exe", "storm", "--storm-exec", "7", "7", fd, "stay",
	      (char *)NULL);
	_exit(1);
}

/* To what it is. */
int set_affinity(pid_t pid)
{
	cpu_set_t cpus;

	return sched_getaffinity(pid, sizeof(cpus), &cpus) ||
	       sched_setaffinity(pid, sizeof(cpus), &cpus) ? -errno : 0;
}

static int fake_ipc(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLONE_NEWIPC, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) ? -errno : 0;
}

static int join_uts(pid_t pid)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 || setns(fd, CLONE_NEWUTS) ? -errno : 0;
	close(fd);
	return err;
}

static int32_t obey(char c, int to)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	static pthread_t thread;
	pid_t pid;

	switch (c) {
	case 'f':	/* a child that stays */
	case 'c':	/* a child that stays, with namespaces */
		args.flags = c == 'c' ? CLONE_NEWUTS | CLONE_NEWIPC : 0;
		pid = syscall(SYS_clone3, &args, sizeof(args));
		while (!pid)
			pause();
		return pid;
	case 'u':
		return unshare(CLONE_NEWUTS) ? -errno : 0;
	case 'U':	/* become NOBODY, in a user namespace */
		if (syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY))
			return -errno;
		return unshare(CLONE_NEWUSER | CLONE_NEWUTS) ? -errno : 0;
	case 'F':	/* from now on a filter answers 0 to unshare */
		return fake_ipc();
	case 'i':
		return unshare(CLONE_NEWIPC) ? -errno : 0;
	case 'S':	/* setns to the parent's namespaces */
		return join_uts(getppid());
	case 'b':	/* the kernel refuses this unshare */
		return unshare(CLONE_NEWUTS | CLONE_THREAD | 1) ? -errno : 0;
	case 's':	/* this unshare makes no namespace */
		return unshare(CLONE_FILES) ? -errno : 0;
	case 't':
		return pthread_create(&thread, NULL, quiet_thread, NULL);
	case 'e':
		pthread_create(&thread, NULL, exec_thread, &to);
		pthread_join(thread, NULL);
		return -1;
	case 'a':
		return set_affinity(0);
	case 'A':
		return set_affinity(getpid());
	case 'o':	/* set the affinity of the parent, whose number is known */
		return set_affinity(getppid());
	case 'n':	/* set the affinity of task 1 of a pid namespace */
		args.flags = CLONE_NEWPID;
		pid = syscall(SYS_clone3, &args, sizeof(args));
		if (!pid) {
			pid = fork();
			if (!pid)
				_exit(set_affinity(1));
			_exit(waitpid(pid, NULL, 0) != pid);
		}
		return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
	case 'p':
		args.flags = CLONE_NEWPID;
		pid = syscall(SYS_clone3, &args, sizeof(args));
		while (!pid)
			pause();
		return pid;
	}
	return 0;
}

void puppet_start(struct puppet *p)
{
	int to[2], from[2];
	int32_t answer;
	char c;

	ck_assert_int_eq(pipe2(to, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe(from), 0);
	p->pid = child();
	if (!p->pid) {
		close(to[1]);
		close(from[0]);
		while (read(to[0], &c, 1) == 1) {
			answer = obey(c, from[1]);
			if (write(from[1], &answer, sizeof(answer)) < 0)
				break;
		}
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	p->to = to[1];
	p->from = from[0];
}

int tell(struct puppet *p, char c)
{
	ck_assert_int_eq(write(p->to, &c, 1), 1);
	ck_assert_int_eq(read(p->from, &p->answer, sizeof(p->answer)),
			 sizeof(p->answer));
	return p->answer;
}

void puppet_end(struct puppet *p)
{
	close(p->to);
	reap(p->pid);
	close(p->from);
}

uint64_t id_of(struct fixture *f, pid_t tid)
{
	struct entry *e;

	ck_assert_int_ge(task_events_drain(f->te), 0);
	e = replica_find_tid(&f->replica, tid);
	return e ? te_word_id(e->word) : 0;
}

void kill_one(pid_t pid)
{
	kill(pid, SIGKILL);
}

bool readable(struct fixture *f)
{
	struct pollfd fd = { .fd = task_events_fd(f->te), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

bool woken(struct fixture *f)
{
	struct pollfd fd = { .fd = task_events_fd(f->te), .events = POLLIN };

	return poll(&fd, 1, 5000) == 1;
}
