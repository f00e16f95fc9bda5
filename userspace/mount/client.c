// SPDX-License-Identifier: GPL-2.0-only
/*
 * A conversation with containerfsd: find a daemon or start one, and ask it.
 *
 * A daemon may be just ending when it is asked.  Then it refuses the connection, or
 * closes it without an answer, and has done nothing.  The next attempt starts another
 * daemon, which waits for the end of the former.  The number of attempts is bounded.
 * Nothing here sleeps, because each attempt makes progress on the daemon's side.  Two
 * helpers may start a daemon at the same time: then one of the daemons finds the
 * other running, and says so by its exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/endpoint.h"
#include "common/exchange.h"
#include "mount.h"

#ifndef CONTAINERFSD_PATH
#define CONTAINERFSD_PATH "/usr/local/sbin/containerfsd"
#endif

#define ATTEMPTS	20
#define PATIENCE	30	/* seconds until a daemon that does not answer is given up */

static int __attribute__((format(printf, 3, 4))) fail_reply(struct control_reply *reply,
							      int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply->text, sizeof(reply->text), fmt, ap);
	va_end(ap);
	return err;
}

/* Where the daemon is installed, or beside this program if that was not installed. */
static const char *daemon_path(void)
{
	static char beside[PATH_MAX + sizeof("/containerfsd")];
	const char *path = secure_getenv("CONTAINERFSD");
	ssize_t n;

	if (path)
		return path;
	if (!access(CONTAINERFSD_PATH, F_OK))
		return CONTAINERFSD_PATH;
	n = readlink("/proc/self/exe", beside, PATH_MAX - 1);
	if (n <= 0)
		return CONTAINERFSD_PATH;
	beside[n] = '\0';
	strcpy(strrchr(beside, '/'), "/containerfsd");
	return access(beside, X_OK) ? CONTAINERFSD_PATH : beside;
}

/* 0: a daemon listens now, which this process or another one has started. */
static int start_daemon(struct control_reply *reply)
{
	const char *path = daemon_path();
	char *argv[] = { (char *)"containerfsd", (char *)"--socket", (char *)exchange_where(), NULL };
	/* the daemon gets nothing of the caller's environment */
	char *env[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status, err;

	stale_unmount();
	if (verbose)
		printf("mount.containerfs: starting %s\n", path);
	fflush(stdout);
	signal(SIGCHLD, SIG_DFL);
	/* stdout would only say that another daemon runs; errors come on stderr */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawn(&pid, path, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return fail_reply(reply, -err, "cannot run %s: %s", path, strerror(err));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail_reply(reply, -errno, "%s: %s", path, strerror(errno));
	if (WIFEXITED(status) && (!WEXITSTATUS(status) ||
				  WEXITSTATUS(status) == CONTROL_EXIT_RUNNING))
		return 0;
	return fail_reply(reply, -ENOTCONN, "containerfsd did not start: its own message, above, says why; see containerfsd(8), DIAGNOSTICS");
}

static int connect_daemon(struct control_reply *reply)
{
	int sock = endpoint_connect(exchange_where());

	if (sock < 0)
		fail_reply(reply, sock, "cannot reach containerfsd at %s: %s",
			   endpoint_show(exchange_where()), strerror(-sock));
	return sock;
}

/* Did the daemon end before it answered, or is there none? */
static bool is_gone(int err)
{
	return err == -ECONNRESET || err == -EPIPE || err == -ECONNREFUSED || err == -ENOENT;
}

int client_ask(const struct control_request *rq, int send, bool start,
	       struct control_reply *reply, int *received)
{
	int err = 0, sock, fd = -1;

	for (int i = 0; i < ATTEMPTS; i++) {
		sock = connect_daemon(reply);
		if (sock < 0 && !(start && is_gone(sock)))
			return sock;
		if (sock < 0) {
			err = start_daemon(reply);
			if (err)
				return err;
			continue;
		}
		err = exchange(sock, rq, send, PATIENCE, reply, &fd);
		close(sock);
		if (err == -ETIMEDOUT)
			return err;
		if (!err) {
			if (received)
				*received = fd;
			else if (fd >= 0)
				close(fd);
			return 0;
		}
		if (!is_gone(err))
			return fail_reply(reply, err, "containerfsd does not answer: %s",
					  strerror(-err));
	}
	return fail_reply(reply, -ENOTCONN, "no containerfsd can be reached at %s",
			  endpoint_show(exchange_where()));
}
