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
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "creation.h"
#include "job.h"

struct run {
	char			**argv;		/* the whole command line */
	const char		*arg;		/* PATH */
	struct creation		 creation;
	bool			 detach, remove, init, stats, json;
	unsigned long long	 timeout, kill_after;	/* ns */
	struct spot		 spot;
	struct containerfs_stat	 there;		/* of PATH, if it was there */
	int			 entered;	/* the container whose things the command enters */
	int			 dir;		/* where the container of the command is, */
	char			*name, *path;	/* and what it is called */
	bool			 below;		/* it is below PATH, which was there */
	bool			 lost;		/* containerfsd has died meanwhile */
	bool			 again;		/* PATH went, or came, at the wrong time */
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

/*
 * PATH is dead. Does it go, because the run that made it is at its end? Waits for that, a
 * second at most.
 */
static bool path_goes(const struct run *r)
{
	struct pollfd p = { .fd = openat(r->entered, "container.events", O_RDONLY | O_CLOEXEC),
			    .events = POLLPRI };
	unsigned long long end = now_ns(CLOCK_MONOTONIC) + NS_PER_SEC;
	struct containerfs_stat st;
	bool used = true, gone;
	char *text;

	while (!(gone = is_gone(object_stat(r->entered, &st))) && used &&
	       now_ns(CLOCK_MONOTONIC) < end) {
		used = st.leases;
		if (!used && !read_short(r->entered, "container.events", &text)) {
			used = !strstr(text, "populated 0") || !strstr(text, "children 0\n");
			free(text);
		}
		if (used)
			poll(&p, 1, 10);
	}
	if (p.fd >= 0)
		close(p.fd);
	return gone || is_gone(object_stat(r->entered, &st));
}

static bool make_below(struct run *r)
{
	if (r->there.flags & CONTAINERFS_STAT_DEAD) {
		r->again = path_goes(r);
		if (!r->again)
			complain("run: %s: %s", r->path, container_error(-ECANCELED));
		return false;
	}
	if (creation_holds(&r->creation)) {
		complain("run: %s is there already: namespaces and a keyring are for a container "
			 "that is to be made", r->path);
		return false;
	}
	r->below = true;
	r->dir = r->entered;
	r->name = xasprintf("run-%d", (int)getpid());
	free(r->path);
	r->path = xasprintf("%s/%s/%s", r->spot.directory, r->spot.name, r->name);
	r->job.cfd = creation_make(&r->creation, r->dir, r->name, CONTAINER_KILL_ON_CLOSE |
				   CONTAINER_REMOVE_ON_CLOSE, r->path, &r->again);
	return r->job.cfd >= 0;
}

/* Make the container of the command, with its lease. Reports, unless r->again. */
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
	r->job.cfd = creation_make(&r->creation, r->dir, r->name, lease, r->path, &r->again);
	r->entered = r->job.cfd;
	return r->job.cfd >= 0;
}

/* Undo what has been made, which was not used. */
static void undo(struct run *r)
{
	if (r->name && r->job.cfd >= 0) {
		object_remove(r->job.cfd);
		close(r->job.cfd);
	}
	spot_forget(&r->spot);
	spot_free(&r->spot);
	free(r->name);
	free(r->path);
	r->name = r->path = NULL;
	r->entered = r->dir = r->job.cfd = -1;
	r->below = false;
}

/* Find PATH and make what there is to make. Reports, and has undone all, if it fails. */
static bool prepare(struct run *r)
{
	int err, tries = 0;

	/* before anything is made */
	if (creation_enters(&r->creation) && !be_sealed("run", r->argv))
		return false;
	do {
		r->again = false;
		if (!spot_find("run", r->arg, r->creation.hierarchy, &r->spot))
			return false;
		r->there = (struct containerfs_stat){ 0 };
		if (r->spot.there >= 0)
			object_stat(r->spot.there, &r->there);
		if ((r->spot.there < 0 || !object_enters(&r->there) || be_sealed("run", r->argv)) &&
		    make(r))
			return true;
		err = errno;
		if (r->again && ++tries == SPOT_TRIES) {
			complain("run: %s: %s", r->path, create_error(err));
			r->again = false;
		}
		undo(r);
	} while (r->again);
	return false;
}

/* --- the command --- */

/* A session of its own, and nothing to read; where its output goes is the caller's choice. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	if (null >= 0)
		dup2(null, STDIN_FILENO);
}

static void __attribute__((noreturn)) child(struct run *r, char **argv)
{
	/* in a copy of our mounts, the command is where we are */
	if (r->creation.flags & CONTAINER_NEW_FS_NS && r->cwd && chdir(r->cwd))
		complain("run: %s: %s", r->cwd, strerror(errno));
	if (r->detach)
		leave_terminal();
	job_exec("run", argv, r->told);
}

/* The child goes straight to where it is to be: the container above may be frozen. */
static pid_t fork_command(struct run *r, unsigned int flags)
{
	struct job *job = &r->job;

	return r->below ? container_fork_below(r->entered, job->cfd, flags, &job->pidfd) :
			  container_fork(r->entered, flags, &job->pidfd);
}

static bool has_ended(int cfd)
{
	struct containerfs_stat st;
	int err = object_stat(cfd, &st);

	return is_gone(err) || (!err && st.flags & CONTAINERFS_STAT_DEAD);
}

static bool start(struct run *r, char **argv)
{
	unsigned int flags = r->init ? CONTAINER_INIT : 0;
	struct containerfs_stat st;
	struct job *job = &r->job;
	bool may_be_init;

	may_be_init = (flags && !r->below) || r->there.held & CLONE_NEWPID ||
		      (r->spot.there < 0 && (r->creation.flags & CONTAINER_NEW_PID_NS ||
					     r->creation.nr_fds));
	job->pid = fork_command(r, flags);
	if (!job->pid)
		child(r, argv);
	if (job->pid < 0) {
		char *why = errno == ENOSPC ? attach_error(&(struct place){
			.directory = r->path, .path = r->path, .target = r->spot.directory }) : NULL;

		int err = errno;

		/* rm --empty may have looked before there was a lease */
		r->again = is_gone(object_stat(job->cfd, &st)) ||
			   (r->below && (has_ended(job->cfd) || has_ended(r->entered)));
		if (!r->again)
			complain("run: %s: %s", r->path, why ? why : enter_error(err));
		free(why);
		return false;
	}
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
	if (err == -ENOTCONN) {
		r->lost = true;
		complain("run: %s: containerfsd has died: what the command has left behind goes on",
			 r->path);
	} else if (err && !is_gone(err)) {
		complain_file("run", &place, events < 0 ? "container.events" : "container.kill", err);
	} else if (!done) {
		done = err || kill_wait_gone(&place, r->path, events, &wait);
	}
	if (events >= 0)
		close(events);
	return done;
}

/* Give the lease back: the container is dead, and nobody enters it any more. */
static void die(struct run *r)
{
	int plain = openat(r->job.cfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (plain < 0)
		return;
	if (r->entered == r->job.cfd)
		r->entered = plain;
	close(r->job.cfd);
	r->job.cfd = plain;
}

/* Remove the container and what is below. Others may make something there meanwhile. */
static bool remove_all(struct run *r)
{
	unsigned long long until = now_ns(CLOCK_MONOTONIC) + 10 * NS_PER_SEC;
	int err;

	for (;;) {
		struct rmtree tree = { .on_failed = on_failed };

		/* what cannot be removed yet, and why, the last try tells */
		if (now_ns(CLOCK_MONOTONIC) < until)
			tree.only_empty = true;
		rmtree_below(&tree, r->job.cfd, r->path);
		err = object_remove(r->job.cfd);
		if (err != -EBUSY || !tree.only_empty)
			break;
		die(r);
		if (!clear(r))
			return false;
		poll(NULL, 0, 1);
	}
	if (err)
		on_failed(r->path, err, NULL);
	return !err;
}

/* Was the command killed because the run that made PATH has ended? */
static bool ended_with_path(const struct run *r)
{
	return r->below && !r->job.timed_out && WIFSIGNALED(r->job.status) &&
	       WTERMSIG(r->job.status) == SIGKILL && has_ended(r->entered);
}

static bool has_pids_max(const struct run *r)
{
	for (size_t i = 0; i < r->creation.nr_writes; i++)
		if (!strcmp(r->creation.write[i].file, "pids.max"))
			return true;
	return false;
}

static bool end(struct run *r)
{
	bool gone = false, cleared = true, remove = r->remove || r->below;

	if (ended_with_path(r))
		complain("run: %s: killed with %s/%s, which is dead", r->path, r->spot.directory,
			 r->spot.name);
	if (!r->stats && has_pids_max(r))
		job_tell_refused(&r->job, r->path);
	/* most commands leave nothing behind */
	if (remove && !r->stats)
		gone = !object_remove(r->job.cfd);
	/* who has come to run here, too, is to see why it ends */
	if (!gone && !r->stats)
		die(r);
	if (!gone)
		cleared = clear(r);
	if (r->stats)
		job_stats(&r->job, r->path, r->json);
	if (remove && !gone && cleared)
		cleared = remove_all(r);
	/* the lease: the container, if it stays, is dead */
	close(r->job.cfd);
	if (r->remove)
		spot_forget(&r->spot);
	else
		spot_keep(&r->spot);
	return cleared;
}

/* --- the whole --- */

/* Where the command runs, for who ran --detach and may have been killed meanwhile. */
static void tell_path(const struct run *r)
{
	size_t size = strlen(r->path) + 1;

	signal(SIGPIPE, SIG_IGN);
	if (size < PIPE_BUF && write(r->told, r->path, size) < 0 && errno != EPIPE)
		complain("run: %s", strerror(errno));
}

/* The whole of it in this process; exit status. */
static int run(struct run *r, char **argv)
{
	int status;

	job_signals();
	r->job.begun = now_ns(CLOCK_MONOTONIC);
	while ((r->timeout && !guard_start(&r->job)) || !start(r, argv)) {
		guard_end(&r->job);
		undo(r);
		if (!r->again || !prepare(r))
			return EXIT_OURS;
	}
	if (r->told >= 0) {
		tell_path(r);
		close(r->told);
	}
	r->told = -1;
	if (!has_end(r)) {
		spot_keep(&r->spot);
		return EXIT_SUCCESS;
	}
	job_wait(&r->job);
	status = job_exit_status(&r->job);
	if (!end(r) && !r->lost)
		status = EXIT_OURS;
	guard_end(&r->job);
	return status;
}

/*
 * What comes through @told until the command has been executed: the path of its container,
 * with a zero byte after it, and the exit status of a failure, in any order. Prints the path
 * if there is no failure.
 */
static int hear(int told)
{
	char text[2 * PIPE_BUF + 1];
	size_t len = 0, end = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 &&
	       ((n = read(told, text + len, sizeof(text) - 1 - len)) > 0 || (n < 0 && errno == EINTR)))
		len += n > 0 ? (size_t)n : 0;
	text[len] = '\0';
	if (text[0] == '/')
		end = strlen(text) + 1;
	if (end < len)
		return (unsigned char)text[end];
	if (end)
		puts(text);
	return EXIT_SUCCESS;
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
	{ 'd', "detach", NULL, "leave COMMAND running, and print the path of its container" },
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
	r.argv = argv - 1;
	r.arg = argv[optind];
	if (!prepare(&r))
		return EXIT_OURS;
	return r.detach ? run_behind(&r, command) : run(&r, command);
}
