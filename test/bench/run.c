// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sandbox costs that runs true(1): containerctl, and others of its kind where they are
 * installed. The base is posix_spawn(3) of true itself, with its wait, in alternation.
 *
 * "-held" enters four namespaces that are there, "-new" makes a container with four new ones
 * and removes it. Of the others, unshare(1) and bwrap make the same four; crun has a bundle
 * of its own, with the machine's root directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define NAMESPACES	"mnt,uts,ipc,net"
#define MIN_PAIRS	20
#define WORDS		16

extern char **environ;

static char ctl[512], bare[160], held[160], fresh[160], bundle[160];

static const struct run_op {
	const char	*name, *help;
	struct aim	 aim;
	const char	*argv[WORDS];
} ops[] = {
	{ "run-plain", "containerctl run --rm, no namespaces", { 2, 2 },
	  { ctl, "run", "--rm", fresh, "true" } },
	{ "run-new", "with four new namespaces", { 0, 0 },
	  { ctl, "run", "--rm", "-N", NAMESPACES, fresh, "true" } },
	{ "run-held", "containerctl run, in four that are held", { 1.3, 1.3 },
	  { ctl, "run", held, "true" } },
	{ "enter-held", "containerctl enter, the same", { 1.3, 1.3 },
	  { ctl, "enter", held, "true" } },
	{ "exec", "containerctl exec", { 0, 0 }, { ctl, "exec", bare, "true" } },
	{ "unshare", "unshare(1), four namespaces", { 0, 0 }, { "unshare", "-muin", "true" } },
	{ "bwrap", "bubblewrap, four namespaces", { 0, 0 },
	  { "bwrap", "--unshare-uts", "--unshare-ipc", "--unshare-net", "--dev-bind", "/", "/",
	    "true" } },
	{ "crun", "crun, without cgroups", { 0, 0 },
	  { "crun", "--cgroup-manager=disabled", "run", "--bundle", bundle, "bench" } },
};
#define NR_OPS	(sizeof(ops) / sizeof(ops[0]))

/* Seconds for a program and its wait; -1 - its exit status if that is not 0. */
static double once(const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	double t = now();
	int status, err;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return -1 - 127;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	t = now() - t;
	return !status ? t : -1 - (WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

static void measure(const struct run_op *op)
{
	static const char *const base[] = { "true", NULL };
	double began = now(), v[NR_SIDES], spent;
	char why[64] = "interrupted";
	struct samples s;
	struct summary sum;

	samples_init(&s);
	for (unsigned int i = 0; !stopped; i++) {
		enum side first = i & 1 ? OURS : BASE;

		v[first] = once(first == OURS ? op->argv : base);
		v[!first] = once(first == OURS ? base : op->argv);
		if (v[OURS] < 0) {
			snprintf(why, sizeof(why), v[OURS] == -128 ? "not installed" : "exit status %.0f",
				 -v[OURS] - 1);
			s.nr = 0;
			break;
		}
		if (i)
			samples_add(&s, v[BASE], v[OURS]);
		spent = (now() - began) / options.seconds;
		progress(op->name, spent);
		if (options.batches ? i >= options.batches : spent >= 1 && i >= MIN_PAIRS)
			break;
	}
	progress_end();
	if (s.nr) {
		sum = samples_summary(&s);
		table_row(op->name, "spawn", SECONDS, op->aim, &sum);
	} else {
		table_skip(op->name, why);
	}
	samples_free(&s);
}

/* The smallest bundle that crun takes: true, on the machine's root directory. */
static int make_bundle(void)
{
	char path[192];
	FILE *f;

	snprintf(bundle, sizeof(bundle), "%s.bundle", other_dir());
	snprintf(path, sizeof(path), "%s/config.json", bundle);
	if (mkdir(bundle, 0755))
		return -errno;
	f = fopen(path, "we");
	if (!f)
		return -errno;
	fputs("{\"ociVersion\":\"1.0.0\",\"process\":{\"user\":{\"uid\":0,\"gid\":0},"
	      "\"args\":[\"true\"],\"env\":[\"PATH=/usr/bin:/bin\"],\"cwd\":\"/\"},"
	      "\"root\":{\"path\":\"/\",\"readonly\":false},\"mounts\":[],"
	      "\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"uts\"},"
	      "{\"type\":\"ipc\"},{\"type\":\"network\"}]}}\n", f);
	return fclose(f) ? -errno : 0;
}

static void remove_bundle(void)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/config.json", bundle);
	unlink(path);
	rmdir(bundle);
}

/* containerctl is where mount.containerfs is, or in the PATH. */
static void find_ctl(void)
{
	const char *slash = options.helper ? strrchr(options.helper, '/') : NULL;

	if (slash)
		snprintf(ctl, sizeof(ctl), "%.*s/containerctl", (int)(slash - options.helper),
			 options.helper);
	if (!slash || access(ctl, X_OK))
		strcpy(ctl, "containerctl");
}

static int make_containers(void)
{
	const char *const create[] = { ctl, "create", "-N", NAMESPACES, held, NULL };
	int err = host_mount(other_dir(), "ns,clone_flags=none");

	if (err)
		return err;
	snprintf(bare, sizeof(bare), "%s/bare", other_dir());
	snprintf(held, sizeof(held), "%s/held", other_dir());
	snprintf(fresh, sizeof(fresh), "%s/fresh", other_dir());
	if (mkdir(bare, 0755))
		return -errno;
	return once(create) < 0 ? -EIO : 0;
}

void run_run(void)
{
	bool any = false;
	int err;

	for (size_t i = 0; i < NR_OPS; i++)
		any |= wanted(ops[i].name);
	if (!any)
		return;
	find_ctl();
	err = make_containers();
	if (!err)
		err = make_bundle();
	for (size_t i = 0; i < NR_OPS && !stopped; i++) {
		if (!wanted(ops[i].name))
			continue;
		if (err)
			table_skip(ops[i].name, strerror(-err));
		else
			measure(&ops[i]);
	}
	if (*bundle)
		remove_bundle();
	host_umount_last(other_dir());
}

void run_help(void)
{
	puts("\nPrograms that run true(1), against posix_spawn(3) of it:");
	for (size_t i = 0; i < NR_OPS; i++)
		printf("  %-22s %s\n", ops[i].name, ops[i].help);
}
