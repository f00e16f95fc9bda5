// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about containers as objects: the ioctls of their directories, and what
 * they hold.
 *
 * A host either gives a descriptor of what is held by ioctl(2), or has symbolic links to
 * it; "held" takes what there is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../include/uapi/containerfs.h"
#include "sysc.h"

static const struct flag held_flags[] = {
#define FLAG(name, bit) { #name, bit },
	CONTAINER_NAMESPACES(FLAG)
#undef FLAG
	{ "root", CONTAINERFS_HOLD_ROOT }, { "cred", CONTAINERFS_HOLD_CRED },
	{ "keyring", CONTAINERFS_HOLD_KEYRING }, { NULL, 0 },
};

static const struct flag lease_flags[] = {
	{ "kill", CONTAINERFS_LEASE_KILL }, { "remove", CONTAINERFS_LEASE_REMOVE }, { NULL, 0 },
};

static void set_slot(const char *word, int fd)
{
	int slot = atoi(word);

	if (slot < 0 || slot >= MAX_SLOTS)
		die("not a slot: %s", word);
	if (slots[slot] >= 0)
		close(slots[slot]);
	slots[slot] = fd;
}

static int open_dir(const char *word)
{
	return word[0] == '@' ? dup(slot_fd(word)) : open(word, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What @dir holds of the type called @name; -1 and errno. */
static int open_held(const char *dir, const char *name)
{
	unsigned int type = parse_flags(name, held_flags);
	char link[32];
	int dirfd = open_dir(dir), fd, err;

	if (dirfd < 0)
		return -1;
	fd = ioctl(dirfd, CONTAINERFS_IOC_GET, type);
	if (fd < 0 && errno == EOPNOTSUPP) {
		snprintf(link, sizeof(link), "ns.%s", name);
		fd = openat(dirfd, link, O_CLOEXEC |
			    (type == CONTAINERFS_HOLD_ROOT ? O_PATH | O_DIRECTORY : O_RDONLY));
	}
	err = errno;
	close(dirfd);
	errno = err;
	return fd;
}

static void cmd_held(int argc, char **argv)
{
	int fd = open_held(argv[2], argv[3]);

	if (fd >= 0)
		set_slot(argv[1], fd);
	say_result(fd);
}

/* The ioctl alone, whatever the host. */
static void cmd_get(int argc, char **argv)
{
	int dir = open_dir(argv[2]);
	int fd = ioctl(dir, CONTAINERFS_IOC_GET, parse_flags(argv[3], held_flags));

	if (fd >= 0)
		set_slot(argv[1], fd);
	say_result(fd);
	close(dir);
}

static void cmd_cloexec(int argc, char **argv)
{
	int flags = fcntl(slot_fd(argv[1]), F_GETFD);

	say("%s", flags < 0 ? errno_name(errno) : flags & FD_CLOEXEC ? "yes" : "no");
}

static void cmd_hold(int argc, char **argv)
{
	char file[4096], words[256];
	int fd, i, n = 0;

	snprintf(file, sizeof(file), "%s/ns.hold", argv[1]);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		say("open:%s", errno_name(errno));
		return;
	}
	for (i = 2; i < argc; i++) {
		if (argv[i][0] == '@')
			n += snprintf(words + n, sizeof(words) - n, "%d ", slot_fd(argv[i]));
		else
			n += snprintf(words + n, sizeof(words) - n, "%s ", argv[i]);
	}
	say_result(write(fd, words, n));
	close(fd);
}

struct entry {
	unsigned int type;	/* 0: entered */
	int fd;
};

/* Enter those of @types; errno is that of the last that failed, 0 if none has. */
static void enter_some(struct entry *entries, int n, unsigned int types)
{
	struct entry *e;
	int ret;

	errno = 0;
	for (e = entries; e < entries + n; e++) {
		if (!(e->type & types))
			continue;
		if (e->type == CONTAINERFS_HOLD_ROOT)
			ret = fchdir(e->fd) || chroot(".");
		else
			ret = syscall(SYS_setns, e->fd, e->type);
		if (!ret)
			e->type = 0;
	}
}

/*
 * As a program must that does not know who owns what: a user namespace gives the right to
 * enter some namespaces, and takes the right to enter others.
 */
static void cmd_enter(int argc, char **argv)
{
	unsigned int types = parse_flags(argv[2], held_flags);
	struct entry entries[16];
	const struct flag *f;
	int n = 0;

	for (f = held_flags; f->name; f++) {
		if (!(types & f->value))
			continue;
		entries[n].type = f->value;
		entries[n].fd = open_held(argv[1], f->name);
		if (entries[n++].fd < 0) {
			say("%s:%s", f->name, errno_name(errno));
			return;
		}
	}
	enter_some(entries, n, ~(CLONE_NEWUSER | CONTAINERFS_HOLD_ROOT));
	enter_some(entries, n, CLONE_NEWUSER);
	enter_some(entries, n, ~CONTAINERFS_HOLD_ROOT);
	if (!errno)
		enter_some(entries, n, CONTAINERFS_HOLD_ROOT);
	say("%s", errno ? errno_name(errno) : "OK");
	while (n--)
		close(entries[n].fd);
}

static void cmd_bind(int argc, char **argv)
{
	char fd[64];

	snprintf(fd, sizeof(fd), "/proc/self/fd/%d", slot_fd(argv[1]));
	say_result(mount(fd, argv[2], NULL, MS_BIND, NULL));
}

static void cmd_lease(int argc, char **argv)
{
	__u32 flags = parse_flags(argv[2], lease_flags);

	say_result(ioctl(slot_fd(argv[1]), CONTAINERFS_IOC_LEASE, &flags));
}

static unsigned long long stat_field(const struct containerfs_stat *st, const char *name)
{
	const struct {
		const char *name;
		unsigned long long value;
	} fields[] = {
		{ "size", st->size }, { "id", st->id }, { "hierarchy", st->hierarchy },
		{ "held", st->held }, { "state", st->state }, { "leases", st->leases },
		{ "init", st->init }, { "keyring", st->keyring },
		{ "dead", !!(st->flags & CONTAINERFS_STAT_DEAD) },
		{ "clone", !!(st->flags & CONTAINERFS_STAT_CLONE) },
		{ "top", !!(st->flags & CONTAINERFS_STAT_TOP) },
		{ "ns", !!(st->flags & CONTAINERFS_STAT_NS) },
	};
	unsigned int i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(fields[i].name, name))
			return fields[i].value;
	die("no field %s", name);
}

/* "size=N" among the fields gives that as the size of the structure. */
static void cmd_ostat(int argc, char **argv)
{
	struct containerfs_stat st = { .size = sizeof(st) };
	int fd = open_dir(argv[1]), i, n = 0;

	for (i = 2; i < argc; i++)
		if (!strncmp(argv[i], "size=", 5))
			st.size = atoi(argv[i] + 5);
	if (fd < 0 || ioctl(fd, CONTAINERFS_IOC_STAT, &st)) {
		say_result(-1);
	} else {
		for (i = 2; i < argc; i++)
			if (strncmp(argv[i], "size=", 5))
				say("%s%llu", n++ ? ":" : "", stat_field(&st, argv[i]));
		if (!n)
			say("OK");
	}
	if (fd >= 0)
		close(fd);
}

/* With a structure of another size: what the number of the command and the structure say. */
static void cmd_ostat_as(int argc, char **argv)
{
	const unsigned int mask = _IOC_SIZEMASK << _IOC_SIZESHIFT;
	unsigned int size = atoi(argv[2]);
	unsigned long cmd = (CONTAINERFS_IOC_STAT & ~mask) | size << _IOC_SIZESHIFT;
	__u32 st[256] = { size };

	if (size > sizeof(st))
		die("ostat-as: %s", argv[2]);
	if (ioctl(slot_fd(argv[1]), cmd, st))
		say_result(-1);
	else
		say("%u", st[0]);
}

static void cmd_ioctl(int argc, char **argv)
{
	say_result(ioctl(slot_fd(argv[1]), strtoul(argv[2], NULL, 0),
			 argc > 3 ? strtoul(argv[3], NULL, 0) : 0));
}

static void cmd_dup(int argc, char **argv)
{
	int fd = fcntl(slot_fd(argv[2]), F_DUPFD_CLOEXEC, 3);

	if (fd >= 0)
		set_slot(argv[1], fd);
	say_result(fd);
}

static void cmd_socketpair(int argc, char **argv)
{
	int fd[2], ret = socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd);

	if (!ret) {
		set_slot(argv[1], fd[0]);
		set_slot(argv[2], fd[1]);
	}
	say_result(ret);
}

union fd_message {
	struct cmsghdr	head;
	char		room[CMSG_SPACE(sizeof(int))];
};

static struct msghdr fd_header(union fd_message *message, struct iovec *iov)
{
	return (struct msghdr){
		.msg_iov = iov, .msg_iovlen = 1,
		.msg_control = message, .msg_controllen = sizeof(*message),
	};
}

static void cmd_sendfd(int argc, char **argv)
{
	union fd_message message = {
		.head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS },
	};
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr header = fd_header(&message, &iov);
	int fd = slot_fd(argv[2]);

	memcpy(CMSG_DATA(&message.head), &fd, sizeof(fd));
	say_result(sendmsg(slot_fd(argv[1]), &header, 0));
}

static void cmd_recvfd(int argc, char **argv)
{
	union fd_message message;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr header = fd_header(&message, &iov);
	ssize_t n = recvmsg(slot_fd(argv[2]), &header, MSG_CMSG_CLOEXEC);
	int fd;

	if (n >= 0 && header.msg_controllen >= CMSG_LEN(sizeof(int))) {
		memcpy(&fd, CMSG_DATA(&message.head), sizeof(fd));
		set_slot(argv[1], fd);
	}
	say_result(n);
}

/* The session keyring is -3, as keyctl(2) has it; "session" makes a new one. */
static void cmd_keyctl(int argc, char **argv)
{
	const char *what = argv[1], *word = argc > 2 ? argv[2] : "";
	char text[256];
	long ret;

	if (!strcmp(what, "session")) {
		say_result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	} else if (!strcmp(what, "describe")) {
		ret = syscall(SYS_keyctl, KEYCTL_DESCRIBE, atoi(word), text, sizeof(text));
		say("%s", ret < 0 ? errno_name(errno) : text);
	} else if (!strcmp(what, "link")) {
		say_result(syscall(SYS_keyctl, KEYCTL_LINK, atoi(word), KEY_SPEC_SESSION_KEYRING));
	} else if (!strcmp(what, "revoke")) {
		say_result(syscall(SYS_keyctl, KEYCTL_REVOKE, atoi(word)));
	} else if (!strcmp(what, "add") && argc > 3) {
		say_result(syscall(SYS_add_key, "user", word, "x", 1, atoi(argv[3])));
	} else if (!strcmp(what, "find")) {
		say_result(syscall(SYS_request_key, "user", word, NULL, 0));
	} else {
		die("keyctl: %s", what);
	}
}

const struct command object_commands[] = {
	{ "held", 3, cmd_held, "SLOT DIR|@SLOT NAME: open what is held, by ioctl or link" },
	{ "get", 3, cmd_get, "SLOT DIR|@SLOT NAME: CONTAINERFS_IOC_GET" },
	{ "cloexec", 1, cmd_cloexec, "@SLOT: is it closed on exec? yes or no" },
	{ "hold", 2, cmd_hold, "DIR WORD|@SLOT...: write to ns.hold, slots as numbers" },
	{ "enter", 2, cmd_enter, "DIR NAME,...: what is held; pid is for children" },
	{ "bind", 2, cmd_bind, "@SLOT FILE: bind a namespace to a file" },
	{ "lease", 2, cmd_lease, "@SLOT kill,remove|-|0xN: CONTAINERFS_IOC_LEASE" },
	{ "ostat", 1, cmd_ostat, "DIR|@SLOT [size=N] FIELD...: CONTAINERFS_IOC_STAT" },
	{ "ostat-as", 2, cmd_ostat_as, "@SLOT SIZE: by a program that has another size" },
	{ "ioctl", 2, cmd_ioctl, "@SLOT NUMBER [ARGUMENT]" },
	{ "dup", 2, cmd_dup, "SLOT @SLOT" },
	{ "socketpair", 2, cmd_socketpair, "SLOT SLOT" },
	{ "sendfd", 2, cmd_sendfd, "@SOCKET @SLOT" },
	{ "recvfd", 2, cmd_recvfd, "SLOT @SOCKET" },
	{ "keyctl", 1, cmd_keyctl, "session | describe|link|revoke SERIAL | add NAME SERIAL | find NAME" },
	{ NULL, 0, NULL, NULL },
};
