/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl: what its commands share.
 *
 * One file a command, each with one function cmd_NAME(argc, argv), argv[0]
 * being the command's name; the table of them is in main.c. A command returns
 * the exit status: EXIT_SUCCESS, EXIT_FAILURE after a message, EXIT_USAGE when
 * the words were wrong.
 *
 * Functions that return int return 0 or a negative errno and say nothing,
 * unless their comment says that they report: then they have printed what was
 * wrong and what is accepted, and return false or NULL. Memory running out
 * ends the program.
 *
 * A container can be removed at any moment. Whoever walks skips what has gone
 * (is_gone()); only what the user named himself is reported as missing.
 */
#ifndef CONTAINERCTL_H
#define CONTAINERCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define EXIT_USAGE	2

/* --- main.c --- */

/* Print "containerctl: " and the message. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The usage line of @command on stderr; returns EXIT_USAGE. */
int usage_error(const char *command);
/* What getopt_long() has just met and does not know; until the next call. */
const char *unknown_option(char **argv);
/* Is what we print for a locale without other characters than ASCII? */
bool is_ascii_locale(void);
/* What `containerctl help COMMAND` prints. */
void print_help(const char *command);

/* --- file.c: control files, and memory --- */

/* The container that the file was in has been removed. */
bool is_gone(int err);
/* All of the file as a string of *@text, for free(). */
int read_file(int dirfd, const char *name, char **text);
int read_fd(int fd, char **text);
/* The same of a file that never has more than a line or a few; saves a request to the daemon. */
int read_short(int dirfd, const char *name, char **text);
/* @text in one write(2). */
int write_file(int dirfd, const char *name, const char *text);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --- mounts.c: what is mounted, and where a PATH leads --- */

struct mount {
	char	*target;
	char	*source;
	char	*type;		/* containerfs or fuse.containerfs */
	char	*root;		/* which container of its hierarchy is mounted here */
	char	*options;	/* subsystems and others, where the mount table has them */
	dev_t	 dev;		/* the same for all mounts of one hierarchy */
};

struct mounts {
	struct mount	*mount;
	size_t		 count;
};

/* Every mount that can be seen from here, the first of each hierarchy only if @unique. */
int mounts_load(struct mounts *mounts, bool unique);
void mounts_free(struct mounts *mounts);
/* Is more than one hierarchy mounted? */
bool several_mounted(void);

/* A container as the user named it. */
struct place {
	int	 fd;		/* its directory */
	char	*directory;	/* absolute path */
	char	*path;		/* path within the hierarchy, "/" for the top */
	char	*target;	/* mount point that @directory is below */
};

/*
 * Find the container @arg: a path of the file system, or one within the only
 * hierarchy that is mounted. Reports.
 */
bool place_open(const char *command, const char *arg, struct place *place);
/*
 * Whether @arg is answered: who serves it may have been stopped, or hang. That is
 * complained of, and then @arg had better not be touched.
 */
bool place_answers(const struct mounts *mounts, const char *arg);
/* Open the directory @arg and find the mount that it is in; -EXDEV if there is none. */
int place_open_in(const struct mounts *mounts, const char *arg, struct place *place);
/* The container that @mount shows at its mount point. */
int place_open_mount(const struct mount *mount, struct place *place);
void place_close(struct place *place);
/* Give up the directory, which keeps a mount busy; the rest stays. */
void place_shut(struct place *place);
/* What of @directory is below @target, "" if they are the same, or NULL. */
const char *path_below(const char *directory, const char *target);
/* @dir/@rest, with one slash where there are several and none at the end; for free(). */
char *path_join(const char *dir, const char *rest);

/* --- explain.c: why something cannot be done --- */

/* All but the last two print. */
/* That @file of @place could not be read or written, and whose it is if that is why. */
void complain_file(const char *command, const struct place *place, const char *file, int err);
/* That nothing is mounted, and what could be; or that nobody serves it. */
void explain_no_hierarchy(const char *command);
/* False, and nothing is printed, if no mount has lost its daemon. */
bool explain_dead(const char *command);
/* Why the PATH @arg leads to no container. */
void explain_place(const char *command, const char *arg, const struct mounts *all,
		   const struct mounts *hierarchies, int err);
/* Why nobody can be moved to @place, ENOSPC; NULL: complain_file() knows. For free(). */
char *attach_error(const struct place *place);
/* Why freezer.state of @place could not be used; NULL: complain_file() knows. For free(). */
char *freezer_error(const struct place *place, int err);
char *user_name(uid_t uid);

/* --- walk.c: containers below a place --- */

struct container {
	char			 *name;		/* last part of @path, "/" for the top */
	char			 *path;
	unsigned long		  tasks;	/* threads */
	unsigned long		  procs;	/* processes seen from here; if asked for */
	char			 *commands;	/* of these; if asked for */
	bool			  populated;
	bool			  clone;	/* made by a clone; if asked for */
	uid_t			  uid;		/* owner of the directory */
	ino_t			  ino;		/* not used twice while the hierarchy lives */
	void			 *own;		/* what the visitor made of it, or NULL */
	unsigned long		  unreadable;	/* children that could not be read */
	struct container	**child;
	size_t			  nr_child;
};

#define WALK_PROCS	0x1
#define WALK_COMMANDS	0x2
#define WALK_ALL	0x4	/* all commands, however many */
#define WALK_CLONE	0x8
#define WALK_QUIET	0x10	/* count in @unreadable, and do not complain */

/* The container at @place and all below, read now. NULL if it has gone, else with *@err. */
struct container *walk(const struct place *place, unsigned int what, int *err);
/*
 * The same, and for each container, before those below it, *@own is set by @visit,
 * which is given the directory. @own goes to free() with the container.
 */
typedef int (*visit_fn)(int fd, const struct container *cont, void *arg, void **own);
struct container *walk_visit(const struct place *place, unsigned int what, visit_fn visit,
			     void *arg, int *err);
void container_free(struct container *cont);
/* Names of the directories in @fd, node2 before node10, and the array: for free(). */
int list_children(int fd, char ***namesp, size_t *nr);

/* --- text.c: for terminals and people --- */

/* @text with bytes that are not UTF-8 as \xNN; takes @text, returns one for free(). */
char *to_utf8(char *text);
/* @text with all that a terminal should not get as \xNN; for free(). */
char *printable(const char *text);
/* Columns of a terminal that @text, which is printable(), takes. */
int text_width(const char *text);
/*
 * @text, which is printable(), filled up with spaces or cut to @width columns; what is
 * cut off, at the left or at the right, is "..." instead. For free().
 */
char *text_fit(const char *text, int width);
char *text_fit_left(const char *text, int width);
/* "1.5M", of 1024; "12.3 s", "850 ms". For free(). */
char *human_bytes(unsigned long long bytes);
char *human_time(unsigned long long ns);

/* --- json.c --- */

struct json {
	FILE		*out;
	bool		 lines;		/* one line in all, else one a value */
	int		 depth;
	bool		 any;		/* there is a value before, at this depth */
};

/* @key is NULL in an array and at the top; @open is '{' or '['. */
void json_open(struct json *json, const char *key, char open);
void json_close(struct json *json, char close);
void json_string(struct json *json, const char *key, const char *text);
/* A number, true, false or null, as it stands. */
void json_plain(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, unsigned long long number);

/* --- proc.c: processes, by their ids and in /proc --- */

struct pids {
	pid_t	*pid;
	size_t	 nr;
};

/* What cgroup.procs of the container @fd lists. */
int pids_read(int fd, struct pids *pids);
/* In ascending order, each once. */
void pids_sort(struct pids *pids);
void pids_add(struct pids *pids, const struct pids *more);
bool pids_have(const struct pids *sorted, pid_t pid);
/* Is this very process in the container @place or below it, as far as can be read? */
bool place_has_self(const struct place *place);
void pids_free(struct pids *pids);

struct proc {
	pid_t			pid;
	char			comm[32];
	unsigned long long	start;	/* ticks since boot */
	unsigned long long	ticks;	/* user and system time of all threads, ticks */
	unsigned long long	rss;	/* bytes */
};

struct procs {
	struct proc	*proc;	/* by pid */
	size_t		 nr;
};

/* The command of @pid, and whether that is a thread of the kernel; NULL: it has gone. For free(). */
char *proc_command(const char *pid, bool *kernel);
/* What /proc/PID/stat tells of @sorted; who has gone is left out. */
void procs_read(const struct pids *sorted, struct procs *procs);
const struct proc *procs_find(const struct procs *procs, pid_t pid);
void procs_free(struct procs *procs);

/* --- table.c: tables as lsns and lsblk print them --- */

struct column {
	const char	*name;
	const char	*help;
	int		 flags;		/* SCOLS_FL_* */
	int		 json;		/* SCOLS_JSON_* */
};

struct table_opts {
	bool		 json, raw, null, no_headings;
	const char	*output;
};

struct table;
struct libscols_line;

/*
 * Parse the options that all tables have; the remaining words begin at
 * argv[*first]. Reports; *@status is the exit status when false.
 */
bool table_options(int argc, char **argv, struct table_opts *opts, int *first, int *status);
/* @name: of the JSON array. @defaults: comma separated. Reports. */
struct table *table_new(const char *name, const struct column *columns, size_t nr,
			const char *defaults, const struct table_opts *opts);
bool table_wants(const struct table *table, size_t column);
struct libscols_line *table_line(struct table *table, struct libscols_line *parent);
/* Takes @text, which comes from malloc(). */
void table_set(struct table *table, struct libscols_line *line, size_t column, char *text);
/* Prints and frees; exit status. */
int table_end(struct table *table);

/* The columns of command @name, for its help; NULL if it prints no table. */
const struct column *columns_of(const char *name, size_t *nr);

/* --- show.c: tree and ls differ in their default columns only --- */

extern const struct column container_columns[];
extern const size_t nr_container_columns;
int show_containers(int argc, char **argv, const char *defaults, bool tree);

/* --- where.c, hierarchies.c, subsystems.c --- */

extern const struct column where_columns[], hierarchy_columns[], subsystem_columns[];
extern const size_t nr_where_columns, nr_hierarchy_columns, nr_subsystem_columns;
/* Is @name one of the subsystems of the engine that containerctl was built with? */
bool subsystem_is_known(const char *name);

/* --- daemon.c: questions to containerfsd --- */

/*
 * Ask @op (include/control.h) about the file @fd (-1: nothing); the answer is
 * *@text, for free(). -ENOENT or -ECONNREFUSED: no daemon runs; -ETIMEDOUT: it
 * does not answer, *@text is a sentence about it. With an errno of the daemon's
 * *@text is its reason, else NULL.
 */
int daemon_ask(unsigned int op, int fd, char **text);
/* A detached mount of the hierarchy that @options name; its descriptor, or as daemon_ask(). */
int daemon_mount(const char *options, char **text);
/*
 * Complain, once, that who serves @what does not answer: @why is a sentence about
 * it, that of daemon_ask() or, with NULL, what it says now. Has it been told?
 */
bool daemon_silent(const char *what, const char *why);
bool daemon_was_silent(void);

/* --- hierarchy.c: live hierarchies, mounted or not --- */

struct hierarchy {
	int		 id;
	char		*subsystems;	/* comma separated, "" if none */
	char		*name;		/* of a named one, else NULL */
	char		*options;	/* as in the mount table, or NULL if not known */
	long		 containers;	/* with the top one, -1 if not known */
	dev_t		 dev;		/* 0 if not known */
	char		*target;	/* a mount point, or NULL */
	char		*type;
	char		*source;
};

struct hierarchies {
	struct hierarchy *hierarchy;
	size_t		  count;
	bool		  told;		/* of all there are and their devices, as root is */
};

/* Newest first; nothing mounted and no daemon to ask is an empty list. */
int hierarchies_load(struct hierarchies *list);
void hierarchies_free(struct hierarchies *list);
const struct hierarchy *hierarchy_find(const struct hierarchies *list, int id);
/* Whether @dev is the device of one of them, or cannot be told. */
bool hierarchies_have(const struct hierarchies *list, dev_t dev);
/* Is @word one of @list, which commas separate? */
bool has_word(const char *list, const char *word);
/*
 * Split the next "id:subsystems[,name=X]:/path" off *@text; its parts are
 * borrowed from there. False at the end.
 */
bool where_line(char **text, int *id, char **subsystems, char **path);

/* --- freeze.c --- */

/* That @err came of freezer.state of @place, which the user called @arg. */
void complain_freezer(const char *command, const char *arg, const struct place *place, int err);
/* Call @fn, which reports, for each PATH of a command without options; exit status. */
int each_container(int argc, char **argv, bool (*fn)(const char *arg));

/* --- kill.c --- */

/* Waiting for those who were killed. */
struct kill_wait {
	const char		*command;	/* whose it is, for messages */
	unsigned long long	begun, end;	/* ns; end 0: no limit */
	unsigned long long	shown;		/* when it was last */
	int			columns;	/* that are not blank any more */
};
struct kill_wait kill_wait_begin(const char *command);
/*
 * Until nobody is left in @place, which the user knows as @arg, and below; @events is its
 * container.events. After two seconds, who is waited for is shown at a terminal. Reports.
 */
bool kill_wait_gone(const struct place *place, const char *arg, int events,
		    struct kill_wait *wait);

/* --- remove.c --- */

/* End the hierarchy @id, which is not mounted; @kill: whoever is in its containers, too. Exit status. */
int hierarchy_remove(int id, bool kill);

/* --- the commands --- */

int cmd_tree(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_where(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_kill(int argc, char **argv);
int cmd_freeze(int argc, char **argv);
int cmd_thaw(int argc, char **argv);
int cmd_hierarchies(int argc, char **argv);
int cmd_subsystems(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);

#endif /* CONTAINERCTL_H */
