/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The present operation of beside.c, what it is drawn from, and the two sides
 */
#ifndef TEST_STRESS_BESIDE_DRAW_H
#define TEST_STRESS_BESIDE_DRAW_H

#include "stress.h"

#define NR_SLOTS	8
#define NR_PUPPETS	4

enum { V1, OURS, NR_SIDES };

static struct slot {
	int	fd[NR_SIDES];
	int	flags;
	bool	list;		/* a file of tasks or cgroup.procs */
	bool	spent;		/* a list that was read, and that v1 keeps for a second */
	bool	top;		/* in the top container, where all tasks are */
} slot[NR_SLOTS];

static char v1_mnt[80], v1_options[64], v1_place[80];
static pid_t puppet[NR_PUPPETS], thread_of_one;
static unsigned long long dice;
static uid_t user;

/* --- the present operation: drawn once, done twice --- */

static struct draw {
	char		path[300], other[300];	/* below a mount point */
	char		text[5000];
	size_t		len;
	const char	*name;
	unsigned int	mode, flags, dev;
	long		number;
	uid_t		uid;
	gid_t		gid;
	struct slot	*slot;
} d;

/* The answer of one side. */
struct answer {
	char	text[8192];
	long	ret;
	int	err;
};

static unsigned int roll(unsigned int n)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned int)(dice >> 20) % n;
}

#define ONE_OF(table)	((table)[roll(sizeof(table) / sizeof((table)[0]))])

static const char *const dirs[] = { "a", "b", "c", "a/b", "a/c", "b/a", "a/b/c" };
static const char *const files[] = {
	"tasks", "cgroup.procs", "notify_on_release", "cgroup.clone_children", "release_agent",
	"cgroup.sane_behavior", "nothing",
};
static const char *const odd_names[] = {
	".", "a/..", "a/.", "a/", "a//b", "x\ny", "x y", ".x", "a/b/c/d", "tasks/a", "tasks/",
	"a/tasks/", "\xff", "a/../b", "cgroup.x", "",
};
static const unsigned int modes[] = {
	0, 0644, 0600, 0755, 0700, 0777, 0666, 0444, 0222, 0111, 01777, 02755, 04755, 06777, 02644, 07777,
};

static void draw_dir(char *path)
{
	switch (roll(12)) {
	case 0:
		strcpy(path, "");
		break;
	case 1:
		strcpy(path, ONE_OF(odd_names));
		break;
	case 2:
		if (!roll(8)) {
			memset(path, 'n', 250);
			strcpy(path + 250, "nnnnn" + roll(6));
			break;
		} /* fall through */
	default:
		strcpy(path, ONE_OF(dirs));
	}
}

static void draw_file(char *path)
{
	draw_dir(path);
	if (*path && path[strlen(path) - 1] != '/')
		strcat(path, "/");
	strcat(path, ONE_OF(files));
}

static void draw_node(char *path)
{
	if (roll(5) < 2)
		draw_dir(path);
	else
		draw_file(path);
}

static void draw_ids(void)
{
	static const int ids[] = { 0, 0, 1000, 1000, 1001, -1 };

	d.uid = (uid_t)ONE_OF(ids);
	d.gid = (gid_t)ONE_OF(ids);
}

static void draw_pid(void)
{
	static const char *const ends[] = { "", "\n", "\n", " \n", "\n\n", " 1", "x" };
	static const int odd_pids[] = { 0, 0, -1, 2, 99999999, 1 << 30 };
	unsigned int which = roll(NR_PUPPETS + 2);
	int pid = which < NR_PUPPETS ? puppet[which] :
		  which == NR_PUPPETS ? thread_of_one : ONE_OF(odd_pids);

	d.len = (size_t)sprintf(d.text, "%s%d%s", roll(16) ? "" : " ", pid, ONE_OF(ends));
}

/* For a list: a text that names no task. */
static void draw_text(bool list)
{
	static const char *const nobody[] = { "", "\n", "x", "-1", " ", "0x", "1 x", "4194305", "\n0" };
	static const char *const texts[] = {
		"0", "1", "0\n", "1\n", "", "\n", "2", "-1", "x", "1x", "0x1", " 1", "1 ", "010",
		"18446744073709551615", "18446744073709551616", "/nonexistent", "1\n0\n", "1 1",
	};
	static const size_t long_ones[] = { 100, 4094, 4095, 4096, 4097 };

	if (roll(24)) {
		d.len = (size_t)sprintf(d.text, "%s", list ? ONE_OF(nobody) : ONE_OF(texts));
		return;
	}
	d.len = ONE_OF(long_ones);
	memset(d.text, roll(2) ? '0' : ' ', d.len);
	d.text[d.len] = '\0';
}

static void draw_xattr(void)
{
	static const char *const names[] = {
		"user.x", "user.y", "trusted.x", "trusted.y", "security.x", "user.", "other.x", "x",
		"system.posix_acl_access",
	};

	d.name = ONE_OF(names);
	d.len = roll(20);
	memset(d.text, 'v', d.len + 1);
}

/* --- the two sides --- */

static const char *below(int side, const char *path)
{
	static char buffer[4][PATH_MAX];
	static unsigned int turn;
	char *p = buffer[turn++ % 4];

	snprintf(p, PATH_MAX, "%s/%s", side == V1 ? v1_mnt : stress_mnt, path);
	return p;
}

static void said(struct answer *a, long ret)
{
	a->ret = ret;
	a->err = ret < 0 ? errno : 0;
}

static void say_stat(struct answer *a, const struct stat *st)
{
	if (!a->ret)
		sprintf(a->text, "%o nlink %lu uid %u gid %u", st->st_mode, (unsigned long)st->st_nlink,
			st->st_uid, st->st_gid);
}

static bool is_list(const char *path)
{
	const char *file = strrchr(path, '/');

	file = file ? file + 1 : path;
	return !strcmp(file, "tasks") || !strcmp(file, "cgroup.procs");
}

/* The top containers, where all tasks are. */
static bool in_top(const char *path)
{
	return !strchr(path, '/') || !strncmp(path, "./", 2) ||
	       (!strncmp(path, "a/../", 5) && !strchr(path + 5, '/'));
}

#endif /* TEST_STRESS_BESIDE_DRAW_H */
