// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl: look at containers, and do what takes more than an echo.
 *
 * Everything that it does goes through the files of the mounted hierarchies,
 * so it needs no more rights than their modes ask for, and works the same
 * over the kernel's containerfs and over containerfsd.
 *
 * There are two programs of these sources. This file is the main one of
 * containerctl-full, which has all commands and the libraries that some of them need.
 * containerctl itself (front.c) has the commands of quick.c only, and becomes
 * containerctl-full for all others.
 *
 * This file and quick.c are the tables of commands; --help, help and the usage messages
 * are made of them, and of the tables of options and columns that they refer to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "containerctl.h"

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
	{ "tree", cmd_tree, "[OPTION...] [PATH]",
	  "containers below PATH as a tree, with their tasks and commands",
	  .columns = container_columns },
	{ "ls", cmd_ls, "[OPTION...] [PATH]",
	  "containers below PATH, one a line",
	  .columns = container_columns },
	{ "stat", cmd_stat, "[-J | -r] PATH...",
	  "what each subsystem knows of the containers PATH",
	  .options = stat_options },
	{ "top", cmd_top, "[OPTION...] [PATH...]",
	  "the containers that use the machine now, live",
	  .options = top_options },
	{ "where", cmd_where, "[OPTION...] PID...",
	  "which container of each hierarchy a task is in",
	  .columns = where_columns },
	{ "ps", cmd_ps, "[OPTION...] PATH...",
	  "the processes in the containers PATH and below",
	  .columns = ps_columns },
	{ "ns", cmd_ns, "[OPTION...] [PATH...]",
	  "what containers hold: namespaces, root, credentials, keyring",
	  .columns = ns_columns },
	{ "delegate", cmd_delegate, "USER [PATH]",
	  "let USER run and limit tasks in containers below PATH" },
	{ "kill", cmd_kill, "[--no-wait] [--timeout SECONDS] PATH...",
	  "send SIGKILL to every task in the containers PATH and below, and wait until all are gone",
	  .options = kill_options,
	  .no_option = "it sends SIGKILL, and no other signal" },
	{ "freeze", cmd_freeze, "[--self] PATH...",
	  "stop every task in the containers PATH and below, until thaw",
	  .options = freeze_options },
	{ "thaw", cmd_thaw, "PATH...",
	  "let the tasks of frozen containers go on" },
	{ "hierarchies", cmd_hierarchies, "[OPTION...] [-v] [--stats] [--remove ID [--kill]]",
	  "hierarchies, their subsystems and where they are mounted",
	  .options = hierarchies_options, .columns = hierarchy_columns },
	{ "subsystems", cmd_subsystems, "[OPTION...]",
	  "what each subsystem can do on this host",
	  .columns = subsystem_columns },
	{ "help", cmd_help, "[COMMAND]",
	  "all commands, or one in detail" },
};

/* A longer word is not taken for a misspelt command. */
#define WORD_MAX	16

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return find_quick(name);
}

static void print_command(FILE *out, const struct command *c)
{
	fprintf(out, "  %-12s %s\n", c->name, c->help);
}

static void print_commands(FILE *out)
{
	fputs("Usage: containerctl COMMAND [ARGUMENT...]\n\nTo run something:\n", out);
	for (const struct command *c = quick_commands; c->name; c++)
		print_command(out, c);
	fputs("\nTo look, and to act:\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		print_command(out, &commands[i]);
	fputs("\n`containerctl help COMMAND` tells more; the manual is containerctl(1).\n", out);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The edit distance of @a and @b: how many letters to leave out, put in or exchange. */
static size_t distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), row[WORD_MAX + 1];

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t above = row[j];

			row[j] = least(least(above, row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[nb];
}

static void consider(const char *name, const char *command, size_t *best, const char **found)
{
	size_t d = distance(name, command);

	if (name[0] && name[1] && !strncmp(command, name, strlen(name)))
		d = 0;
	if (d < *best) {
		*best = d;
		*found = command;
	}
}

/* The command that @name most likely means, or NULL. */
static const char *guess(const char *name)
{
	size_t best = least(strlen(name) / 2, 2) + 1;
	const char *found = NULL;

	for (const struct command *c = quick_commands; c->name; c++)
		consider(name, c->name, &best, &found);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		consider(name, commands[i].name, &best, &found);
	return found;
}

static int no_command(const char *name)
{
	const char *meant = guess(name);

	complain("there is no command '%s'%s%s%s (see `containerctl help`)", name,
		 meant ? ": did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
	return EXIT_USAGE;
}

static int cmd_help(int argc, char **argv)
{
	if (argc > 2)
		return usage_error("help");
	if (argc < 2)
		print_commands(stdout);
	else if (find_command(argv[1]))
		print_help(argv[1]);
	else
		return no_command(argv[1]);
	return EXIT_SUCCESS;
}

static bool ascii;

bool is_ascii_locale(void)
{
	return ascii;
}

/*
 * Many scripts run in the locale C, in which no byte beyond ASCII is a character.
 * Names are taken for UTF-8 there all the same; the lines of trees stay ASCII.
 */
static void set_locale(void)
{
	setlocale(LC_ALL, "");
	ascii = !strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968");
	if (ascii)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* A walk holds one descriptor for each level that it has gone down. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	const struct command *cmd;
	int status;

	/* to users it is one program */
	prctl(PR_SET_NAME, "containerctl");
	set_locale();
	if (argc < 2) {
		print_commands(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("containerctl " VERSION);
		return EXIT_SUCCESS;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		argv[1] = (char *)"help";
	cmd = find_command(argv[1]);
	if (!cmd)
		return no_command(argv[1]);
	if (!find_quick(argv[1]))	/* what those start must have the caller's limit */
		raise_file_limit();
	status = cmd->fn(argc - 1, argv + 1);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the output: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	return status;
}
