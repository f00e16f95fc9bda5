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

#include "common/endpoint.h"
#include "common/process.h"
#include "daemon/daemon.h"
#include "daemon/failure.h"
#include "tasks/tasks.h"
#include "../../kernel/ns_host.h"

static int serve(const struct options *o)
{
	enum failure why = FAILURE_RESOURCE;
	int err;
#define STEP(call, failure, label) \
	do { err = (call); if (err) { why = FAILURE_##failure; goto label; } } while (0)
	STEP(failure_check_fuse(), NO_FUSE, out);
	STEP(loop_init(), RESOURCE, out);
	STEP(lifetime_init(), RESOURCE, exit_loop);
	STEP(container_engine_init(), MEMORY, exit_lifetime);
	err = tasks_init(&o->tasks);
	if (err) {
		why = failure_of_tasks(err);
		goto exit_engine;
	}
	STEP(agent_init(), MEMORY, exit_tasks);
	STEP(privilege_trim(), CAPABILITIES, exit_agent);
	STEP(control_init(start_listen(), lifetime_used), SOCKET, exit_agent);
#undef STEP
	lifetime_ready();
	start_ready(o->level, o->syslog);
	log_info("version " VERSION " at %s; ns %s", endpoint_show(o->socket), ns_host.describe());
	err = loop_run();
	start_exit();
	control_exit();
exit_agent:
	agent_exit();
exit_tasks:
	tasks_exit();
exit_engine:
	/* hierarchies that were given up with their containers end with the process */
	if (!hierarchy_count()) {
		container_engine_exit();
		container_engine_free();
	}
exit_lifetime:
	lifetime_exit();
exit_loop:
	loop_exit();
out:
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
