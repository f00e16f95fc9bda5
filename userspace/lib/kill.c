// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Signals to a container.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "lib.h"

/* The id may be another process's by now, unless it still is the init's after the pidfd. */
static int kill_init(int cfd, int sig)
{
	struct containerfs_stat stat;
	int pidfd, ret = -1;
	pid_t pid;

	if (cont_stat(cfd, &stat))
		return -1;
	pid = stat.init;
	if (stat.state != CONTAINERFS_INIT_RUNNING || pid <= 0) {
		errno = ESRCH;
		return -1;
	}
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0)
		return -1;
	if (!cont_stat(cfd, &stat)) {
		errno = ESRCH;
		if (stat.state == CONTAINERFS_INIT_RUNNING && stat.init == pid)
			ret = pidfd_send_signal(pidfd, sig, NULL, 0);
	}
	close_fd(pidfd);
	return ret;
}

/* container.kill says nothing of an empty container. */
static int kill_all(int cfd)
{
	char text[128];
	int fd = cont_file(cfd, "container.events", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read_text(fd, text, sizeof(text));

	close_fd(fd);
	if (n < 0)
		return -1;
	if (!strstr(text, "populated 1")) {
		errno = ESRCH;
		return -1;
	}
	fd = cont_file(cfd, "container.kill", O_WRONLY);
	if (fd < 0 || write_text(fd, "1")) {
		close_fd(fd);
		return -1;
	}
	close_fd(fd);
	return 0;
}

struct tally {
	unsigned int	sent, failed;
	int		error;		/* the last one's */
};

static int signal_here(int cfd, int sig, struct tally *tally)
{
	int fd = cont_file(cfd, "cgroup.procs", O_RDONLY);
	char *text = fd < 0 ? NULL : read_whole(fd), *p, *end;
	long pid;

	close_fd(fd);
	if (!text)
		return -1;
	for (p = text; (pid = strtol(p, &end, 10)), end != p; p = end) {
		if (pid <= 0)
			continue;	/* not in this PID namespace */
		if (!kill((pid_t)pid, sig)) {
			tally->sent++;
		} else if (errno != ESRCH) {
			tally->failed++;
			tally->error = errno;
		}
	}
	free(text);
	return 0;
}

static int signal_tree(int cfd, int sig, struct tally *tally)
{
	struct dirent *entry;
	int fd, ret;
	DIR *dir;

	ret = signal_here(cfd, sig, tally);
	fd = ret ? -1 : openat(cfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		close_fd(fd);
		return -1;
	}
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;	/* removed meanwhile */
		ret = signal_tree(fd, sig, tally);
		if (ret && (errno == ENODEV || errno == ENOENT))
			ret = 0;
		close_fd(fd);
	}
	fd = errno;
	closedir(dir);
	errno = fd;
	return ret;
}

/* The second pass is for whoever was forked during the first, and gets the signal once only. */
static int signal_all(int cfd, int sig)
{
	struct tally tally = { 0 };

	if (signal_tree(cfd, sig, &tally))
		return -1;
	if (tally.sent)
		return 0;
	errno = tally.failed ? tally.error : ESRCH;
	return -1;
}

API int container_kill(int cfd, int initonly, int sig)
{
	struct containerfs_stat stat;
	int cancel, ret;

	if (cont_stat(cfd, &stat))
		return -1;
	if (sig < 0 || sig >= _NSIG) {
		errno = EINVAL;
		return -1;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	if (initonly)
		ret = kill_init(cfd, sig);
	else if (sig == SIGKILL)
		ret = kill_all(cfd);
	else
		ret = signal_all(cfd, sig);
	pthread_setcancelstate(cancel, NULL);
	return ret;
}
