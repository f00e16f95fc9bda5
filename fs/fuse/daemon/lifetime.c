// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals, and when the daemon ends.
 *
 * The daemon ends by itself when the last hierarchy has died, or could not be mounted,
 * and when no mount was asked for within START_SECONDS of its first answer; but not
 * while a client is connected.  A hierarchy with containers lives on without a mount,
 * and so does the daemon, because only the daemon has it.
 *
 * SIGTERM and SIGINT ask it to end.  A child unmounts everything, while the daemon
 * serves on.  A busy mount stays, is logged, and keeps the daemon, because its end
 * would break that mount (ENOTCONN).  If all mounts have gone, hierarchies without a
 * mount are given up with their containers, and logged.
 *
 * SIGCHLD reaps that child and release agents; SIGHUP logs the counters.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "view/view.h"

#define START_SECONDS	10

static struct {
	int	sigfd, timer;
	pid_t	unmounter;	/* the child, or 0 */
	bool	used;		/* a mount was asked for */
	bool	expired;	/* the time for the first is over */
} life = { .sigfd = -1, .timer = -1 };

static int log_dropped(struct containerfs_root *root, int mounted, void *arg)
{
	char options[512];

	if (mounted)
		return 0;
	control_options(root, options, sizeof(options));
	log_warn("hierarchy %d (%s): dropped with %lu containers", hierarchy_id(root), options,
		 hierarchy_containers(root) - 1);
	return 0;
}

static void end_daemon(void)
{
	hierarchy_for_each(log_dropped, NULL);
	loop_stop();
}

static void unmount_and_end(void)
{
	sigset_t none;

	super_poll();
	if (!super_count()) {
		end_daemon();
		return;
	}
	if (life.unmounter)
		return;
	life.unmounter = fork();
	if (life.unmounter < 0) {
		log_err("cannot unmount: %s", strerror(errno));
		life.unmounter = 0;
	} else if (!life.unmounter) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* only the daemon keeps the connections and locks */
		closelog();
		if (home_leave())
			log_err("cannot return to the host's mounts: %s", strerror(errno));
		close_range(3, ~0U, 0);
		_exit(unmount_all() ? EXIT_SUCCESS : EXIT_FAILURE);
	}
}

static void unmounter_done(void)
{
	life.unmounter = 0;
	super_poll();
	if (!super_count())
		end_daemon();
	else
		log_err("not ending: %u of the hierarchies still mounted", super_count());
}

static void reap_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (pid == life.unmounter)
			unmounter_done();
}

static void log_stats(void)
{
	char text[4096], *save = NULL;

	tasks_stats(text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		log_info("%s", line);
}

static void on_signal(int fd, uint32_t events, void *arg)
{
	struct signalfd_siginfo si;

	if (read(fd, &si, sizeof(si)) != sizeof(si))
		return;
	tasks_begin();
	switch (si.ssi_signo) {
	case SIGTERM:
	case SIGINT:
		log_info("asked to end by process %u", si.ssi_pid);
		unmount_and_end();
		break;
	case SIGCHLD:
		reap_children();
		break;
	case SIGHUP:
		log_stats();
		break;
	}
	tasks_end();
}

static void on_timer(int fd, uint32_t events, void *arg)
{
	life.expired = true;
	loop_del(fd);
}

static void end_if_unused(void)
{
	if ((life.used || life.expired) && !hierarchy_count() && !control_clients())
		loop_stop();
}

void lifetime_used(void)
{
	life.used = true;
}

/* The time begins only now, because to load BPF programs may take longer on a slow machine. */
void lifetime_ready(void)
{
	const struct itimerspec start = { .it_value.tv_sec = START_SECONDS };

	timerfd_settime(life.timer, 0, &start, NULL);
}

int lifetime_init(void)
{
	sigset_t set;
	int err;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	life.sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (life.sigfd < 0)
		return -errno;
	life.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (life.timer < 0) {
		err = -errno;
		goto close_fds;
	}
	err = loop_add(life.sigfd, EPOLLIN, on_signal, NULL);
	if (err)
		goto close_fds;
	err = loop_add(life.timer, EPOLLIN, on_timer, NULL);
	if (err)
		goto close_fds;
	loop_set_idle(end_if_unused);
	return 0;

close_fds:
	lifetime_exit();
	return err;
}

void lifetime_exit(void)
{
	loop_set_idle(NULL);
	loop_del(life.timer);
	loop_del(life.sigfd);
	if (life.timer >= 0)
		close(life.timer);
	if (life.sigfd >= 0)
		close(life.sigfd);
}
