/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerfsd as a process: its command line and socket, its privileges, signals,
 * children and end.
 */
#ifndef _CONTAINERFSD_DAEMON_H
#define _CONTAINERFSD_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"
#include "tasks/tasks.h"

/* --- agent.c: release agents (host_run_agent) --- */

int agent_init(void);
void agent_exit(void);

/* --- control.c: the socket (control.h) that mount.containerfs speaks to --- */

/*
 * Serve the listening socket @fd, which control_exit() closes.  @used is called when a
 * mount is asked for, whatever comes of it.
 */
int control_init(int fd, void (*used)(void));
void control_exit(void);
/* Clients connected now. */
unsigned int control_clients(void);

/* --- options.c: the command line --- */

struct options {
	const char		*socket;	/* absolute, or a name: endpoint.h */
	bool			 foreground, syslog;
	enum log_level		 level;
	struct tasks_opts	 tasks;
};
/* 0 to go on, else the exit status + 1: help was shown, or what was wrong. */
int options_parse(int argc, char **argv, struct options *o);

/* --- start.c: one daemon a socket, in the background --- */

/*
 * Become the only daemon of @where (endpoint.h), which is bound then, and go into the
 * background unless told not to.  The process that was started does not
 * return: it waits for start_ready() and exits.  0, or an exit status, the
 * reason being printed.
 */
int start_daemon(const char *where, bool foreground);
/* Listen: the socket, or -errno. */
int start_listen(void);
/* The daemon is up: the process that was started exits, standard error is let go. */
void start_ready(enum log_level max, bool to_syslog);
/* Remove the socket, so that the next client starts a new daemon. */
void start_exit(void);

/* --- privilege.c: what the daemon may do.  0 or -errno, the reason being logged. --- */

/* Are we where the daemon can work at all? */
int privilege_check(void);
/* Join the namespaces of the host but for its mounts (home.c), so that release agents run there. */
int privilege_join_host(void);
/* Put away what whoever started the daemon has handed on; what is refused is logged. */
void privilege_reset(void);
/* What of it cannot be put away: lines, or "". */
const char *privilege_held(void);
/* Out of reach of the OOM killer, and without the capabilities that are not needed. */
int privilege_trim(void);

/* --- cgroups.c: the kernel's own --- */

/* Into the root of each hierarchy; what is refused is logged. */
void cgroups_leave(void);
/* Where we are still: lines, or "". */
const char *cgroups_stays(void);

/* --- lifetime.c: signals, and when the daemon ends --- */

int lifetime_init(void);
void lifetime_exit(void);
/* The socket listens: time for the first mount begins to run. */
void lifetime_ready(void);
/* A mount was asked for, with success or not: nothing more is to be waited for at the start. */
void lifetime_used(void);

/* --- unmount.c --- */

/* In a child of its own: unmount what is of the connections, log what could not be; true if all went. */
bool unmount_all(void);

#endif /* _CONTAINERFSD_DAEMON_H */
