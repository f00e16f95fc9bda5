// SPDX-License-Identifier: GPL-2.0-only
/*
 * tasks_freeze.c - the freezer's effect on tasks, by the kernel's own freezer
 *
 * No user-space means stops a task unseen: SIGSTOP is shown to the parent and
 * undone by anybody's SIGCONT, ptrace keeps debuggers out. The kernel's cgroup v1
 * freezer does, and almost every kernel has it still, mounted or not. So a
 * task to be stopped is moved, in that hierarchy, from its group G to G's child
 *
 *	containerfs-PID.START-ACCOUNT		(the daemon; the container's id)
 *
 * which is FROZEN, and to be let go, back to G. What the kernel does for it comes
 * with it: its children are born in the frozen group, and stopped before their
 * first instruction; it says FROZEN when all have stopped. Where a task is, the
 * kernel is asked (/proc/PID/cgroup), nothing is remembered but the groups made.
 *
 * A child of a task that was moved in the middle of fork(2) is born in the group
 * when the engine may not know of it. A fork is over for cgroup before another
 * move of its task begins, so after a task has been moved out its children are in
 * the group's list: those that the engine has not on that account are moved, too.
 *
 * A daemon that was killed leaves its groups; the next one, which sees by PID and
 * start time that their daemon is gone, lets those tasks go.
 *
 * One thread, no locks. Nothing here calls the engine but to look records up.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "tasks_freeze.h"
#include "tasks_lookup.h"

#define GROUP_MAX	4096
#define NAME		"containerfs-%d.%llu-%llu"
/* A list that is emptied may be filled by forks; so often it is looked at again. */
#define DRAIN_ROUNDS	64

/* A group that was made; its path is below the hierarchy's root. */
struct shadow {
	struct shadow		*next;
	unsigned long long	account;
	bool			ended;		/* to be removed, once it is empty */
	size_t			base;		/* length of its parent's path */
	char			path[];
};

static int hierarchy = -1;		/* the root directory of the kernel's freezer */
static struct shadow *shadows;
static unsigned long long own_start;

/* --- files --- */

static int write_at(const char *group, const char *file, const char *text)
{
	char path[GROUP_MAX + 32];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s%s%s", group, *group ? "/" : "", file);
	fd = openat(hierarchy, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static FILE *open_at(const char *group, const char *file)
{
	char path[GROUP_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = openat(hierarchy, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* Those that cannot be moved, kernel threads of a CPU, are not to be stopped either. */
static int move(int tid, const char *group)
{
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%d", tid);
	err = write_at(group, "tasks", text);
	return err == -EINVAL ? 0 : err;
}

/* When @pid started, in clock ticks since boot; 0: there is none, or only its zombie. */
static unsigned long long start_of(int pid)
{
	unsigned long long start = 0;
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
	p = strrchr(text, ')');
	if (p && (p[2] == 'Z' || p[2] == 'X'))
		return 0;
	/* the 22nd field; the command was the second */
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p, NULL, 10);
	return start;
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
	char proc[32], *line = NULL, *path, *last;
	unsigned long long start;
	size_t size = 0;
	int pid, err = -ESRCH;
	FILE *f;

	*account = 0;
	snprintf(proc, sizeof(proc), "/proc/%d/cgroup", tid);
	f = fopen(proc, "re");
	if (!f)
		return errno == ENOENT ? -ESRCH : -errno;
	while (err && getline(&line, &size, f) > 0) {
		path = strstr(line, ":freezer:/");
		if (!path)
			continue;
		path += strlen(":freezer:/");
		path[strcspn(path, "\n")] = '\0';
		if (strlen(path) >= GROUP_MAX - 64)
			err = -ENAMETOOLONG;
		else if (!strncmp(path, "..", 2))
			err = -EOPNOTSUPP;	/* outside of our cgroup namespace */
		else
			err = 0;
		strncpy(group, path, GROUP_MAX - 1);
		group[GROUP_MAX - 1] = '\0';
	}
	free(line);
	fclose(f);
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
	*err = mkdirat(hierarchy, s->path, 0755) && errno != EEXIST ? -errno :
		write_at(s->path, "freezer.state", "FROZEN");
	if (*err) {
		unlinkat(hierarchy, s->path, AT_REMOVEDIR);
		free(s);
		return NULL;
	}
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
	*err = s->ended ? write_at(s->path, "freezer.state", "FROZEN") : 0;
	s->ended = s->ended && *err;
	return *err ? NULL : s;
}

/* Move those in @path back to @base: all, or who is not on @account. Returns how many. */
static int release(const char *path, const char *base, bool all, unsigned long long account)
{
	FILE *f = open_at(path, "tasks");
	struct container_task *record;
	int tid, nr = 0;

	if (!f)
		return 0;
	while (fscanf(f, "%d", &tid) == 1) {
		record = all ? NULL : container_task_find(tid);
		if (record && container_task_account(record) == account)
			continue;
		if (!move(tid, base))
			nr++;
	}
	fclose(f);
	return nr;
}

/* Let everybody in @path go and remove it; an error if somebody was too quick. */
static int drain(const char *path, const char *base)
{
	int err;

	write_at(path, "freezer.state", "THAWED");
	for (int round = 0; round < DRAIN_ROUNDS; round++)
		if (!release(path, base, true, 0))
			break;
	err = unlinkat(hierarchy, path, AT_REMOVEDIR) ? -errno : 0;
	return err == -ENOENT ? 0 : err;
}

/* Remove what has ended. Nobody in it is frozen, should that not work yet. */
static void sweep(void)
{
	struct shadow **link = &shadows, *s;
	char base[GROUP_MAX];

	while ((s = *link)) {
		if (s->ended && !drain(s->path, base_of(s, base))) {
			*link = s->next;
			free(s);
		} else {
			link = &s->next;
		}
	}
}

/* Those born in a group of @account when the engine had their creator elsewhere already. */
static void release_strangers(unsigned long long account)
{
	char base[GROUP_MAX];

	for (struct shadow *s = shadows; s; s = s->next)
		if (s->account == account)
			release(s->path, base_of(s, base), false, account);
}

/* --- what a daemon left behind --- */

static void clean_below(const char *path)
{
	char child[GROUP_MAX];
	unsigned long long start, account;
	struct dirent *entry;
	int fd, pid;
	DIR *dir;

	fd = openat(hierarchy, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
		drain(child, path);
	}
	if (dir)
		closedir(dir);
}

/* --- the hierarchy --- */

/* What /proc/cgroups says of the freezer: 0 if there is none or it is off. */
static bool freezer_known(int *id)
{
	FILE *f = fopen("/proc/cgroups", "re");
	int groups, enabled = 0;
	char line[256];

	*id = 0;
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "freezer %d %d %d", id, &groups, &enabled) == 3)
			break;
	if (f)
		fclose(f);
	return enabled;
}

/* A mount of it that nobody else sees; with other controllers it is not ours to use. */
static int open_hierarchy(void)
{
	int fs, fd = -1;

	if (hierarchy >= 0)
		return 0;
	fs = fsopen("cgroup", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -EOPNOTSUPP;
	if (!fsconfig(fs, FSCONFIG_SET_FLAG, "freezer", NULL, 0) &&
	    !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		log_err("the kernel's freezer cannot be had: %s", strerror(errno));
	close(fs);
	hierarchy = fd;
	return fd < 0 ? -EOPNOTSUPP : 0;
}

const char *host_freezer(void)
{
	int id;

	return freezer_known(&id) || hierarchy >= 0 ?
		"enforced: by the kernel's cgroup v1 freezer, in groups called containerfs-*" :
		"unsupported: this kernel has no cgroup v1 freezer, or it is disabled";
}

int host_freezer_start(void)
{
	return open_hierarchy();
}

/* --- what the engine wants --- */

static int freeze_one(const struct container_task_info *info, unsigned long long account)
{
	char base[GROUP_MAX];
	unsigned long long old;
	struct shadow *s;
	int err;

	err = group_of(info->tid, base, &old);
	if (err || old == account)
		return err;
	if (account) {
		s = shadow_get(base, account, &err);
		if (!err)
			err = move(info->tid, s->path);
	} else {
		err = move(info->tid, base);
		if (err == -ENOENT)	/* the group that it came from has been removed */
			err = move(info->tid, "");
	}
	/* The tid may have changed hands just before. */
	if (!err && account && !lookup_same(info)) {
		move(info->tid, base);
		err = -ESRCH;
	}
	if (old)
		release_strangers(old);
	return err;
}

int host_task_freeze(const struct container_task_info *info, unsigned long long account,
		     _Bool atomic)
{
	int err;

	if (!shadows && !account)
		return 0;
	if (atomic)
		return -EAGAIN;
	err = lookup_same(info) ? freeze_one(info, account) : -ESRCH;
	if (err && err != -ESRCH)
		log_err("task %d cannot be %s: %s", info->tid, account ? "frozen" : "thawed",
			strerror(-err));
	return err;
}

void host_freeze_ended(unsigned long long account)
{
	for (struct shadow *s = shadows; s; s = s->next)
		if (s->account == account)
			s->ended = true;
	sweep();
}

_Bool host_frozen(unsigned long long account)
{
	char state[16];
	FILE *f;

	for (struct shadow *s = shadows; s; s = s->next) {
		if (s->account != account || s->ended)
			continue;
		f = open_at(s->path, "freezer.state");
		if (!f)
			return false;
		if (fscanf(f, "%15s", state) != 1)
			*state = '\0';
		fclose(f);
		if (!strcmp(state, "FROZEN"))
			continue;
		/* A task can miss that it is to stop; the kernel wants it said again. */
		write_at(s->path, "freezer.state", "FROZEN");
		return false;
	}
	return true;
}

void freeze_init(void)
{
	int id;

	own_start = start_of(getpid());
	/* A killed daemon's groups keep the hierarchy alive. */
	if (!freezer_known(&id) || !id || open_hierarchy())
		return;
	clean_below("");
	close(hierarchy);
	hierarchy = -1;
}

void freeze_exit(void)
{
	struct shadow *s;

	for (s = shadows; s; s = s->next)
		s->ended = true;
	sweep();
	while ((s = shadows)) {
		shadows = s->next;
		free(s);
	}
	if (hierarchy >= 0)
		close(hierarchy);
	hierarchy = -1;
}
