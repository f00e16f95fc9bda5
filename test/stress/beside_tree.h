/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations of beside.c on directories, and on files by their names
 */
#ifndef TEST_STRESS_BESIDE_TREE_H
#define TEST_STRESS_BESIDE_TREE_H

#include <dirent.h>
#include <sys/xattr.h>

#include "beside_draw.h"

/* --- operations: each draws what it needs, and is then done on a side --- */

static void draw_mkdir(void)
{
	draw_dir(d.path);
	d.mode = ONE_OF(modes);
}

static void do_mkdir(int side, struct answer *a)
{
	said(a, mkdir(below(side, d.path), d.mode));
}

static void draw_path(void)
{
	draw_node(d.path);
}

static void do_rmdir(int side, struct answer *a)
{
	said(a, rmdir(below(side, d.path)));
}

static void do_unlink(int side, struct answer *a)
{
	said(a, unlink(below(side, d.path)));
}

static void draw_rename(void)
{
	static const unsigned int flags[] = { 0, 0, 0, 0, 0, 0, 1, 2, 4 };

	draw_node(d.path);
	draw_node(d.other);
	/* mostly within one directory */
	if (roll(3)) {
		strcpy(d.path, ONE_OF(dirs));
		strcpy(d.other, d.path);
		d.other[strlen(d.other) - 1] = (char)('a' + roll(4));
	}
	d.flags = ONE_OF(flags);
}

static void do_rename(int side, struct answer *a)
{
	said(a, syscall(SYS_renameat2, AT_FDCWD, below(side, d.path), AT_FDCWD, below(side, d.other),
			d.flags));
}

static void draw_link(void)
{
	draw_node(d.path);
	draw_node(d.other);
}

static void do_link(int side, struct answer *a)
{
	said(a, link(below(side, d.path), below(side, d.other)));
}

static void do_symlink(int side, struct answer *a)
{
	said(a, symlink("x", below(side, d.path)));
}

static void do_readlink(int side, struct answer *a)
{
	said(a, readlink(below(side, d.path), a->text, 10));
}

static void draw_mknod(void)
{
	static const unsigned int types[] = { S_IFREG, S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, 0, S_IFDIR };

	draw_node(d.path);
	d.mode = ONE_OF(types) | 0644;
	d.dev = roll(2) ? 0x103 : 0;
}

static void do_mknod(int side, struct answer *a)
{
	said(a, mknod(below(side, d.path), d.mode, d.dev));
}

static void draw_chmod(void)
{
	draw_node(d.path);
	d.mode = ONE_OF(modes);
}

static void do_chmod(int side, struct answer *a)
{
	said(a, chmod(below(side, d.path), d.mode));
}

static void draw_chown(void)
{
	draw_node(d.path);
	draw_ids();
}

static void do_chown(int side, struct answer *a)
{
	said(a, chown(below(side, d.path), d.uid, d.gid));
}

static void draw_utimens(void)
{
	draw_node(d.path);
	d.number = roll(3);
}

static void do_utimens(int side, struct answer *a)
{
	const struct timespec t[3][2] = {
		{ { .tv_sec = 7 }, { .tv_sec = 8, .tv_nsec = 9 } },
		{ { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } },
		{ { .tv_nsec = UTIME_OMIT }, { .tv_sec = 10 } },
	};
	struct stat st;

	said(a, utimensat(AT_FDCWD, below(side, d.path), t[d.number], 0));
	if (!a->ret && d.number != 1 && !stat(below(side, d.path), &st))
		sprintf(a->text, "%ld.%09ld", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void draw_truncate(void)
{
	static const long lengths[] = { 0, 0, 1, 100, 1 << 20, -1 };

	draw_node(d.path);
	d.number = ONE_OF(lengths);
}

static void do_truncate(int side, struct answer *a)
{
	said(a, truncate(below(side, d.path), d.number));
}

static void draw_access(void)
{
	draw_node(d.path);
	d.mode = roll(8);
}

static void do_access(int side, struct answer *a)
{
	said(a, faccessat(AT_FDCWD, below(side, d.path), (int)d.mode, AT_EACCESS));
}

static void do_stat(int side, struct answer *a)
{
	struct stat st;

	said(a, lstat(below(side, d.path), &st));
	say_stat(a, &st);
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Directories and the files that v1 has. */
static void do_list(int side, struct answer *a)
{
	DIR *dir = opendir(below(side, d.path));
	char *names[64];
	unsigned int nr = 0, known;
	struct dirent *e;

	said(a, dir ? 0 : -1);
	while (dir && nr < 64 && (e = readdir(dir))) {
		for (known = 0; known < 6 && strcmp(e->d_name, files[known]); known++)
			;
		if (e->d_type != DT_DIR && known == 6)
			continue;
		names[nr++] = strdup(e->d_name);
	}
	if (!dir)
		return;
	closedir(dir);
	qsort(names, nr, sizeof(names[0]), by_name);
	for (unsigned int i = 0; i < nr; i++) {
		strcat(strcat(a->text, names[i]), " ");
		free(names[i]);
	}
}

/*
 * In containerfs only the owner sets attributes of the name space user. No other user tries
 * to, because the trees would not be equal from there on.
 */
static void draw_setxattr(void)
{
	struct stat st;

	draw_node(d.path);
	draw_xattr();
	if (user && !strncmp(d.name, "user.", 5) &&
	    (stat(below(V1, d.path), &st) || st.st_uid != user))
		d.name = "trusted.x";
	d.flags = roll(4) ? 0 : 1 + roll(2);
}

static void do_setxattr(int side, struct answer *a)
{
	said(a, setxattr(below(side, d.path), d.name, d.text, d.len, (int)d.flags));
}

static void do_getxattr(int side, struct answer *a)
{
	said(a, getxattr(below(side, d.path), d.name, a->text, d.flags ? 5 : 100));
}

static void do_removexattr(int side, struct answer *a)
{
	said(a, removexattr(below(side, d.path), d.name));
}

/* In any order. */
static void do_listxattr(int side, struct answer *a)
{
	char list[1024], *names[32];
	ssize_t len = listxattr(below(side, d.path), list, sizeof(list));
	unsigned int nr = 0;

	said(a, len);
	for (char *p = list; p < list + len && nr < 32; p += strlen(p) + 1)
		names[nr++] = p;
	qsort(names, nr, sizeof(names[0]), by_name);
	for (unsigned int i = 0; i < nr; i++)
		strcat(strcat(a->text, names[i]), " ");
}

#endif /* TEST_STRESS_BESIDE_TREE_H */
