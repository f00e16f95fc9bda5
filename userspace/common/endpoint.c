// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a daemon listens (endpoint.h), and why a daemon does not answer.
 *
 * A name without a slash is a socket in devtmpfs, in a directory that only root can
 * enter.  The kernel has one devtmpfs, and this file reaches it by a mount of its
 * own.  /run would not do, because each mount namespace may have its own.  Names of
 * abstract sockets would not do, because any user can take them, and each network
 * namespace has its own set.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "endpoint.h"
#include "own_mount.h"

#define MACHINE_DIR	"containerfs"

/* milliseconds that a stopped daemon is given to go on */
#define STOPPED_MS	1000

const char *endpoint_show(const char *where)
{
	static char text[PATH_MAX];

	if (strchr(where, '/'))
		return where;
	snprintf(text, sizeof(text), "/dev/" MACHINE_DIR "/%s", where);
	return text;
}

static int open_below(int parent, const char *name, bool make)
{
	int fd = -1, err = 0;

	if (make && mkdirat(parent, name, 0700) && errno != EEXIST)
		err = -errno;
	if (!err && (fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err = -errno;
	return err ? err : fd;
}

/* If the kernel has no devtmpfs, the directory is in /run. */
static int open_machine(bool make)
{
	int parent = own_mount("devtmpfs", NULL), fd;

	if (parent == -ENODEV)
		parent = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return parent;
	fd = open_below(parent, MACHINE_DIR, make);
	close(parent);
	return fd;
}

static int open_path(char *path, bool make)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	return open_below(AT_FDCWD, *path ? path : "/", make && *path);
}

int endpoint_dir(const char *where, bool make, struct sockaddr_un *addr)
{
	const char *slash = strrchr(where, '/'), *name = slash ? slash + 1 : where;
	char *copy;
	int fd;

	if (!*name)
		return -EINVAL;
	if (strlen(name) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(addr->sun_path, name);
	if (!slash)
		return open_machine(make);
	copy = strdup(where);
	fd = copy ? open_path(copy, make) : -ENOMEM;
	free(copy);
	return fd;
}

int endpoint_lock_file(int dir, const struct sockaddr_un *addr, int flags)
{
	char name[sizeof(addr->sun_path) + sizeof(".lock")];
	int fd;

	snprintf(name, sizeof(name), "%.*s.lock", (int)sizeof(addr->sun_path), addr->sun_path);
	fd = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

int endpoint_connect(const char *where)
{
	const struct timeval limit = { .tv_sec = 10 };
	struct sockaddr_un addr;
	int dir = endpoint_dir(where, false, &addr), cwd, sock, err = 0;

	if (dir < 0)
		return dir;
	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (cwd < 0 || sock < 0 || fchdir(dir)) {
		err = -errno;
		goto out;
	}
	/* the daemon's queue of connections, or of requests, may be full */
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(sock, (const struct sockaddr *)&addr, sizeof(addr)))
		err = errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (fchdir(cwd) && !err)
		err = -errno;
out:
	close(dir);
	if (cwd >= 0)
		close(cwd);
	if (err && sock >= 0)
		close(sock);
	return err ? err : sock;
}

/* The process that listens at the other side; 0: it is not in our pid namespace. */
static pid_t peer_of(int sock)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	return getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) ? 0 : cred.pid;
}

/* The letter in /proc/PID/stat; 0: unknown. */
static char state_of(pid_t pid)
{
	int proc = own_proc(), fd;
	char path[32], text[256], *p;
	ssize_t len = -1;

	if (proc < 0)
		return 0;
	snprintf(path, sizeof(path), "%d/stat", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	close(proc);
	text[len > 0 ? len : 0] = '\0';
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : 0;
}

int endpoint_wait(int sock, int seconds)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	pid_t pid = peer_of(sock);
	int waited = 0;

	while (waited < seconds * 1000) {
		char state;

		if (poll(&p, 1, STOPPED_MS) > 0)
			return 0;
		waited += STOPPED_MS;
		state = pid ? state_of(pid) : 0;
		if (state == 'T' || state == 't')
			break;
	}
	return -ETIMEDOUT;
}

void endpoint_explain(int sock, char *buf, size_t size)
{
	pid_t pid = peer_of(sock);
	char state = pid ? state_of(pid) : 0;

	if (!pid)
		snprintf(buf, size, "containerfsd does not answer; its process is in another pid namespace");
	else if (state == 'T')
		snprintf(buf, size, "containerfsd, process %d, does not answer: it is stopped; "
			 "\"kill -CONT %d\" lets it go on", pid, pid);
	else if (state == 't')
		snprintf(buf, size, "containerfsd, process %d, does not answer: a debugger holds it", pid);
	else
		snprintf(buf, size, "containerfsd, process %d, does not answer; \"kill -KILL %d\" "
			 "ends it with all its hierarchies, the next mount removes what is left",
			 pid, pid);
}
