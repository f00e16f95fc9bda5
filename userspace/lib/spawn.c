// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program is run in a container.
 *
 * The child shares the caller's memory until it calls execve(2), where nobody in the
 * container could look into it who may not look into the caller. Otherwise it has a copy, and
 * is hidden. A process that is in the memory of the caller cannot be hidden by itself,
 * because that is a property of the memory, which all of the caller's threads have. It is
 * seen otherwise if
 *  - it enters a user namespace, whose root may trace whoever is in it;
 *  - it changes its user, so that another process of that user may trace it;
 *  - it is born in a PID namespace, where processes see it that do not see the caller. Those
 *    with CAP_SYS_PTRACE could trace a hidden one, too; so it matters if the caller lacks that.
 * And a time namespace does not take a process that shares its memory.
 *
 * The caller sleeps until execve(2), so the child attaches itself.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#ifndef NSIG
#define NSIG	_NSIG
#endif

struct spawn {
	struct gate	*gate;
	const char	*file, *path;
	char *const	*argv, *const *envp;
	const sigset_t	*mask;
	bool		hide;
	struct word	*word;		/* what came of it */
};

static bool may_trace(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	return !syscall(SYS_capget, &head, data) && data[0].effective & 1u << CAP_SYS_PTRACE;
}

static bool spawn_copies(const struct held *held)
{
	if (held->types & (CLONE_NEWUSER | CLONE_NEWTIME))
		return true;
	if (held->types & CONTAINERFS_HOLD_CRED) {
		uid_t u[3];
		gid_t g[3];

		if (getresuid(&u[0], &u[1], &u[2]) || getresgid(&g[0], &g[1], &g[2]))
			return true;
		if (u[0] != held->uid || u[1] != held->uid || u[2] != held->uid ||
		    g[0] != held->gid || g[1] != held->gid || g[2] != held->gid)
			return true;
	}
	return held->types & CLONE_NEWPID && !may_trace();
}

/* A handler would run in the caller's memory. */
static void no_handlers(void)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	struct sigaction sa;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		if (!sigaction(sig, NULL, &sa) && sa.sa_handler != SIG_DFL && sa.sa_handler != SIG_IGN)
			sigaction(sig, &dfl, NULL);
}

/* Would execve(2) find it?  What else is wrong with it, that alone will tell. */
static int look(const char *path)
{
	struct stat st;

	if (stat(path, &st) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS))
		return errno;
	return S_ISREG(st.st_mode) ? 0 : EACCES;
}

/* As execvp(3) looks: an error other than that of a missing file is remembered. */
static int find(const struct spawn *s, char *buf, size_t size)
{
	size_t len = strlen(s->file), dir;
	const char *p, *end;
	int err, seen = ENOENT;

	if (!len)
		return ENOENT;
	if (strchr(s->file, '/')) {
		if (len >= size)
			return ENAMETOOLONG;
		memcpy(buf, s->file, len + 1);
		return look(buf);
	}
	for (p = s->path; ; p = end + 1) {
		end = strchrnul(p, ':');
		dir = (size_t)(end - p);
		if (dir + 1 + len < size) {
			memcpy(buf, p, dir);
			if (dir)
				buf[dir++] = '/';
			memcpy(buf + dir, s->file, len + 1);
			err = look(buf);
			if (!err)
				return 0;
			if (err == EACCES)
				seen = EACCES;
			else if (err != ENOENT && err != ENOTDIR)
				return err;
		}
		if (!*end)
			return seen;
	}
}

static int spawn_enter(struct spawn *s, char *buf, size_t size)
{
	int err = s->hide ? enter_hidden() : 0;

	/* before it gives up the right to */
	if (!err && write_text(s->gate->procs, "0"))
		err = errno;
	if (!err)
		err = enter_held(&s->gate->held);
	if (!err)
		err = find(s, buf, size);
	if (!err && gate_is_init(s->gate, s->word->pid) && write_text(s->gate->init, "0"))
		err = errno;
	return err;
}

static int spawn_child(void *arg)
{
	struct spawn *s = arg;
	char buf[PATH_MAX];

	s->word->pid = (int)syscall(SYS_getpid);
	s->word->error = spawn_enter(s, buf, sizeof(buf));
	if (!s->word->error) {
		no_handlers();
		sigprocmask(SIG_SETMASK, s->mask, NULL);
		execve(buf, s->argv, s->envp);
		s->word->error = errno;
	}
	return 127;
}

static pid_t spawn_start(struct spawn *s, int *pidfd)
{
	int flags = CLONE_VFORK | SIGCHLD | (s->hide ? 0 : CLONE_VM), fd = -1;
	struct gate *gate = s->gate;
	struct thread_pidns there;
	pid_t pid;

	if (thread_go(&there, gate->held.ns[NS_pid]))
		return -1;
	pid = child_start(spawn_child, s, flags, &fd);
	if (pid < 0)
		errno = gate_fork_error(gate, errno);
	thread_back(&there);
	if (pid < 0)
		return -1;
	if (!s->word->error) {
		if (pidfd)
			*pidfd = fd;
		else
			close_fd(fd);
		return pid;
	}
	close_fd(fd);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	gate->taken = gate->held.types & CLONE_NEWPID && s->word->pid == 1;
	errno = s->word->error;
	return -1;
}

API pid_t container_spawn(int cfd, unsigned int flags, int *pidfd, const char *file,
			  char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	struct gate gate;
	struct calm calm;
	struct spawn s = {
		.gate = &gate, .file = file, .path = path ? path : "/bin:/usr/bin",
		.argv = argv, .envp = envp, .mask = &calm.mask,
	};
	pid_t pid = -1;

	calm_begin(&calm);
	if (gate_open(&gate, cfd, flags))
		goto out;
	s.hide = spawn_copies(&gate.held);
	s.word = shared_alloc(sizeof(*s.word));
	if (s.word) {
		/* a child that is killed before it has said anything */
		s.word->error = ECANCELED;
		pid = spawn_start(&s, pidfd);
	}
	shared_free(s.word, sizeof(*s.word));
	gate_close(&gate);
out:
	calm_end(&calm);
	return pid;
}
