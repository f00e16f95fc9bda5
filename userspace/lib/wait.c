// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The end of a container's init, for anybody.
 *
 * Not by wait(2), which is for the parent, and not by a pidfd: both tell of the exit of a
 * PID namespace's process 1 only when all others there have been reaped, by parents who may be
 * waiting for process 1 themselves. containerfs tells of the exit itself.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

static unsigned long long number_of(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, name, len) && text[len] == ' ')
			return strtoull(text + len, NULL, 10);
		if (!*text)
			break;
	}
	return 0;
}

static struct timeval time_of(unsigned long long usec)
{
	return (struct timeval){
		.tv_sec = (time_t)(usec / 1000000), .tv_usec = (suseconds_t)(usec % 1000000),
	};
}

static void fill(const char *text, int *wstatus, struct rusage *usage)
{
	if (wstatus)
		*wstatus = (int)number_of(text, "status");
	if (!usage)
		return;
	memset(usage, 0, sizeof(*usage));
	usage->ru_utime = time_of(number_of(text, "user_usec"));
	usage->ru_stime = time_of(number_of(text, "system_usec"));
	usage->ru_maxrss = (long)number_of(text, "maxrss_kb");
	usage->ru_minflt = (long)number_of(text, "minflt");
	usage->ru_majflt = (long)number_of(text, "majflt");
	usage->ru_nvcsw = (long)number_of(text, "nvcsw");
	usage->ru_nivcsw = (long)number_of(text, "nivcsw");
}

static int wait_for(int fd, int *wstatus, int options, struct rusage *usage)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	char text[1024];

	for (;;) {
		if (read_text(fd, text, sizeof(text)) < 0)
			return -1;
		if (strstr(text, "state exited")) {
			fill(text, wstatus, usage);
			return 0;
		}
		if (!strstr(text, "state running")) {
			errno = ECHILD;
			return -1;
		}
		if (options & WNOHANG) {
			errno = EAGAIN;
			return -1;
		}
		if (poll(&p, 1, -1) < 0)
			return -1;
	}
}

API int container_wait(int cfd, int *wstatus, int options, struct rusage *usage)
{
	struct containerfs_stat stat;
	int fd, cancel, ret = -1;

	if (cont_stat(cfd, &stat))
		return -1;
	if (options & ~WNOHANG) {
		errno = EINVAL;
		return -1;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	fd = cont_file(cfd, "container.init", O_RDONLY);
	if (fd >= 0)
		ret = wait_for(fd, wstatus, options, usage);
	else if (errno == ENOENT)
		errno = ECHILD;		/* the top container */
	close_fd(fd);
	pthread_setcancelstate(cancel, NULL);
	return ret;
}

API int container_poll_fd(int cfd)
{
	struct containerfs_stat stat;
	int fd, cancel;

	if (cont_stat(cfd, &stat))
		return -1;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	fd = cont_file(cfd, "container.init", O_RDONLY);
	pthread_setcancelstate(cancel, NULL);
	return fd;
}
