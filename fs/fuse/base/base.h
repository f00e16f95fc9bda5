/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all parts of containerfsd use: the loop, the log, and the process' own
 * directories and priority.
 *
 * One thread runs everything: an epoll loop (loop.c) over the connections of the
 * mounted hierarchies (view/), the control socket and signals (daemon/) and the ring
 * buffer's wake-ups (tasks/).  Nothing locks; the engine's lock exists only to check
 * the engine.  A second thread does nothing but make the first one real-time again
 * (priority.c).
 */
#ifndef _CONTAINERFSD_BASE_H
#define _CONTAINERFSD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* --- loop.c --- */

typedef void (*loop_fn)(int fd, uint32_t events, void *arg);

int loop_init(void);
void loop_exit(void);
/* Watch @fd (level triggered); -errno. */
int loop_add(int fd, uint32_t events, loop_fn fn, void *arg);
void loop_del(int fd);
/* Call @fn after each batch of events, when all of these have been handled. */
void loop_set_idle(void (*fn)(void));
/* Call @fn before that, to do one piece of work; while it returns true the loop does not sleep. */
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

/* --- priority.c: how soon the daemon gets a CPU --- */

/* Does the daemon have CAP_SYS_NICE?  privilege.c says so, at the start. */
void priority_allow(bool nice);
bool priority_allowed(void);
/* Decide anew whether the daemon is real-time, after time has passed or work was done. */
void priority_look(void);
/* While @on, the daemon works on something that must not wait for other tasks. */
void priority_urgent(bool on);

/* --- home.c: a root directory of its own --- */

/* Make it, from the host's mount namespace, and enter it; -errno. */
int home_enter(void);
/*
 * Return to the host's root, in a child that does not share the daemon's directories.
 * Makes system calls only; -errno.
 */
int home_leave(void);

#endif /* _CONTAINERFSD_BASE_H */
