/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerfsd, the FUSE host: what its parts ask of each other.
 *
 * One thread runs everything: an epoll loop (loop.c) over the connections of
 * the mounted hierarchies (super.c), the control socket (control.c), signals
 * (main.c) and the ring buffer's wake-ups (tasks.c).  Nothing here locks; the
 * engine's lock exists only to check the engine.
 *
 * A request is served in three steps: tasks_begin() replays all that happened
 * in the kernel before it, the handler answers, tasks_end() does the work that
 * the answer left (agents, empty clones).
 */
#ifndef _CONTAINERFS_DAEMON_H
#define _CONTAINERFS_DAEMON_H

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
/* Serve until loop_stop(); 0, or -errno if epoll itself fails. */
int loop_run(void);
void loop_stop(void);

/* --- log.c: to stderr or syslog, by level --- */

enum log_level { LOG_LEVEL_ERR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
void log_set(enum log_level max, bool to_syslog);
void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_err(...)	log_msg(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...)	log_msg(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* --- super.c: one connection a mounted hierarchy --- */

struct super {
	struct containerfs_root	*root;
	struct fuse_session	*se;
	int			 fd;		/* /dev/fuse */
	unsigned int		 mounts;	/* mounts made of it, for the log */
};

/* The connection that a request came in on. */
static inline struct super *super_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}
/*
 * A detached mount (fsmount(2)) of @root, for the caller to move into place;
 * all mounts of a hierarchy are of one superblock.  @attr: MOUNT_ATTR_*.
 * Returns the descriptor, owned by the caller, or -errno.
 */
int super_mount(struct containerfs_root *root, const char *source, unsigned int attr, bool read_only);
/* Notice connections whose last mount is gone, now rather than at the next wake-up. */
void super_poll(void);

/* --- inode.c, dir.c, file.c: the request handlers, installed by super.c --- */

extern const struct fuse_lowlevel_ops containerfs_ops;
/* Connection @s is gone: drop what the kernel still held of it. */
void inode_super_gone(struct super *s);

/* --- tasks.c: the engine's hosts_* for tasks, over task_events.c --- */

struct tasks_opts {
	size_t	ring_bytes;		/* 0: the default */
	bool	force_tracepoint;	/* do not try fexit */
};
int tasks_init(const struct tasks_opts *opts);
void tasks_exit(void);
void tasks_begin(void);
void tasks_end(void);
/* Who is thread @tid (initial pid namespace, 0: unknown)?  @euid: used if it is gone. */
void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor);
/* Counters for the log and `containerctl hierarchies --stats`: one "name value" line each; snprintf's value. */
int tasks_stats(char *buf, size_t size);

/* --- agent.c: release agents (host_run_agent) --- */

int agent_init(void);
void agent_exit(void);

/* --- control.c: the socket that mount.containerfs speaks to --- */

int control_init(const char *path);
void control_exit(void);

#endif /* _CONTAINERFS_DAEMON_H */
