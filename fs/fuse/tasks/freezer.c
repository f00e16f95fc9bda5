// SPDX-License-Identifier: GPL-2.0-only
/*
 * The freezer's effect on tasks, by the kernel's own freezer.
 *
 * No user-space means stops a task unseen: the parent sees SIGSTOP and anybody's SIGCONT
 * undoes it, and ptrace keeps debuggers out. The kernel's cgroup v1 freezer does, and
 * almost every kernel still has it, mounted or not. So a task to be stopped is moved, in
 * the hierarchy of freezer_kernel.c, from its group G to a child of G
 *
 *	containerfs-PID.START-ACCOUNT		(the daemon; the container's id)
 *
 * which is FROZEN; to let the task go, it is moved back to G. The kernel does the rest:
 * children are born in the frozen group and stop before their first instruction, and the
 * group says FROZEN when all of its tasks have stopped. The kernel is asked where a task
 * is (/proc/PID/cgroup); only the groups that were made are remembered.
 *
 * Others can write to that hierarchy, too. A task that is moved to another group, by
 * itself before it stops or by somebody else, leaves ours and runs. So the engine asks
 * which tasks have strayed (task_strayed) before it says FROZEN, and each second
 * while a container is frozen; strayed tasks are brought back.
 *
 * A child of a task that was moved in the middle of fork(2) is born in the group while
 * the engine may not know of it. For cgroup a fork is over before another move of its
 * task begins. So after a task has been moved out, its children are in the list of the
 * group; those that the engine does not have on that account are moved out, too.
 *
 * A daemon that was killed leaves its groups behind. The next daemon sees by PID and
 * start time that their daemon is gone, and lets their tasks go.
 *
 * One thread, no locks. The engine is called to look records up only.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/base.h"
#include "tasks.h"
#include "../../../kernel/freezer_host.h"
#include "freezer.h"
#include "freezer_kernel.h"
#include "lookup.h"

#define NAME		"containerfs-%d.%llu-%llu"
/* s between two looks for those who have strayed */
#define LOOK_SECONDS	1
#define PF_KTHREAD	0x00200000
/* How often a list that was emptied is read again, because forks may have filled it. */
#define DRAIN_ROUNDS	64
/* More than needed: an exec changes a task's tid, and a stopped task calls no further exec. */
#define FREEZE_TRIES	8

/* A group that was made; its path is below the hierarchy's root. */
struct shadow {
	struct shadow		*next;
	unsigned long long	account;
	bool			ended;		/* to be removed, once it is empty */
	size_t			base;		/* length of its parent's path */
	char			path[];
};

static struct shadow *shadows;
static unsigned long long own_start;
static int timer = -1;			/* runs while there are shadows */

/* The tasks in the groups of @account when account_frozen() last looked, ascending. */
static struct {
	unsigned long long	account;
	int			*tid;
	size_t			 nr, room;
} seen;

/* --- what /proc tells --- */

/* The @nth field of /proc/@pid/stat, from the third on; 0: there is no such process. */
static unsigned long long stat_field(int pid, int nth, char *state)
{
	char path[32], text[1024], *p;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	/* the command was the second, and may hold anything */
	p = strrchr(text, ')');
	*state = p && p[1] ? p[2] : '\0';
	for (int field = 2; p && field < nth; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}

/* When @pid started, in clock ticks since boot; 0: there is none, or only its zombie. */
static unsigned long long start_of(int pid)
{
	char state;
	unsigned long long start = stat_field(pid, 22, &state);

	return start && (state == 'Z' || state == 'X') ? 0 : start;
}

static bool is_kernel_thread(int tid)
{
	char state;

	return stat_field(tid, 9, &state) & PF_KTHREAD;
}

/* Is @name that of a group of ours, or of some daemon (@pid and @start)? */
static bool parse_name(const char *name, int *pid, unsigned long long *start,
		       unsigned long long *account)
{
	int end = 0;

	return sscanf(name, NAME "%n", pid, start, account, &end) == 3 && !name[end];
}

/* The group of @tid, and if it is one of ours, its account and its parent's group. */
static int group_of(int tid, char *group, unsigned long long *account)
{
	unsigned long long start;
	int pid, err = group_of_task(tid, group);
	char *last;

	*account = 0;
	if (err)
		return err;
	last = strrchr(group, '/');
	if (parse_name(last ? last + 1 : group, &pid, &start, account) && pid == getpid() &&
	    start == own_start)
		*(last ? last : group) = '\0';
	else
		*account = 0;
	return 0;
}

/* --- the groups --- */

static char *base_of(const struct shadow *s, char *buf)
{
	memcpy(buf, s->path, s->base);
	buf[s->base] = '\0';
	return buf;
}

static void timer_set(bool on)
{
	const struct itimerspec its = { { on ? LOOK_SECONDS : 0, 0 }, { on ? LOOK_SECONDS : 0, 0 } };

	if (timer >= 0)
		timerfd_settime(timer, 0, &its, NULL);
}

static struct shadow *shadow_make(const char *base, unsigned long long account, int *err)
{
	size_t size = strlen(base) + 96;
	struct shadow *s = calloc(1, sizeof(*s) + size);

	*err = -ENOMEM;
	if (!s)
		return NULL;
	s->account = account;
	s->base = strlen(base);
	snprintf(s->path, size, "%s%s" NAME, base, *base ? "/" : "", getpid(), own_start, account);
	*err = mkdirat(kernel_freezer, s->path, 0755) && errno != EEXIST ? -errno :
		group_write(s->path, "freezer.state", "FROZEN");
	if (*err) {
		unlinkat(kernel_freezer, s->path, AT_REMOVEDIR);
		free(s);
		return NULL;
	}
	if (!shadows)
		timer_set(true);
	s->next = shadows;
	shadows = s;
	return s;
}

static struct shadow *shadow_get(const char *base, unsigned long long account, int *err)
{
	struct shadow *s;

	for (s = shadows; s; s = s->next)
		if (s->account == account && s->base == strlen(base) &&
		    !memcmp(s->path, base, s->base))
			break;
	if (!s)
		return shadow_make(base, account, err);
	*err = s->ended ? group_write(s->path, "freezer.state", "FROZEN") : 0;
	s->ended = s->ended && *err;
	return *err ? NULL : s;
}

/*
 * Move tasks of group @path back to @base: all, or those that the engine does not have on
 * @account. Returns how many.
 */
static int procs_release(const char *path, const char *base, bool all, unsigned long long account)
{
	FILE *f = group_open(path, "tasks");
	struct container_task *record;
	int tid, nr = 0;

	if (!f)
		return 0;
	while (fscanf(f, "%d", &tid) == 1) {
		record = all ? NULL : lookup_record(tid);
		if (record && container_task_account(record) == account)
			continue;
		if (!group_move(tid, base))
			nr++;
	}
	fclose(f);
	return nr;
}

/* Let all tasks of @path go and remove it; an error if forks were too quick. */
static int group_drain(const char *path, const char *base)
{
	int err;

	group_write(path, "freezer.state", "THAWED");
	for (int round = 0; round < DRAIN_ROUNDS; round++)
		if (!procs_release(path, base, true, 0))
			break;
	err = unlinkat(kernel_freezer, path, AT_REMOVEDIR) ? -errno : 0;
	return err == -ENOENT ? 0 : err;
}

/* Remove groups that have ended. If one cannot be removed yet, its tasks are thawed at least. */
static void sweep(void)
{
	struct shadow **link = &shadows, *s;
	char base[GROUP_MAX];

	while ((s = *link)) {
		if (s->ended && !group_drain(s->path, base_of(s, base))) {
			*link = s->next;
			free(s);
		} else {
			link = &s->next;
		}
	}
	if (!shadows)
		timer_set(false);
}

/* Let children go that were born in a group of @account after their creator had left it. */
static void release_strangers(unsigned long long account)
{
	char base[GROUP_MAX];

	for (struct shadow *s = shadows; s; s = s->next)
		if (s->account == account)
			procs_release(s->path, base_of(s, base), false, account);
}

/* --- what a daemon left behind --- */

static void clean_below(const char *path)
{
	char child[GROUP_MAX];
	unsigned long long start, account;
	struct dirent *entry;
	int fd, pid;
	DIR *dir;

	fd = openat(kernel_freezer, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    snprintf(child, sizeof(child), "%s%s%s", path, *path ? "/" : "",
			     entry->d_name) >= (int)sizeof(child))
			continue;
		clean_below(child);
		if (!parse_name(entry->d_name, &pid, &start, &account) || start_of(pid) == start)
			continue;
		log_warn("frozen tasks of a daemon that is gone go on: /%s", child);
		group_drain(child, path);
	}
	if (dir)
		closedir(dir);
}

/* --- whether it can be done --- */

static const char *freezer_describe(void)
{
	static char text[160];
	const char *lacks = kernel_freezer_lacks();

	if (!lacks)
		return "enforced: by the kernel's cgroup v1 freezer, in groups called containerfs-*";
	snprintf(text, sizeof(text), "unsupported: %s", lacks);
	return text;
}

static int freezer_start(void)
{
	int err = kernel_freezer_open();

	if (err)
		log_warn("tasks cannot be frozen: %s", kernel_freezer_lacks());
	return err ? -EOPNOTSUPP : 0;
}

/* --- what the engine wants --- */

static int freeze_one(const struct container_task_info *info, unsigned long long account)
{
	char base[GROUP_MAX];
	unsigned long long old;
	struct shadow *s;
	int err, tid = lookup_tid(info);

	if (!tid)
		return -ESRCH;
	err = group_of(tid, base, &old);
	if (err || old == account)
		return err;
	if (account) {
		s = shadow_get(base, account, &err);
		if (!err)
			err = group_move(tid, s->path);
	} else {
		err = group_move(tid, base);
		if (err == -ENOENT)	/* the group that it came from has been removed */
			err = group_move(tid, "");
	}
	/* Another task may have got the tid just before the move. */
	if (!err && account && lookup_tid(info) != tid) {
		group_move(tid, base);
		err = -EAGAIN;
	}
	if (old)
		release_strangers(old);
	return err;
}

static int task_freeze(const struct container_task_info *info, unsigned long long account,
		       _Bool atomic)
{
	int err;

	if (!shadows && !account)
		return 0;
	if (atomic)
		return -EAGAIN;
	for (int i = 0; i < FREEZE_TRIES; i++) {
		err = freeze_one(info, account);
		if (err != -EAGAIN)
			break;
	}
	if (err && err != -ESRCH)
		log_err("task %d cannot be %s: %s", info->tid, account ? "frozen" : "thawed",
			strerror(-err));
	return err;
}

static void freeze_ended(unsigned long long account)
{
	for (struct shadow *s = shadows; s; s = s->next)
		if (s->account == account)
			s->ended = true;
	sweep();
}

static bool says_frozen(const struct shadow *s)
{
	FILE *f = group_open(s->path, "freezer.state");
	char state[16] = "";

	if (!f)
		return false;
	if (fscanf(f, "%15s", state) != 1)
		*state = '\0';
	fclose(f);
	if (!strcmp(state, "FROZEN"))
		return true;
	/* The kernel signals tasks that have missed it only when FROZEN is written again. */
	group_write(s->path, "freezer.state", "FROZEN");
	return false;
}

/* Without memory for @tid, task_strayed() asks the kernel about it. */
static void note_seen(int tid)
{
	size_t room = seen.room ? seen.room * 2 : 64;
	int *tids;

	if (seen.nr == seen.room) {
		tids = reallocarray(seen.tid, room, sizeof(*tids));
		if (!tids)
			return;
		seen.tid = tids;
		seen.room = room;
	}
	seen.tid[seen.nr++] = tid;
}

static int by_tid(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/*
 * The tasks are listed before the state is read. A task that comes in between is missing
 * in the list, and task_strayed() asks the kernel about it.
 */
static _Bool account_frozen(unsigned long long account)
{
	bool frozen = true;
	FILE *f;
	int tid;

	seen.account = account;
	seen.nr = 0;
	for (struct shadow *s = shadows; s; s = s->next) {
		if (s->account != account || s->ended)
			continue;
		f = group_open(s->path, "tasks");
		while (f && fscanf(f, "%d", &tid) == 1)
			note_seen(tid);
		if (f)
			fclose(f);
		frozen = f && says_frozen(s) && frozen;
	}
	if (seen.nr)
		qsort(seen.tid, seen.nr, sizeof(*seen.tid), by_tid);
	return frozen;
}

/* Per-CPU kernel threads cannot be moved, so they have not strayed. */
static _Bool task_strayed(const struct container_task_info *info, unsigned long long account)
{
	unsigned long long now;
	char group[GROUP_MAX];
	int tid;

	if (seen.account == account && seen.nr &&
	    bsearch(&info->tid, seen.tid, seen.nr, sizeof(*seen.tid), by_tid))
		return false;
	tid = lookup_tid(info);
	if (!tid || group_of(tid, group, &now) || now == account)
		return false;
	return lookup_tid(info) == tid && !is_kernel_thread(tid);
}

const struct freezer_host_ops freezer_host = {
	.describe	= freezer_describe,
	.start		= freezer_start,
	.freeze		= task_freeze,
	.ended		= freeze_ended,
	.frozen		= account_frozen,
	.strayed	= task_strayed,
};

static void on_timer(int fd, uint32_t events, void *arg)
{
	uint64_t times;

	if (read(fd, &times, sizeof(times)) == sizeof(times) && shadows)
		container_freezer_look();
}

int freezer_init(void)
{
	int id, err;

	own_start = start_of(getpid());
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer < 0)
		return -errno;
	err = loop_add(timer, EPOLLIN, on_timer, NULL);
	if (err) {
		close(timer);
		timer = -1;
		return err;
	}
	/* The groups of a killed daemon keep the hierarchy alive. */
	if (kernel_freezer_known(&id) && id && !kernel_freezer_open()) {
		clean_below("");
		kernel_freezer_close();
	}
	return 0;
}

void freezer_exit(void)
{
	struct shadow *s;

	for (s = shadows; s; s = s->next)
		s->ended = true;
	sweep();
	while ((s = shadows)) {
		shadows = s->next;
		free(s);
	}
	loop_del(timer);
	if (timer >= 0)
		close(timer);
	timer = -1;
	free(seen.tid);
	memset(&seen, 0, sizeof(seen));
	kernel_freezer_close();
}
