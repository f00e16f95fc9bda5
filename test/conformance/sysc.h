/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysc: one system call at a time, with its precise result, for shell scripts.
 *
 * A command is a function that takes its words as argv and reports through
 * say() or say_result(); the tables of the sysc_*.c files hold them by name.
 * Commands of one invocation run in one process (or, under "puppet", in the
 * addressed thread), so descriptors, credentials and namespaces carry over
 * from one command to the next.
 *
 * Nothing here is reentrant: at any moment exactly one thread runs a command.
 * Credentials are changed by raw system calls and therefore per thread.
 */
#ifndef SYSC_H
#define SYSC_H

#include <stddef.h>
#include <sys/types.h>

struct command {
	const char *name;
	int min_args;			/* not counting the name */
	void (*run)(int argc, char **argv);
	const char *help;
};

extern const struct command file_commands[];
extern const struct command tree_commands[];
extern const struct command mount_commands[];
extern const struct command task_commands[];
extern const struct command watch_commands[];
extern const struct command session_commands[];
extern const struct command deny_commands[];
extern const struct command puppet_commands[];
extern const struct command freeze_commands[];
extern const struct command pids_commands[];
extern const struct command cpus_commands[];
extern const struct command kill_commands[];
extern const struct command uring_commands[];
extern const struct command object_commands[];

#define MAX_SLOTS 16

/* Descriptors opened by the "open" and "watch" commands; -1 is free. */
extern int slots[MAX_SLOTS];

/* Appends to the output, which is unbuffered. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "OK" for rc >= 0, else the symbolic name of errno. */
void say_result(long rc);
const char *errno_name(int err);
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Runs one command; dies if there is no such command or too few words. */
void run_command(int argc, char **argv);

/* "@3" is slot 3; dies on anything else. Returns the descriptor. */
int slot_fd(const char *word);
/*
 * Splits a path word for the *at() calls: "@3/x" is "x" below slot 3, "@3" is
 * "" there; any other path is itself, below the current directory.
 */
int at_path(char *word, const char **path);

/* Looks each word of a comma list up in a table that ends in a NULL name. */
struct flag {
	const char *name;
	unsigned long long value;
};
unsigned long long parse_flags(const char *list, const struct flag *table);

extern const struct flag namespace_flags[];

/* Points 0, 1 and 2 at /dev/null, so that a child holds no pipe open. */
void detach_stdio(void);
void pause_forever(void) __attribute__((noreturn));

#endif
