// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerfsd: containerfs where no kernel module is loaded, by FUSE and BPF.
 *
 * This file is the table of contents: options, and the parts in the order in which
 * they are started, and ended in reverse.  Nothing before start_daemon() makes a
 * thread or engine state, because start_daemon() forks.  The steps before it take off
 * the process what it inherited.
 */
#include <stdlib.h>
#include <string.h>

#include "base/parts.h"
#include "common/endpoint.h"
#include "common/process.h"
#include "daemon/daemon.h"
#include "daemon/failure.h"
#include "tasks/tasks.h"
#include "../../kernel/ns_host.h"

static const struct options *options;

static int tasks_up(void)
{
	return tasks_init(&options->tasks);
}

/* Hierarchies that were given up with their containers end with the process. */
static void engine_down(void)
{
	if (hierarchy_count())
		return;
	container_engine_exit();
	container_engine_free();
}

static int control_up(void)
{
	return control_init(start_listen(), lifetime_used);
}

static int start_up(void)
{
	const char *what = ns_host.describe(), *how = strstr(what, ": ");

	lifetime_ready();
	start_ready(options->level, options->syslog);
	log_info("version " VERSION " at %s; %s", endpoint_show(options->socket),
		 how ? how + 2 : what);
	return 0;
}

static const struct part parts[] = {
	{ "/dev/fuse", failure_check_fuse, NULL, FAILURE_NO_FUSE },
	{ "loop", loop_init, loop_exit, FAILURE_RESOURCE },
	{ "lifetime", lifetime_init, lifetime_exit, FAILURE_RESOURCE },
	{ "engine", container_engine_init, engine_down, FAILURE_MEMORY },
	{ "tasks", tasks_up, tasks_exit },	/* by its error: failure_of_tasks() */
	{ "agent", agent_init, agent_exit, FAILURE_MEMORY },
	{ "privilege", privilege_trim, NULL, FAILURE_CAPABILITIES },
	{ "control", control_up, control_exit, FAILURE_SOCKET },
	{ "start", start_up, start_exit },
	{ }
};

static int serve(const struct options *o)
{
	enum failure why = FAILURE_RESOURCE;
	const struct part *failed;
	int err;

	options = o;
	err = parts_init(parts, &failed);
	if (!err) {
		err = loop_run();
		parts_exit(parts);
	} else {
		why = failed->init == tasks_up ? failure_of_tasks(err) : (enum failure)failed->why;
	}
	if (err)
		failure_log(why, err, NULL);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options o;
	int status;

	process_stdio();
	status = options_parse(argc, argv, &o);
	if (status)
		return status - 1;
	/* until it listens, log only what a user must see who only asked for a mount */
	log_set(!o.foreground && o.level > LOG_LEVEL_WARN ? LOG_LEVEL_WARN : o.level, false);
	if (privilege_check())
		return EXIT_FAILURE;
	process_signals();
	if (privilege_join_host())
		return EXIT_FAILURE;
	cgroups_leave();
	privilege_reset();
	status = start_daemon(o.socket, o.foreground);
	if (status)
		return status;
	status = home_enter();
	if (status) {
		failure_log(FAILURE_ROOT_DIRECTORY, status, NULL);
		return EXIT_FAILURE;
	}
	return serve(&o);
}
