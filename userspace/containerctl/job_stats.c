// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a job has used, for --stats: what the subsystems of its hierarchy know of all that ran
 * in its container, and without them what is known of the command itself.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "job.h"

struct stats {
	unsigned long long	wall, cpu, user, system;	/* ns */
	bool			all;		/* cpu is that of all tasks, not of the command */
	long long		peak, forks, clones;		/* -1: not known */
	unsigned long long	rss;		/* bytes, of the command's largest process */
};

/* The number in @file, or behind @word in it; -1: there is none. */
static long long number_in(int fd, const char *file, const char *word)
{
	char *text, *at, *end;
	long long n = -1;

	if (read_short(fd, file, &text))
		return -1;
	at = word ? strstr(text, word) : text;
	if (at) {
		n = strtoll(at + (word ? strlen(word) : 0), &end, 10);
		if (end == at)
			n = -1;
	}
	free(text);
	return n;
}

static unsigned long long ns_of(const struct timeval *t)
{
	return (unsigned long long)t->tv_sec * NS_PER_SEC + (unsigned long long)t->tv_usec * 1000;
}

static struct stats read_stats(const struct job *job)
{
	struct stats s = {
		.wall = now_ns(CLOCK_MONOTONIC) - job->begun,
		.user = ns_of(&job->usage.ru_utime),
		.system = ns_of(&job->usage.ru_stime),
		.peak = number_in(job->cfd, "pids.peak", NULL),
		.forks = number_in(job->cfd, "pids.events", "max "),
		.clones = number_in(job->cfd, "ns.events", "refused "),
		.rss = (unsigned long long)job->usage.ru_maxrss * 1024,
	};
	long long usage = number_in(job->cfd, "cpuacct.usage", NULL);
	long long user = number_in(job->cfd, "cpuacct.usage_user", NULL);
	long long system = number_in(job->cfd, "cpuacct.usage_sys", NULL);

	s.all = usage >= 0;
	s.cpu = s.all ? (unsigned long long)usage : s.user + s.system;
	if (s.all && user >= 0 && system >= 0) {
		s.user = (unsigned long long)user;
		s.system = (unsigned long long)system;
	}
	return s;
}

static void print_json(const struct job *job, const char *path, const struct stats *s)
{
	struct json json = { .out = stderr, .lines = true };

	json_open(&json, NULL, '{');
	json_string(&json, "container", path);
	json_number(&json, "wall_ns", s->wall);
	json_number(&json, "cpu_ns", s->cpu);
	json_number(&json, "user_ns", s->user);
	json_number(&json, "system_ns", s->system);
	json_plain(&json, "cpu_of_all", s->all ? "true" : "false");
	json_number(&json, "maxrss_bytes", s->rss);
	if (s->peak >= 0)
		json_number(&json, "peak_tasks", (unsigned long long)s->peak);
	if (s->forks >= 0)
		json_number(&json, "refused_forks", (unsigned long long)s->forks);
	if (s->clones >= 0)
		json_number(&json, "refused_clones", (unsigned long long)s->clones);
	if (WIFSIGNALED(job->status))
		json_number(&json, "signal", (unsigned long long)WTERMSIG(job->status));
	else
		json_number(&json, "exit", (unsigned long long)WEXITSTATUS(job->status));
	json_plain(&json, "timed_out", job->timed_out ? "true" : "false");
	json_close(&json, '}');
}

static void print_row(const char *name, char *value)
{
	fprintf(stderr, "  %-16s %s\n", name, value);
	free(value);
}

void job_stats(const struct job *job, const char *path, bool as_json)
{
	struct stats s = read_stats(job);

	fflush(stdout);
	if (as_json) {
		print_json(job, path, &s);
		return;
	}
	fprintf(stderr, "%s\n", path);
	print_row("wall", human_time(s.wall));
	print_row(s.all ? "CPU" : "CPU of command", human_time(s.cpu));
	print_row("  user", human_time(s.user));
	print_row("  system", human_time(s.system));
	print_row("largest process", human_bytes(s.rss));
	if (s.peak >= 0)
		print_row("peak of tasks", xasprintf("%lld", s.peak));
	if (s.forks >= 0)
		print_row("refused forks", xasprintf("%lld", s.forks));
	if (s.clones > 0)
		print_row("refused clones", xasprintf("%lld", s.clones));
	if (job->timed_out)
		print_row("end", xstrdup("time was over"));
	else if (WIFSIGNALED(job->status))
		print_row("end", xasprintf("signal %d (%s)", WTERMSIG(job->status),
					   strsignal(WTERMSIG(job->status))));
	else
		print_row("exit status", xasprintf("%d", WEXITSTATUS(job->status)));
}

void job_tell_refused(const struct job *job, const char *path)
{
	long long forks = number_in(job->cfd, "pids.events", "max ");

	if (forks > 0)
		complain("run: %s: pids.max has refused %lld fork%s", path, forks,
			 forks == 1 ? "" : "s");
}
