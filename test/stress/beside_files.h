/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations of beside.c on open files
 */
#ifndef TEST_STRESS_BESIDE_FILES_H
#define TEST_STRESS_BESIDE_FILES_H

#include <poll.h>
#include <sys/xattr.h>

#include "beside_draw.h"

/* --- open files --- */

static void draw_open(void)
{
	static const int accesses[] = { O_RDONLY, O_RDONLY, O_WRONLY, O_RDWR, 3 };
	static const int more[] = { O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_PATH,
				    O_CREAT | O_EXCL, O_TMPFILE, O_NOATIME, O_SYNC };

	draw_node(d.path);
	d.slot = &ONE_OF(slot);
	d.flags = (unsigned int)ONE_OF(accesses);
	if (!roll(5))
		d.flags |= O_TRUNC;
	if (!roll(4))
		d.flags |= (unsigned int)ONE_OF(more);
	if ((d.flags & O_ACCMODE) == O_WRONLY && !roll(4))
		d.flags |= O_APPEND;
	d.mode = 0644;
}

static void do_open(int side, struct answer *a)
{
	struct slot *s = d.slot;

	if (s->fd[side] >= 0)
		close(s->fd[side]);
	s->fd[side] = open(below(side, d.path), (int)d.flags | O_CLOEXEC, d.mode);
	s->flags = (int)d.flags;
	s->list = is_list(d.path);
	s->spent = false;
	s->top = in_top(d.path);
	said(a, s->fd[side] < 0 ? -1 : 0);
}

static void draw_slot(void)
{
	d.slot = &ONE_OF(slot);
	d.number = roll(4) ? 4096 : 1 + roll(3);
}

static void do_close(int side, struct answer *a)
{
	said(a, close(d.slot->fd[side]));
	d.slot->fd[side] = -1;
}

/* Each list is read once, and none in the top container. */
static void say_read(int side, struct answer *a, long n)
{
	struct slot *s = d.slot;

	said(a, n);
	if (n < 0)
		return;
	if (!s->list) {
		a->text[n] = '\0';
		return;
	}
	if (s->top || s->spent || d.number < 4096)
		a->ret = 0;
	if (!a->ret)
		a->text[0] = '\0';
	else
		a->text[n] = '\0';
	if (side == OURS)
		s->spent = true;
}

static void do_read(int side, struct answer *a)
{
	say_read(side, a, read(d.slot->fd[side], a->text, (size_t)d.number));
}

static void draw_pread(void)
{
	draw_slot();
	d.mode = roll(3) ? 0 : roll(4);
}

static void do_pread(int side, struct answer *a)
{
	say_read(side, a, pread(d.slot->fd[side], a->text, (size_t)d.number, d.mode));
}

static void draw_write(void)
{
	d.slot = &ONE_OF(slot);
	if (d.slot->list && roll(4))
		draw_pid();
	else
		draw_text(d.slot->list);
}

static void do_write(int side, struct answer *a)
{
	said(a, write(d.slot->fd[side], d.text, d.len));
}

static void do_pwrite(int side, struct answer *a)
{
	said(a, pwrite(d.slot->fd[side], d.text, d.len, 3));
}

static void draw_lseek(void)
{
	draw_slot();
	d.number = roll(3) ? 0 : (long)roll(6) - 1;
	d.flags = roll(3) ? SEEK_SET : SEEK_CUR;
}

static void do_lseek(int side, struct answer *a)
{
	said(a, lseek(d.slot->fd[side], d.number, (int)d.flags));
	/* the length of a list that v1 has kept is not known */
	if (d.slot->list && a->ret > 0)
		a->ret = 0;
}

static void do_fstat(int side, struct answer *a)
{
	struct stat st;

	said(a, fstat(d.slot->fd[side], &st));
	say_stat(a, &st);
}

static void draw_fchmod(void)
{
	draw_slot();
	d.mode = ONE_OF(modes);
}

static void do_fchmod(int side, struct answer *a)
{
	said(a, fchmod(d.slot->fd[side], d.mode));
}

static void draw_fchown(void)
{
	draw_slot();
	draw_ids();
}

static void do_fchown(int side, struct answer *a)
{
	said(a, fchown(d.slot->fd[side], d.uid, d.gid));
}

static void do_ftruncate(int side, struct answer *a)
{
	said(a, ftruncate(d.slot->fd[side], d.number & 1));
}

static void do_poll(int side, struct answer *a)
{
	struct pollfd p = { .fd = d.slot->fd[side], .events = POLLIN | POLLOUT };

	said(a, poll(&p, 1, 0));
	/* v1 would show the list that it has kept, so this does not read then */
	if (d.slot->spent)
		p.revents &= POLLIN | POLLOUT;
	sprintf(a->text, "%#x", (unsigned int)p.revents);
}

static void do_fgetxattr(int side, struct answer *a)
{
	said(a, fgetxattr(d.slot->fd[side], "user.x", a->text, 100));
}

static void draw_fsetxattr(void)
{
	struct stat st;

	draw_slot();
	d.name = user && (fstat(d.slot->fd[V1], &st) || st.st_uid != user) ? "trusted.x" : "user.x";
}

static void do_fsetxattr(int side, struct answer *a)
{
	said(a, fsetxattr(d.slot->fd[side], d.name, "w", 1, 0));
}

/* A name below an open directory. */
static void draw_openat(void)
{
	draw_slot();
	strcpy(d.path, roll(2) ? ONE_OF(files) : "a");
}

static void do_statat(int side, struct answer *a)
{
	struct stat st;

	said(a, fstatat(d.slot->fd[side], d.path, &st, 0));
	say_stat(a, &st);
}

static void do_mkdirat(int side, struct answer *a)
{
	said(a, mkdirat(d.slot->fd[side], d.path, 0755));
}

/* --- files by their names --- */

static void draw_put(void)
{
	draw_file(d.path);
	if (is_list(d.path) && roll(8))
		draw_pid();
	else
		draw_text(is_list(d.path));
	d.flags = roll(2) ? O_TRUNC : 0;
}

static void do_put(int side, struct answer *a)
{
	int fd = open(below(side, d.path), O_WRONLY | O_CLOEXEC | (int)d.flags);
	int err;

	said(a, fd);
	if (fd < 0)
		return;
	strcpy(a->text, "opened");
	said(a, write(fd, d.text, d.len));
	err = errno;
	close(fd);
	errno = err;
}

static void do_get(int side, struct answer *a)
{
	int fd = open(below(side, d.path), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	said(a, fd);
	if (fd < 0)
		return;
	n = read(fd, a->text, sizeof(a->text) - 1);
	said(a, n);
	a->text[n > 0 ? n : 0] = '\0';
	if (is_list(d.path) && n > 0 && in_top(d.path))
		a->ret = 0, a->text[0] = '\0';
	close(fd);
}

#endif /* TEST_STRESS_BESIDE_FILES_H */
