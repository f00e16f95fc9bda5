// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc: the C helper of the conformance scripts.
 *
 *	sysc COMMAND [WORD...] [, COMMAND [WORD...]]...
 *
 * runs the commands, separated by a word that is a single comma, one after
 * the other in one process, and prints one result for each on one line: "OK"
 * or a value, or the symbolic name of the errno. For example
 *
 *	sysc open 0 m/a/tasks rdwr , rmdir m/a , read @0
 *
 * prints "OK OK ENODEV". `sysc help` lists the commands. The exit status is
 * 0 whatever the system calls returned, and 2 when the words are wrong.
 *
 * Needs nothing but libc and may be linked statically (it runs in an
 * initramfs, too). This file holds the table of tables and what all commands
 * share; each sysc_*.c holds the commands about one noun.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysc.h"

static const struct command *const tables[] = {
	file_commands, tree_commands, mount_commands, task_commands,
	watch_commands, session_commands, puppet_commands, freeze_commands, deny_commands,
	pids_commands, cpus_commands, kill_commands, uring_commands,
	object_commands,
};

#define NR_TABLES (sizeof(tables) / sizeof(tables[0]))

int slots[MAX_SLOTS];

static void put(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n <= 0)
			exit(2);
		text += n;
		len -= n;
	}
}

void say(const char *fmt, ...)
{
	char text[8192];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	put(text, len);
}

const char *errno_name(int err)
{
	const char *name = strerrorname_np(err);

	return name ? name : "E?";
}

void say_result(long rc)
{
	say("%s", rc >= 0 ? "OK" : errno_name(errno));
}

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("sysc: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

int slot_fd(const char *word)
{
	char *end;
	long n;

	if (word[0] != '@')
		die("not a slot: %s", word);
	n = strtol(word + 1, &end, 10);
	if (end == word + 1 || *end || n < 0 || n >= MAX_SLOTS)
		die("not a slot: %s", word);
	return slots[n];
}

int at_path(char *word, const char **path)
{
	char *slash, saved;
	int fd;

	if (word[0] != '@') {
		*path = word;
		return AT_FDCWD;
	}
	slash = strchrnul(word, '/');
	saved = *slash;
	*slash = '\0';
	fd = slot_fd(word);
	*slash = saved;
	*path = saved ? slash + 1 : slash;
	return fd;
}

unsigned long long parse_flags(const char *list, const struct flag *table)
{
	unsigned long long flags = 0;
	const struct flag *flag;
	char *copy, *rest, *word;

	if (strcmp(list, "-") == 0)
		return 0;
	rest = copy = strdup(list);
	while ((word = strsep(&rest, ","))) {
		for (flag = table; flag->name; flag++)
			if (strcmp(flag->name, word) == 0)
				break;
		if (flag->name)
			flags |= flag->value;
		else if (strncmp(word, "0x", 2) == 0)
			flags |= strtoull(word, NULL, 0);
		else
			die("unknown flag: %s", word);
	}
	free(copy);
	return flags;
}

void detach_stdio(void)
{
	int fd = open("/dev/null", O_RDWR), i;

	for (i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

void pause_forever(void)
{
	for (;;)
		pause();
}

static void help(void)
{
	const struct command *c;
	size_t i;

	for (i = 0; i < NR_TABLES; i++)
		for (c = tables[i]; c->name; c++)
			printf("%-12s %s\n", c->name, c->help);
}

void run_command(int argc, char **argv)
{
	const struct command *c;
	size_t i;

	for (i = 0; i < NR_TABLES; i++) {
		for (c = tables[i]; c->name; c++) {
			if (strcmp(c->name, argv[0]) != 0)
				continue;
			if (argc - 1 < c->min_args)
				die("usage: %s %s", c->name, c->help);
			c->run(argc, argv);
			return;
		}
	}
	die("no such command: %s", argv[0]);
}

int main(int argc, char **argv)
{
	int i, start = 1;

	for (i = 0; i < MAX_SLOTS; i++)
		slots[i] = -1;
	if (argc < 2 || strcmp(argv[1], "help") == 0) {
		help();
		return argc < 2 ? 2 : 0;
	}
	for (i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], ",") != 0)
			continue;
		argv[i] = NULL;
		if (i == start)
			die("empty command");
		if (start > 1)
			say(" ");
		run_command(i - start, argv + start);
		start = i + 1;
	}
	say("\n");
	return 0;
}
