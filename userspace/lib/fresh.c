// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Namespaces without a process: a helper makes them, has the container hold them, and exits.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

struct helper {
	const struct fresh	*fresh;
	struct talk		talk;
	struct stay		stay;
	int			hold;
};

/* --- in the helper: system calls, and what is async-signal-safe. 0 or an errno. --- */

/* A tmpfs is all there is, its root the root; the old one goes with its mounts. */
static int empty_root(void)
{
	if (mount("containerfs", "/", "tmpfs", 0, "mode=755") || chdir("/.."))
		return errno;
	if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH))
		return errno;
	return chdir("/") ? errno : 0;
}

/*
 * What is mounted here is not seen outside. What is unmounted outside goes here, too: a held
 * namespace must not keep a file system busy for ever.
 */
static int make_mounts(const struct fresh *fresh)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return errno;
	return fresh->empty ? empty_root() : 0;
}

/* User 0 of the new user namespace, if it has one. */
static int become_root(void)
{
	if (syscall(SYS_setgroups, 0, NULL) && errno != EPERM)
		return errno;
	if (syscall(SYS_setresgid, 0, 0, 0) && errno != EINVAL)
		return errno;
	return syscall(SYS_setresuid, 0, 0, 0) && errno != EINVAL ? errno : 0;
}

static char *add_word(char *to, const char *word)
{
	return stpcpy(stpcpy(to, word), " ");
}

static char *add_number(char *to, int number)
{
	char digits[16], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do {
		*--p = (char)('0' + number % 10);
	} while ((number /= 10));
	return add_word(to, p);
}

/* By name, but the mount namespace by number, because the module cannot have it otherwise. */
static int hold(const struct helper *h, int mnt)
{
	const struct fresh *fresh = h->fresh;
	char text[64 + 12 * (CONTAINER_HOLD_FDS_MAX + NS_NR)], *to = text;
	unsigned int i;

	for (i = 0; i < NS_NR; i++)
		if (fresh->types & ns_types[i].type)
			to = i == NS_mnt ? add_number(to, mnt) : add_word(to, ns_types[i].name);
	if (fresh->root)
		to = add_word(to, "root");
	if (fresh->cred)
		to = add_word(to, "cred");
	if (fresh->keyring)
		to = add_word(to, "keyring");
	for (i = 0; i < fresh->nr_fds; i++)
		to = add_number(to, fresh->fds[i]);
	*to = '\0';
	return write_text(h->hold, text) ? errno : 0;
}

static int make(struct helper *h)
{
	const struct fresh *fresh = h->fresh;
	struct word word = { 0 };
	int mnt = -1, err;

	err = enter_hidden();
	if (err)
		return err;
	if (fresh->user >= 0 && setns(fresh->user, CLONE_NEWUSER))
		return errno;
	if (fresh->types) {
		err = stay_ask(&h->stay);
		if (err)
			return err;
		if (unshare((int)fresh->types))
			return errno == EUSERS ? ENOSPC : errno;
	}
	if (fresh->types & CLONE_NEWNS) {
		mnt = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		if (mnt < 0)
			return errno;
	}
	/* the caller writes maps and offsets now, because it has the right to */
	if (talk_say(&h->talk, true, &word) || talk_hear(&h->talk, true, &word))
		return errno;
	if (fresh->types & CLONE_NEWUSER)
		err = become_root();
	if (!err && fresh->types & CLONE_NEWNS)
		err = make_mounts(fresh);
	if (!err && fresh->hostname && sethostname(fresh->hostname, strlen(fresh->hostname)))
		err = errno;
	return err ? err : hold(h, mnt);
}

static int helper_child(void *arg)
{
	struct helper *h = arg;
	struct word word = { .error = make(h) };

	talk_say(&h->talk, true, &word);
	return 0;
}

/* --- in the caller --- */

static int put(pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = write_text(fd, text);
	close_fd(fd);
	return ret;
}

/* What the caller's user namespace has, each to itself; 340 lines are the kernel's most. */
#define MAP_BYTES	(340 * 34)

static int put_same(pid_t pid, const char *name)
{
	char path[32], *from, *to, *end, *text = malloc(2 * MAP_BYTES), *map = text + MAP_BYTES;
	unsigned long first, count;
	int fd, ret = -1;

	if (!text)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read_text(fd, text, MAP_BYTES) >= 0) {
		to = map;
		for (from = text; (first = strtoul(from, &end, 10)), end != from; from = end) {
			strtoul(end, &end, 10);
			count = strtoul(end, &end, 10);
			to += sprintf(to, "%lu %lu %lu\n", first, first, count);
		}
		ret = put(pid, name, map);
	}
	close_fd(fd);
	free(text);
	return ret;
}

static int configure(const struct fresh *fresh, pid_t pid)
{
	if (fresh->types & CLONE_NEWUSER) {
		if (fresh->gid_map ? put(pid, "gid_map", fresh->gid_map) : put_same(pid, "gid_map"))
			return -1;
		if (fresh->uid_map ? put(pid, "uid_map", fresh->uid_map) : put_same(pid, "uid_map"))
			return -1;
	}
	return fresh->time_offsets ? put(pid, "timens_offsets", fresh->time_offsets) : 0;
}

static int hear(struct helper *h)
{
	struct word word;

	if (talk_hear(&h->talk, false, &word))
		return -1;
	if (!word.error)
		return 0;
	errno = word.error;
	return -1;
}

static int run_helper(struct helper *h)
{
	const struct word go = { 0 };
	int ret = -1, err;
	pid_t pid;

	if (talk_open(&h->talk))
		return -1;
	/* no CLONE_VM: it must be hidden, and the caller goes on */
	pid = child_start(helper_child, h, 0, &h->talk.pidfd[0]);
	if (pid < 0) {
		talk_close(&h->talk);
		return -1;
	}
	if (!hear(h) && !configure(h->fresh, pid) && !talk_say(&h->talk, false, &go))
		ret = hear(h);
	err = errno;
	if (ret)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	talk_close(&h->talk);
	errno = err;
	return ret;
}

#define TRIES	10

int fresh_hold(int cfd, const struct fresh *fresh)
{
	struct helper h = { .fresh = fresh };
	struct containerfs_stat stat;
	int tries, ret = -1;

	if (cont_stat(cfd, &stat))
		return -1;
	if (!(stat.flags & CONTAINERFS_STAT_NS)) {
		errno = EOPNOTSUPP;
		return -1;
	}
	h.hold = cont_file(cfd, "ns.hold", O_WRONLY);
	if (h.hold < 0)
		return -1;
	for (tries = 0; tries < TRIES; tries++) {
		if (fresh->types && stay_open(&h.stay, cfd, &stat))
			break;
		ret = run_helper(&h);
		if (fresh->types)
			stay_close(&h.stay, cfd);
		/* may be that of next_name: the calling thread was moved meanwhile */
		if (!ret || errno != EPERM || !fresh->types)
			break;
	}
	close_fd(h.hold);
	return ret;
}
