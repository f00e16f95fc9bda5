/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl: what its commands share.
 *
 * Each command has a file with a function cmd_NAME(argc, argv), where argv[0] is
 * the command's name; the table of commands is in main.c. A command returns the
 * exit status: EXIT_SUCCESS, EXIT_FAILURE after a message, or EXIT_USAGE when the
 * command line was wrong.
 *
 * Functions that return int return 0 or a negative errno and print nothing.
 * Functions whose comment says "Reports" print what was wrong and what would be
 * accepted, and return false or NULL. The program ends when memory runs out.
 *
 * A container can be removed at any moment. A walk over containers skips those
 * that have gone (is_gone()); only a container that the user named is reported as
 * missing.
 */
#ifndef _CONTAINERCTL_H
#define _CONTAINERCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "uapi/containerfs.h"

#define EXIT_USAGE	2

struct option_row;
struct column;

/* --- the tables of commands: main.c has all, quick.c those that start a program --- */

struct command {
	const char		*name;
	int			(*fn)(int argc, char **argv);
	const char		*args;		/* for the usage line */
	const char		*help;		/* one line, begins with a small letter */
	const struct option_row	*options;	/* its own, or NULL */
	const struct column	*columns;	/* of the table that it prints, or NULL */
	const char		*no_option;	/* a hint after an unknown option, or NULL */
	const struct option_row	*also;		/* more options, or NULL */
	bool			 starts;	/* its options end before the first other word */
};

/* The command @name of this program, or NULL. */
const struct command *find_command(const char *name);
/* The commands of containerctl itself, as far as it is not containerctl-full. */
extern const struct command quick_commands[];
const struct command *find_quick(const char *name);
/* Does the locale have no characters beyond ASCII? */
bool is_ascii_locale(void);

/* --- message.c --- */

/* Print "containerctl: " and the message to stderr. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Print the usage line of @command to stderr; returns EXIT_USAGE. */
int usage_error(const char *command);
/* Print what `containerctl help COMMAND` prints. */
void print_help(const char *command);

/* --- options.c: the options of a command, one table for getopt and the help --- */

/* A table ends with a row without a name. */
struct option_row {
	int		 key;		/* a letter is the short form; see OPTION_LONG */
	const char	*name;		/* the long form */
	const char	*value;		/* what the help calls its value; NULL: it takes none */
	const char	*help;		/* one or more lines; NULL: the help does not show it */
};

/* Options with this key, and with greater ones, have no short form. */
#define OPTION_LONG	256

#define OPTION_END	(-1)
#define OPTION_STOP	(-2)

/*
 * The key of the next option of command @argv[0]; optarg is its value. OPTION_END:
 * the other words begin at argv[optind]. OPTION_STOP: the help was printed, or an
 * error was reported, and *@status is the exit status.
 */
int option_next(int argc, char **argv, int *status);
/* Is there a word after the options? Reports; @what is "PATH". */
bool words_given(int argc, char **argv, const char *what, int *status);
/* Call @fn, which reports, for each word after the options; exit status. */
int each_word(int argc, char **argv, bool (*fn)(const char *word, void *arg), void *arg);
void print_options(const struct command *command);

/* The options that all tables have. */
extern const struct option_row table_option_rows[];
/* Print the names of @columns and what they are, one a line. */
void columns_print(FILE *out, const struct column *columns);

/* --- file.c: control files, and memory --- */

/* Does @err say that the container of the file has been removed? */
bool is_gone(int err);
/* *@text is the whole file as a string, for free(). */
int read_file(int dirfd, const char *name, char **text);
int read_fd(int fd, char **text);
/* The same of a file with a few lines at most; saves a request to the daemon. */
int read_short(int dirfd, const char *name, char **text);
/* Write @text by one write(2). */
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
	char	*root;		/* path of the container that is mounted here */
	char	*options;	/* as the mount table has them; FUSE mounts show no subsystems */
	dev_t	 dev;		/* the same for all mounts of one hierarchy */
};

struct mounts {
	struct mount	*mount;
	size_t		 count;
};

/* Every mount that can be seen from here; with @unique, one of each hierarchy. */
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
 * Find the container @arg: a path of the file system, or a path within the hierarchy
 * that home_choose() finds. Reports.
 */
bool place_open(const char *command, const char *arg, struct place *place);
/*
 * Does the daemon that serves @arg answer? If it was stopped or hangs, that is
 * reported, and the caller must not touch @arg, because it would hang as well.
 */
bool place_answers(const struct mounts *mounts, const char *arg);
/* The same: -ETIMEDOUT after the report; or what statfs(2) of @arg says, 0 if none was needed. */
int place_ask(const struct mounts *mounts, const char *arg);
/* Open the directory @arg and find the mount that it is in; -EXDEV if there is none. */
int place_open_in(const struct mounts *mounts, const char *arg, struct place *place);
/* Open the container that @mount shows at its mount point. */
int place_open_mount(const struct mount *mount, struct place *place);
void place_close(struct place *place);
/* Close the directory, because an open directory keeps a mount busy; the rest stays. */
void place_shut(struct place *place);
/* The part of @directory below @target, "" if they are the same; NULL: it is not below. */
const char *path_below(const char *directory, const char *target);
/* @dir/@rest without double slashes and without a slash at the end; for free(). */
char *path_join(const char *dir, const char *rest);

/* --- explain.c: why something cannot be done --- */

/* The functions complain_ and explain_ print; the functions _error return a text. */
/* @file of @place could not be read or written; the owner is named if that is why. */
void complain_file(const char *command, const struct place *place, const char *file, int err);
/* freezer.state of @place, which the user called @arg, could not be used. */
void complain_freezer(const char *command, const char *arg, const struct place *place, int err);
/* The mount table cannot be read. */
void complain_mounts(const char *command);
/* No hierarchy is mounted, and how to mount one; or its daemon is dead. */
void explain_no_hierarchy(const char *command);
/* The daemon of a mount is dead. False if there is no such mount: nothing is printed. */
bool explain_dead(const char *command);
/* Why the PATH @arg leads to no container. */
void explain_place(const char *command, const char *arg, const struct mounts *all,
		   const struct mounts *hierarchies, int err);
/* What @err says of a container: that it has been removed, or is dead, or strerror(). */
const char *container_error(int err);
/* What @err, an errno of container_fork(), says. */
const char *enter_error(int err);
/* Why no task can be moved to @place (ENOSPC); NULL: complain_file() knows. For free(). */
char *attach_error(const struct place *place);

/* After "Permission denied" of a container that is to be made. */
#define DELEGATE_HINT	"root's `containerctl delegate USER` makes a container below which a user may"

/* --- program.c --- */

/* The directory that this program is in, or NULL; borrowed. */
const char *program_directory(void);
/* Tell a copy of this program, which this process is to become; and forget that. */
void program_pass_directory(void);
void program_forget_directory(void);

/* --- user.c, and front.c --- */

/* The name of @uid, or its number if it has none; for free(). */
char *user_name(uid_t uid);

/* --- walk.c: containers below a place --- */

struct container {
	char			 *name;		/* last part of @path, "/" for the top */
	char			 *path;
	unsigned long		  tasks;	/* threads */
	unsigned long		  procs;	/* WALK_PROCS: processes that can be seen from here */
	char			 *commands;	/* WALK_COMMANDS: the commands of these */
	bool			  populated;
	bool			  clone;	/* WALK_CLONE: was it made by a clone? */
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
#define WALK_QUIET	0x10	/* count in @unreadable, and print nothing */

/* Read the container at @place and all below it, now. NULL: *@err says why. */
struct container *walk(const struct place *place, unsigned int what, int *err);
/*
 * The same; @visit is called for each container, before those below it, with its
 * directory @fd. @visit may set *@own, which is freed with the container.
 */
typedef int (*visit_fn)(int fd, const struct container *cont, void *arg, void **own);
struct container *walk_visit(const struct place *place, unsigned int what, visit_fn visit,
			     void *arg, int *err);
void container_free(struct container *cont);
/* Path of the directory of @cont, which was found by a walk from @place; for free(). */
char *container_directory(const struct place *place, const struct container *cont);
/* Names of the directories in @fd, node2 before node10; each and the array: for free(). */
int list_children(int fd, char ***namesp, size_t *nr);

/* --- text.c: for terminals and people --- */

/* @text with bytes that are not UTF-8 as \xNN. Frees @text; the result is for free(). */
char *to_utf8(char *text);
/* @text with all that could steer a terminal as \xNN; for free(). */
char *printable(const char *text);
/* How many columns of a terminal @text takes; it is printable(). */
int text_width(const char *text);
/*
 * @text, which is printable(), filled up with spaces or cut to @width columns. "..."
 * stands for what is cut off, at the right or at the left. For free().
 */
char *text_fit(const char *text, int width);
char *text_fit_left(const char *text, int width);
/* "1.5M", in powers of 1024; "0.850s", "12min 05s". For free(). */
char *human_bytes(unsigned long long bytes);
char *human_time(unsigned long long ns);

/* --- json.c --- */

struct json {
	FILE		*out;
	bool		 lines;		/* print all on one line, not a line a value */
	int		 depth;
	bool		 any;		/* there is a value before, at this depth */
};

/* @key is NULL in an array and at the top; @open is '{' or '['. */
void json_open(struct json *json, const char *key, char open);
void json_close(struct json *json, char close);
void json_string(struct json *json, const char *key, const char *text);
/* @text is a number, true, false or null, and is printed as it is. */
void json_plain(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, unsigned long long number);

/* --- proc.c: processes, by their ids and in /proc --- */

struct pids {
	pid_t	*pid;
	size_t	 nr;
};

/* The ids that cgroup.procs of the container @fd lists. */
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

/*
 * The command of the task @pid, for free(), or NULL: it has gone. *@kernel: is it a
 * thread of the kernel? *@state: the letter of its state. Both may be NULL.
 */
char *proc_command(const char *pid, bool *kernel, char *state);
/* What /proc/PID/stat tells of @sorted; processes that have gone are left out. */
void procs_read(const struct pids *sorted, struct procs *procs);
const struct proc *procs_find(const struct procs *procs, pid_t pid);
void procs_free(struct procs *procs);

/* --- table.c: tables as lsns and lsblk print them --- */

/* A list of columns ends with one without a name. */
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
 * Read the options; the other words begin at argv[optind]. @own is called for the
 * command's own options; it reports, and returns false if the value is bad. It may be
 * NULL. Reports; *@status is the exit status when false.
 */
bool table_options(int argc, char **argv, struct table_opts *opts,
		   bool (*own)(int key, void *arg), void *arg, int *status);
/* @name: of the JSON array. @defaults: columns, separated by commas. Reports. */
struct table *table_new(const char *name, const struct column *columns, const char *defaults,
			const struct table_opts *opts);
bool table_wants(const struct table *table, size_t column);
struct libscols_line *table_line(struct table *table, struct libscols_line *parent);
/* Takes @text, which comes from malloc(). */
void table_set(struct table *table, struct libscols_line *line, size_t column, char *text);
/* Print and free the table; exit status. */
int table_end(struct table *table);

/* --- progress.c: the time, and what is shown while something takes long --- */

#define NS_PER_SEC	1000000000ULL

unsigned long long now_ns(clockid_t clock);
/* Seconds, with a fraction or not, as ns: more than 0 and less than a century. */
bool parse_seconds(const char *text, unsigned long long *ns);

struct progress {
	unsigned long long	begun, shown;	/* ns, CLOCK_MONOTONIC; 0: not yet */
	bool			terminal;	/* there is one to show it at */
	bool			visible;
};

struct progress progress_begin(void);
/* When the line is to be shown: two seconds after the beginning, then each second. */
unsigned long long progress_next(const struct progress *p);
bool progress_due(const struct progress *p);
/* Show @text, which is printable(); NULL: there is nothing to show this time. */
void progress_show(struct progress *p, const char *text);
void progress_clear(struct progress *p);

/* --- show.c: tree and ls differ in their default columns only --- */

int show_containers(int argc, char **argv, const char *defaults, bool tree);
/*
 * Call @fn with the top of each hierarchy that is mounted; an exit status. Reports, as
 * @command, what cannot be shown. @fn returns 0 or a negative errno.
 */
int show_all(const char *command, int (*fn)(void *arg, const struct place *place), void *arg);

/* --- daemon.c: questions to containerfsd --- */

/*
 * Ask @op (control.h) about the file @fd (-1: about none); *@text is the answer, for
 * free(). -ENOENT, -ECONNREFUSED: no daemon runs. -ETIMEDOUT: the daemon does not
 * answer, and *@text is a sentence that says why. Other errors are the daemon's, and
 * *@text is its reason, or NULL.
 */
int daemon_ask(unsigned int op, int fd, char **text);
/* A detached mount of the hierarchy that @options name: its descriptor, or as daemon_ask(). */
int daemon_mount(const char *options, char **text);
/*
 * Complain, but only once, that the daemon which serves @what does not answer. @why
 * is the sentence of daemon_ask(); NULL: ask now. Has that been said, now or before?
 */
bool daemon_silent(const char *what, const char *why);
bool daemon_was_silent(void);

/* --- hierarchy.c: live hierarchies, mounted or not --- */

struct hierarchy {
	int		 id;
	char		*subsystems;	/* comma separated, "" if none */
	char		*name;		/* or NULL */
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
	bool		  told;		/* all are in the list, with their devices: root is told */
};

/* Newest first. The list is empty if nothing is mounted and no daemon can be asked. */
int hierarchies_load(struct hierarchies *list);
void hierarchies_free(struct hierarchies *list);
const struct hierarchy *hierarchy_find(const struct hierarchies *list, int id);
/* Is @dev the device of a hierarchy of @list? True also if that is not known. */
bool hierarchies_have(const struct hierarchies *list, dev_t dev);
/* Is @word one of @list, which commas separate? */
bool has_word(const char *list, const char *word);
/*
 * Split the next "id:subsystems[,name=X]:/path" off *@text; the parts are borrowed
 * from there. False at the end.
 */
bool where_line(char **text, int *id, char **subsystems, char **path);

/* --- kill.c --- */

/* A wait for the end of killed tasks. */
struct kill_wait {
	const char		*command;	/* for messages */
	unsigned long long	end;		/* ns, CLOCK_MONOTONIC; 0: no limit */
	struct progress		progress;
};

/* @limit: ns, 0: none. */
struct kill_wait kill_wait_begin(const char *command, unsigned long long limit);
/*
 * Wait until no task is left in @place and below. @arg is what the user calls it,
 * @events is its container.events. The tasks that are left are shown meanwhile.
 * Reports.
 */
bool kill_wait_gone(const struct place *place, const char *arg, int events,
		    struct kill_wait *wait);

/* --- rmtree.c --- */

struct rmtree {
	bool		only_empty;	/* leave containers that are in use, and those that hold */
	void		(*on_removed)(void *arg);			/* or NULL */
	void		(*on_failed)(const char *path, int err, void *arg);	/* the first only */
	void		*arg;
	unsigned long	removed, failed;
};

/* Remove all below the container @fd, whose path for messages is @path. */
void rmtree_below(struct rmtree *rm, int fd, const char *path);
/* Remove the container @fd itself, which must not be a mount's root. */
void rmtree_self(struct rmtree *rm, int fd, const char *path);

/* --- object.c --- */

struct held_name {
	const char	*name;
	unsigned int	 bit;		/* in containerfs_stat.held */
};
extern const struct held_name held_names[];	/* the last has no name */

/* What the container @fd is; -ENOTTY: it is no container. */
int object_stat(int fd, struct containerfs_stat *st);
/*
 * Does whoever enters the container meet processes that could reach the files of the caller
 * by way of /proc/PID/exe, and not otherwise: has it another root, mount or user namespace?
 */
bool object_enters(const struct containerfs_stat *st);
/*
 * Remove the container @fd, whatever its name is now, and no other one. 0: it has gone;
 * -EBUSY and other errors of rmdir(2).
 */
int object_remove(int fd);
/* "dead", or what its init does: "none" (there is none), "running", "exited"; NULL: not known. */
const char *object_state(const struct containerfs_stat *st);
/* "mnt,net,root": the names of the bits @held; for free(). */
char *held_text(unsigned int held);

/* --- home.c --- */

/*
 * The top container of @hierarchy, a PATH, or with NULL of the one that is meant without a
 * PATH, which is mounted first if that is needed. Reports.
 */
bool home_open(const char *command, const char *hierarchy, struct place *top);
/*
 * Open the top container of the hierarchy in @list, one mount of each, that a PATH which is
 * no path of the file system is in: the hierarchy that has ns, or the only one.
 */
bool home_choose(const struct mounts *list, struct place *top);

/* --- spot.c --- */

/* Where a container is, or is to be made. */
struct spot {
	int		 fd;		/* the directory above */
	char		*directory;	/* its path */
	char		*name;		/* of the container in it */
	int		 there;		/* the container, or -1: it is not there */
	unsigned int	 made;		/* so many containers above this process has made */
};

/*
 * Each further try to make something comes of a removal by somebody else at the same time.
 * This limit is for names that can be neither made nor found.
 */
#define SPOT_TRIES	1000
/*
 * Find the place of the PATH @arg, which begins at the top of @hierarchy unless that is
 * NULL; make what is missing above. Reports.
 */
bool spot_find(const char *command, const char *arg, const char *hierarchy, struct spot *spot);
/*
 * Remove what was made above, by this process or another one that did not keep it, as far as
 * it is empty and wherever it is now.
 */
void spot_forget(struct spot *spot);
/* What was made above is to stay. */
void spot_keep(struct spot *spot);
void spot_free(struct spot *spot);

/* --- remove.c --- */

/* End the hierarchy @id, which is not mounted. @kill: the tasks in its containers, too. Exit status. */
int hierarchy_remove(int id, bool kill);

/* --- known.c --- */

struct known_subsystem {
	const char	*name;
	const char	*purpose;
};
extern const struct known_subsystem known_subsystems[];		/* the last has no name */
/* Is @name a subsystem that this program was built with? */
bool subsystem_is_known(const char *name);

/* --- the commands, with their options and columns --- */

int cmd_tree(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_where(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_enter(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_hold(int argc, char **argv);
int cmd_rm(int argc, char **argv);
int cmd_ns(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_delegate(int argc, char **argv);
int cmd_kill(int argc, char **argv);
int cmd_freeze(int argc, char **argv);
int cmd_thaw(int argc, char **argv);
int cmd_hierarchies(int argc, char **argv);
int cmd_subsystems(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);

extern const struct option_row kill_options[], freeze_options[], hierarchies_options[],
			       stat_options[], top_options[], rm_options[],
			       creation_options[], run_options[], wait_options[];
extern const struct column container_columns[], where_columns[], hierarchy_columns[],
			   subsystem_columns[], ns_columns[], ps_columns[];

#endif /* _CONTAINERCTL_H */
