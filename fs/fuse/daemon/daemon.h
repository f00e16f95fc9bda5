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
 * client asks for a mount, with success or not.
 */
int control_init(int fd, void (*used)(void));
void control_exit(void);
/* How many clients are connected now. */
unsigned int control_clients(void);
/* The options of @root as a client would mount it, cut to @size. */
void control_options(struct containerfs_root *root, char *buf, size_t size);

/* --- options.c: the command line --- */

struct options {
	const char		*socket;	/* absolute, or a name: endpoint.h */
	bool			 foreground, syslog;
	enum log_level		 level;
	struct tasks_opts	 tasks;
};
/* 0 to go on, else the exit status + 1: help, or what was wrong, was printed. */
int options_parse(int argc, char **argv, struct options *o);

/* --- start.c: one daemon a socket, in the background --- */

/*
 * Become the only daemon of @where (endpoint.h), bind its socket, and go into the
 * background unless @foreground.  In the background, only the child returns: its
 * parent waits for start_ready() and exits.  0, or an exit status after the reason
 * was printed.
 */
int start_daemon(const char *where, bool foreground);
/* Listen: the socket, or -errno. */
int start_listen(void);
/* The daemon is up: its parent exits, and standard error is closed. */
void start_ready(enum log_level max, bool to_syslog);
/* Remove the socket, so that the next client starts a new daemon. */
void start_exit(void);

/* --- privilege.c: what the daemon may do.  0, or -errno after the reason was logged. --- */

/* Is this a place where the daemon can work at all? */
int privilege_check(void);
/* Join the namespaces of the host but for its mounts (home.c), so that release agents run there. */
int privilege_join_host(void);
/* Give up what was inherited from the process that started the daemon; a refusal is logged. */
void privilege_reset(void);
/* What could not be given up: lines, or "". */
const char *privilege_held(void);
/* Leave the reach of the OOM killer, and give up capabilities that are not needed. */
int privilege_trim(void);

/* --- cgroups.c: the kernel's own --- */

/* Move to the root of each hierarchy; a refusal is logged. */
void cgroups_leave(void);
/* Where the daemon could not leave: lines, or "". */
const char *cgroups_stays(void);

/* --- lifetime.c: signals, and when the daemon ends --- */

int lifetime_init(void);
void lifetime_exit(void);
/* The socket listens: the time in which a first mount must be asked for begins. */
void lifetime_ready(void);
/* A client has asked for a mount, with success or not: that time is over. */
void lifetime_used(void);

/* --- unmount.c --- */

/* In a child: unmount all mounts of the connections, and log failures; true if all have gone. */
bool unmount_all(void);

#endif /* _CONTAINERFSD_DAEMON_H */
