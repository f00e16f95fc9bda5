// SPDX-License-Identifier: GPL-2.0-only
/*
 * One daemon a socket (endpoint.h), and the way into the background.
 *
 * SOCKET.lock beside the socket (endpoint.h) has two locks (of the open file, so that they
 * survive the fork).  STARTING is held from here until the socket listens, RUNNING as long
 * as the daemon lives.  A daemon that finds STARTING taken waits until the other daemon
 * answers, and then is not needed.  A daemon that finds only RUNNING taken, and gets no
 * answer, waits for the end of the other daemon, which is just ending.  Locks vanish
 * with their process, however it dies, so a socket that is found by the holder of both
 * locks is stale.
 *
 * The fork comes first, before threads and engine state.  The parent waits for one byte
 * of its child, which says that the socket listens.  If the child dies before, the
 * parent exits with its status; the child has said why on standard error.
 *
 * The directory is kept by descriptor, because the daemon may leave the mount namespace
 * of the socket's path.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "daemon.h"
#include "common/endpoint.h"
#include "failure.h"
#include "view/view.h"

/* how long, in seconds, another daemon may take to start or to end */
#define PATIENCE	30

static struct {
	struct sockaddr_un	addr;	/* the socket, from its directory */
	int			dir;
	int			lock;
	int			sock;
	int			ready;	/* pipe to the parent, or -1 */
} start = { .dir = -1, .lock = -1, .sock = -1, .ready = -1 };

static int lock_set(int which, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = which, .l_len = 1 };

	return fcntl(start.lock, type == F_UNLCK ? F_OFD_SETLK : F_OFD_SETLKW, &fl) ? -errno : 0;
}

static void on_alarm(int sig)
{
}

/* Wait for a lock, at most PATIENCE seconds: then -EINTR. */
static int lock_wait(int which)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	int err;

	sigaction(SIGALRM, &sa, NULL);
	alarm(PATIENCE);
	err = lock_set(which, F_WRLCK);
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	return err;
}

/* Open the directory of the socket, or make it; only root may be able to write there. */
static int open_dir(const char *where)
{
	struct stat st;
	int err;

	start.dir = endpoint_dir(where, true, &start.addr);
	err = start.dir < 0 ? start.dir : fstat(start.dir, &st) || fchdir(start.dir) ? -errno : 0;
	if (err)
		return failure_log(FAILURE_SOCKET, err, endpoint_show(where));
	if (st.st_uid || st.st_mode & 022)
		return failure_log(FAILURE_SOCKET_DIRECTORY, 0, endpoint_show(where));
	return 0;
}

static bool another_answers(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && !connect(fd, (const struct sockaddr *)&start.addr, sizeof(start.addr));

	if (fd >= 0)
		close(fd);
	return yes;
}

static int bind_socket(const char *where)
{
	mode_t mask = umask(0177);
	int err = 0;

	unlinkat(start.dir, start.addr.sun_path, 0);
	start.sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (start.sock < 0 ||
	    bind(start.sock, (const struct sockaddr *)&start.addr, sizeof(start.addr)))
		err = failure_log(FAILURE_SOCKET, -errno, endpoint_show(where));
	umask(mask);
	return err;
}

/*
 * Write which process holds the locks, for the message of a daemon that waits too long, and
 * what it has mounted, for what is done after its death.
 */
static void write_owner(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (f) {
		fprintf(f, "%d\n", getpid());
		for (struct super *s = super_first(); s; s = s->next)
			fprintf(f, "%u:%u\n", major(s->dev), minor(s->dev));
	}
	/* a limit of file sizes that could not be raised may forbid it */
	signal(SIGXFSZ, SIG_IGN);
	if (!f || fclose(f) || pwrite(start.lock, text, size, 0) != (ssize_t)size ||
	    ftruncate(start.lock, (off_t)size))
		log_debug("the lock does not name its owner: %s", strerror(errno));
	signal(SIGXFSZ, SIG_DFL);
	free(text);
}

static const char *read_owner(void)
{
	static char text[32];
	char pid[16] = "";

	if (pread(start.lock, pid, sizeof(pid) - 1, 0) <= 0)
		return NULL;
	snprintf(text, sizeof(text), "process %d", atoi(pid));
	return text;
}

/* The parent: wait until the child is ready or has failed, and exit. */
static void __attribute__((noreturn)) wait_ready(int fd, pid_t pid)
{
	char byte;
	int status;

	if (read(fd, &byte, 1) == 1)
		_exit(EXIT_SUCCESS);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
	log_err("died while starting%s%s", WIFSIGNALED(status) ? ": " : "",
		WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	_exit(EXIT_FAILURE);
}

static int background(void)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) || (pid = fork()) < 0) {
		return failure_log(FAILURE_FORK, -errno, NULL);
	}
	if (pid) {
		close(fds[1]);
		wait_ready(fds[0], pid);
	}
	close(fds[0]);
	start.ready = fds[1];
	setsid();
	return 0;
}

int start_daemon(const char *where, bool foreground)
{
	/* files that the caller had open */
	close_range(3, ~0U, 0);
	if (open_dir(where))
		return EXIT_FAILURE;
	start.lock = endpoint_lock_file(start.dir, &start.addr, O_RDWR | O_CREAT);
	if (start.lock < 0) {
		failure_log(FAILURE_SOCKET, start.lock, endpoint_show(where));
		return EXIT_FAILURE;
	}
	if (lock_wait(ENDPOINT_LOCK_STARTING)) {
		failure_log(FAILURE_STARTING, 0, read_owner());
		return EXIT_FAILURE;
	}
	if (another_answers()) {
		printf("containerfsd: already running at %s\n", endpoint_show(where));
		return CONTROL_EXIT_RUNNING;
	}
	if (lock_wait(ENDPOINT_LOCK_RUNNING)) {
		failure_log(FAILURE_ENDING, 0, read_owner());
		return EXIT_FAILURE;
	}
	if (!foreground && background())
		return EXIT_FAILURE;
	write_owner();
	super_watch(write_owner);
	return bind_socket(where) || chdir("/") ? EXIT_FAILURE : 0;
}

int start_listen(void)
{
	return listen(start.sock, SOMAXCONN) ? -errno : start.sock;
}

void start_ready(enum log_level max, bool to_syslog)
{
	int null;

	lock_set(ENDPOINT_LOCK_STARTING, F_UNLCK);
	if (start.ready < 0) {
		log_set(max, to_syslog);
		return;
	}
	log_set(max, true);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (write(start.ready, "", 1) != 1)
		log_debug("nobody waits for this daemon");
	close(start.ready);
	start.ready = -1;
}

void start_exit(void)
{
	unlinkat(start.dir, start.addr.sun_path, 0);
	close(start.dir);
	/* the lock stays until the process is gone */
}
