/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerfsd, the FUSE host: what its parts ask of each other.
 *
 * One thread runs everything: an epoll loop (loop.c) over the connections of
 * the mounted hierarchies (super.c, turns.c), the control socket (control.c), signals
 * (lifetime.c) and the ring buffer's wake-ups (tasks/tasks.c).  Nothing here locks; the
 * engine's lock exists only to check the engine.  A second thread does nothing but
 * make the first one real-time again (priority.c).
 *
 * A request is served in three steps: tasks_begin() replays all that happened
 * in the kernel before it, the handler answers, tasks_end() does the work that
 * the answer left (agents, empty clones).
 */
#ifndef _CONTAINERFSD_DAEMON_H
#define _CONTAINERFSD_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>

#include "../../kernel/engine.h"

/* --- loop.c --- */

typedef void (*loop_fn)(int fd, uint32_t events, void *arg);

int loop_init(void);
void loop_exit(void);
/* Watch @fd (level triggered); -errno. */
int loop_add(int fd, uint32_t events, loop_fn fn, void *arg);
void loop_del(int fd);
/* Call @fn after each batch of events: everything that was reported has been dealt with. */
void loop_set_idle(void (*fn)(void));
/* Then @fn, which does one thing more; while it returns true the loop does not sleep. */
void loop_set_turn(bool (*fn)(void));
/* Serve until loop_stop(); 0, or -errno if epoll itself fails. */
int loop_run(void);
void loop_stop(void);

/* --- log.c: to stderr or syslog, by level --- */

enum log_level { LOG_LEVEL_ERR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
void log_set(enum log_level max, bool to_syslog);
void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Where messages go, in words. */
const char *log_place(void);
#define log_err(...)	log_msg(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)	log_msg(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* --- super.c: one connection a mounted hierarchy --- */

struct super {
	struct containerfs_root	*root;
	struct fuse_session	*se;
	int			 fd;		/* /dev/fuse */
	dev_t			 dev;		/* st_dev of the superblock */
	unsigned int		 mounts;	/* mounts made of it, for the log */
	struct fuse_buf		 buf;		/* the request being read */
	struct super		*next;
};

/* The connection that a request came in on. */
static inline struct super *super_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}
/*
 * A detached mount (fsmount(2)) of @root, for the caller to move into place;
 * all mounts of a hierarchy are of one superblock.  @attr: MOUNT_ATTR_*.
 * Returns the descriptor, owned by the caller, or -errno.  Consumes the
 * caller's hierarchy_mount() of @root, whatever it returns.
 */
int super_mount(struct containerfs_root *root, const char *source, unsigned int attr);
/* The same of a connection's descriptor @fuse that is mounted, and of no struct super. */
int super_mount_fd(int fuse, const char *source, unsigned int attr);
/* Notice connections that have ended, now rather than at the next wake-up. */
void super_poll(void);
/* The connection of the mount that @fd (O_PATH will do) lies in; borrowed, NULL if it is not ours. */
struct super *super_of_fd(int fd);
/* All connections, by super->next, and how many they are. */
struct super *super_first(void);
unsigned int super_count(void);

/* --- mountinfo.c --- */

struct mount_line {
	unsigned long long	 id;
	dev_t			 dev;
	const char		*root, *point, *options, *type, *source;
};
/*
 * Call @fn for each mount of the mountinfo file @path of directory @dir, until it
 * returns false; what the line points to is borrowed.  0 or -errno.
 */
int mountinfo_each(int dir, const char *path, bool (*fn)(const struct mount_line *m, void *arg),
		   void *arg);

/* --- turns.c: which request is served next --- */

/* May more be read ahead? */
bool turns_room(void);
/* A request of @s, copied; it may be served at once. */
void turns_add(struct super *s, const struct fuse_buf *buf);
/* Serve one; are there more? */
bool turns_serve(void);
/* The connection @s has ended: nobody waits for an answer. */
void turns_forget(const struct super *s);

/* --- replace.c: when a connection ends before its mounts --- */

/* Is the superblock @dev, which has ended, still mounted in any mount namespace? */
bool mounts_left(dev_t dev);
/*
 * In a child of its own: put mounts of connection @fuse, of which @mnt is one, where
 * @dev is still mounted.  Closes all other descriptors.
 */
void mounts_replace(dev_t dev, int mnt, int fuse);

/* --- inode.c, dir.c, file.c: the request handlers, installed by super.c --- */

extern const struct fuse_lowlevel_ops containerfs_ops;
/* Connection @s is gone: drop what the kernel still held of it. */
void inode_super_gone(struct super *s);

/* --- tasks/tasks.c: the engine's hosts_* for tasks, over bpf/loader.c --- */

struct tasks_opts {
	size_t	ring_bytes;		/* 0: the default */
	bool	force_tracepoint;	/* do not try fexit */
};
int tasks_init(const struct tasks_opts *opts);
void tasks_exit(void);
void tasks_begin(void);
void tasks_end(void);
/* Could tasks_begin() not keep up?  There may be tasks then that were born during it and are not known. */
bool tasks_behind(void);
/* Who is thread @tid (initial pid namespace, 0: unknown)?  @euid: used if it is gone. */
void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor);
/* RLIMIT_FSIZE of @tid; RLIM_INFINITY also if that is not known. */
uint64_t tasks_file_limit(pid_t tid);
/* Has @tid, at this moment, CAP_FSETID in the initial user namespace? */
bool tasks_fsetid(pid_t tid);
/* Counters for the log and `containerctl hierarchies --stats`: one "name value" line each; snprintf's value. */
int tasks_stats(char *buf, size_t size);

/* --- agent.c: release agents (host_run_agent) --- */

int agent_init(void);
void agent_exit(void);

/* --- control.c: the socket (control.h) that mount.containerfs speaks to --- */

/* Serve the listening socket @fd, which control_exit() closes. */
int control_init(int fd);
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
/* Has it CAP_SYS_NICE? */
bool privilege_nice(void);

/* --- priority.c: how soon it has a CPU --- */

/* Time has passed, or work has been done. */
void priority_look(void);
/* What is done now must not wait for those whom it is about. */
void priority_urgent(bool on);

/* --- cgroups.c: the kernel's own --- */

/* Into the root of each hierarchy; what is refused is logged. */
void cgroups_leave(void);
/* Where we are still: lines, or "". */
const char *cgroups_stays(void);

/* --- home.c: a root directory of its own --- */

/* From the host's mount namespace into it; -errno. */
int home_enter(void);
/* In a child that shares no directories with us: back to the host's root. System calls only; -errno. */
int home_leave(void);

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
