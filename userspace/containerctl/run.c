// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl run: a command in a container of its own, which is made for it, and of which
 * nothing is left when this returns.
 *
 * If PATH is there already, the container of the command is one below it, and the command
 * enters what PATH holds; so many can run in PATH, one after another or at the same time,
 * without an end to PATH itself.
 *
 * The descriptor of the container is a lease: whatever becomes of this process, also by
 * SIGKILL, all that the command has left behind dies. With --detach there is no lease, unless
 * something is to be done at the end: then a child of this process stays and holds it.
 */
#define _GNU_SOURCE
#include <containerfs.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "creation.h"
#include "job.h"

struct run {
	struct creation		 creation;
	bool			 detach, remove, init, stats, json;
	unsigned long long	 timeout, kill_after;	/* ns */
	struct spot		 spot;
	struct containerfs_stat	 there;		/* of PATH, if it was there */
	int			 entered;	/* the container whose things the command enters */
	int			 dir;		/* where the container of the command is, */
	char			*name, *path;	/* and what it is called */
	bool			 below;		/* it is below PATH, which was there */
	char			*cwd;		/* or NULL */
	int			 told;		/* --detach: where the command's start is told, or -1 */
	struct job		 job;
};

/* --- the container --- */

/* Does somebody have to stay until the end? */
static bool has_end(const struct run *r)
{
	return !r->detach || r->remove || r->timeout || r->stats;
}

static bool make_below(struct run *r)
{
	if (creation_holds(&r->creation)) {
		complain("run: %s is there already: namespaces and a keyring are for a container "
			 "that is to be made", r->path);
		return false;
	}
	if (r->there.flags & CONTAINERFS_STAT_DEAD) {
		complain("run: %s: %s", r->path, container_error(-ECANCELED));
		return false;
	}
	r->below = r->remove = true;
	r->dir = r->entered;
	r->name = xasprintf("run-%d", (int)getpid());
	free(r->path);
	r->path = xasprintf("%s/%s/%s", r->spot.directory, r->spot.name, r->name);
	r->job.cfd = creation_make(&r->creation, r->dir, r->name, CONTAINER_KILL_ON_CLOSE |
				   CONTAINER_REMOVE_ON_CLOSE, r->path);
	return r->job.cfd >= 0;
}

/* Make the container of the command, with its lease. Reports. */
static bool make(struct run *r)
{
	unsigned int lease = 0;

	r->path = path_join(r->spot.directory, r->spot.name);
	r->entered = r->spot.there;
	if (r->entered >= 0 && !has_end(r)) {
		r->job.cfd = r->entered;
		return creation_apply(&r->creation, r->entered, r->path);
	}
	if (r->entered >= 0)
		return make_below(r);
	if (has_end(r))
		lease = CONTAINER_KILL_ON_CLOSE | (r->remove ? CONTAINER_REMOVE_ON_CLOSE : 0);
	r->dir = r->spot.fd;
	r->name = xstrdup(r->spot.name);
	r->job.cfd = creation_make(&r->creation, r->dir, r->name, lease, r->path);
	r->entered = r->job.cfd;
	return r->job.cfd >= 0;
}

/* --- the command --- */

/* Files of the container below, which the command may not be able to open once it is inside. */
struct below {
	int	tasks, init;		/* or -1 */
};

static bool open_below(const struct run *r, struct below *b)
{
	*b = (struct below){ -1, -1 };
	if (!r->below)
		return true;
	b->tasks = openat(r->job.cfd, "tasks", O_WRONLY | O_CLOEXEC);
	if (r->init)
		b->init = openat(r->job.cfd, "container.init", O_WRONLY | O_CLOEXEC);
	if (b->tasks >= 0 && (!r->init || b->init >= 0))
		return true;
	complain("run: %s: %s", r->path, strerror(errno));
	return false;
}

/* A session of its own, and nothing to read; where its output goes is the caller's choice. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	if (null >= 0)
		dup2(null, STDIN_FILENO);
}

static void __attribute__((noreturn)) child(struct run *r, const struct below *b, char **argv)
{
	if ((b->tasks >= 0 && write(b->tasks, "0", 1) < 0) ||
	    (b->init >= 0 && write(b->init, "0", 1) < 0)) {
		complain("run: %s: %s", r->path, container_error(-errno));
		_exit(EXIT_OURS);
	}
	/* in a copy of our mounts, the command is where we are */
	if (r->creation.flags & CONTAINER_NEW_FS_NS && r->cwd && chdir(r->cwd))
		complain("run: %s: %s", r->cwd, strerror(errno));
	if (r->detach)
		leave_terminal();
	job_exec("run", argv, r->told);
}

static const char *enter_error(int err)
{
	return err == EBUSY ? "the container has an init already" : container_error(-err);
}

static bool start(struct run *r, char **argv)
{
	unsigned int flags = r->init && !r->below ? CONTAINER_INIT : 0;
	struct containerfs_stat st;
	struct job *job = &r->job;
	struct below b;
	bool may_be_init;

	if (!open_below(r, &b))
		return false;
	may_be_init = flags || r->there.held & CLONE_NEWPID ||
		      (r->spot.there < 0 && (r->creation.flags & CONTAINER_NEW_PID_NS ||
					     r->creation.nr_fds));
	job->pid = container_fork(r->entered, flags, &job->pidfd);
	if (!job->pid)
		child(r, &b, argv);
	if (job->pid < 0) {
		char *why = errno == ENOSPC ? attach_error(&(struct place){
			.directory = r->path, .path = r->path, .target = r->spot.directory }) : NULL;

		complain("run: %s: %s", r->path, why ? why : enter_error(errno));
		free(why);
	}
	if (b.tasks >= 0)
		close(b.tasks);
	if (b.init >= 0)
		close(b.init);
	if (job->pid < 0)
		return false;
	if (may_be_init && !object_stat(r->entered, &st) && st.init == job->pid)
		job->init = container_poll_fd(r->entered);
	return true;
}

/* --- the end --- */

static void on_failed(const char *path, int err, void *arg)
{
	complain("run: %s cannot be removed: %s", path, strerror(-err));
}

/* Kill whatever is left, and wait until it has gone. */
static bool clear(struct run *r)
{
	struct place place = { .fd = r->job.cfd, .directory = r->path, .path = r->path,
			       .target = (char *)"" };
	struct kill_wait wait = kill_wait_begin("run", 0);
	int events = openat(r->job.cfd, "container.events", O_RDONLY | O_CLOEXEC), err = 0;
	bool done = false;
	char *text;

	if (events < 0)
		err = -errno;
	else if (!read_short(r->job.cfd, "container.events", &text)) {
		done = strstr(text, "populated 0");
		free(text);
	}
	if (!err && !done)
		err = write_file(r->job.cfd, "container.kill", "1");
	if (err && !is_gone(err))
		complain_file("run", &place, events < 0 ? "container.events" : "container.kill", err);
	else if (!done)
		done = err || kill_wait_gone(&place, r->path, events, &wait);
	if (events >= 0)
		close(events);
	return done;
}

static bool end(struct run *r)
{
	struct rmtree tree = { .on_failed = on_failed };
	bool gone = false, cleared = true;

	/* most commands leave nothing behind */
	if (r->remove && !r->stats)
		gone = !unlinkat(r->dir, r->name, AT_REMOVEDIR) || is_gone(-errno);
	if (!gone)
		cleared = clear(r);
	if (r->stats)
		job_stats(&r->job, r->path, r->json);
	if (r->remove && !gone && cleared) {
		rmtree_below(&tree, r->job.cfd, r->path);
		rmtree_self(&tree, r->job.cfd, r->path);
	}
	/* the lease: the container, if it stays, is dead */
	close(r->job.cfd);
	if (r->remove)
		spot_forget(&r->spot);
	return cleared && !tree.failed;
}

/* --- the whole --- */

static void undo(struct run *r)
{
	if (r->name)
		unlinkat(r->dir, r->name, AT_REMOVEDIR);
	spot_forget(&r->spot);
}

/* The whole of it in this process; exit status. */
static int run(struct run *r, char **argv)
{
	int status;

	job_signals();
	r->job.begun = now_ns(CLOCK_MONOTONIC);
	if (!start(r, argv)) {
		undo(r);
		return EXIT_OURS;
	}
	if (r->told >= 0)
		close(r->told);
	r->told = -1;
	if (!has_end(r))
		return EXIT_SUCCESS;
	job_wait(&r->job);
	status = job_exit_status(&r->job);
	return end(r) ? status : EXIT_OURS;
}

/* As long as the command has not been executed, an exit status may come through @told. */
static int hear(int told)
{
	unsigned char status = EXIT_SUCCESS;

	while (read(told, &status, 1) < 0 && errno == EINTR)
		;
	return status;
}

/*
 * --detach: a child does it, and stays if it has to. This process ends as soon as the
 * command has been executed, or with the status of a failure before that.
 */
static int run_behind(struct run *r, char **argv)
{
	unsigned char status;
	int told[2];
	pid_t pid;

	if (pipe2(told, O_CLOEXEC)) {
		complain("run: %s", strerror(errno));
		return EXIT_OURS;
	}
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		complain("run: cannot fork: %s", strerror(errno));
		undo(r);
		return EXIT_OURS;
	}
	if (pid) {
		close(told[1]);
		return hear(told[0]);
	}
	close(told[0]);
	setsid();
	r->told = told[1];
	status = (unsigned char)run(r, argv);
	if (r->told >= 0 && write(r->told, &status, 1) < 0)
		complain("run: %s", strerror(errno));
	_exit(status);
}

enum { OPT_RM = OPTION_LONG + 100, OPT_INIT, OPT_TIMEOUT, OPT_KILL_AFTER, OPT_STATS, OPT_JSON };

const struct option_row run_options[] = {
	{ 'd', "detach", NULL, "do not wait for COMMAND, and leave it running" },
	{ OPT_RM, "rm", NULL, "remove PATH at the end" },
	{ OPT_INIT, "init", NULL, "COMMAND is the init: PATH is dead when it ends" },
	{ OPT_TIMEOUT, "timeout", "SECONDS", "the end of COMMAND after that time, with status 124" },
	{ OPT_KILL_AFTER, "kill-after", "SECONDS",
	  "SIGTERM first, and SIGKILL so much later; also after a signal that asks for the end" },
	{ OPT_STATS, "stats", NULL, "print at the end what was used" },
	{ OPT_JSON, "json", NULL, "the same in JSON" },
	{ 0 }
};

/* False: reported. */
static bool take_option(struct run *r, int key)
{
	unsigned long long *time = NULL;

	switch (key) {
	case 'd':
		r->detach = true;
		return true;
	case OPT_RM:
		r->remove = true;
		return true;
	case OPT_INIT:
		r->init = true;
		return true;
	case OPT_STATS:
		r->stats = true;
		return true;
	case OPT_JSON:
		r->stats = r->json = true;
		return true;
	case OPT_TIMEOUT:
		time = &r->timeout;
		break;
	case OPT_KILL_AFTER:
		time = &r->kill_after;
		break;
	default:
		return creation_option(&r->creation, key) != TOOK_BAD;
	}
	if (parse_seconds(optarg, time))
		return true;
	complain("run: '%s' is not a number of seconds above 0", optarg);
	return false;
}

/* Does the command enter a user namespace? */
static bool enters_user(const struct run *r)
{
	if (r->spot.there < 0)
		return r->creation.flags & CONTAINER_NEW_USER_NS || r->creation.nr_fds;
	return r->there.held & CLONE_NEWUSER;
}

static int run_in(struct run *r, char **argv, const char *path, char **command)
{
	int status = EXIT_OURS;

	if (!spot_find("run", path, r->creation.hierarchy, &r->spot))
		return EXIT_OURS;
	if (r->spot.there >= 0)
		object_stat(r->spot.there, &r->there);
	if (enters_user(r) && !be_sealed("run", argv - 1))
		return EXIT_OURS;
	if (!make(r))
		spot_forget(&r->spot);
	else if (r->detach)
		status = run_behind(r, command);
	else
		status = run(r, command);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct run r = { .entered = -1, .dir = -1, .told = -1,
			 .job = { .command = "run", .cfd = -1, .pidfd = -1, .init = -1, .own = true } };
	int key, status;
	char **command;

	creation_init(&r.creation, "run");
	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status ? EXIT_OURS : EXIT_SUCCESS;
		if (!take_option(&r, key)) {
			usage_error("run");
			return EXIT_OURS;
		}
	}
	command = job_command("run", argc - optind, argv + optind);
	if (!command)
		return EXIT_OURS;
	r.cwd = getcwd(NULL, 0);
	r.job.timeout = r.timeout;
	r.job.kill_after = r.kill_after;
	return run_in(&r, argv, argv[optind], command);
}
