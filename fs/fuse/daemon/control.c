// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket: control.h has the protocol.
 *
 * Only root is served (SO_PEERCRED, in the initial user namespace).  To mount, root
 * must have CAP_SYS_ADMIN there, because a mount can set the release agent, which runs
 * with all privileges.
 *
 * No client can hold the daemon up.  A packet is a whole request.  A connection is
 * closed if an answer does not fit into its buffer at once, after
 * CONTROL_IDLE_SECONDS without a request, and if it is the oldest of more than
 * CLIENTS_MAX.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "daemon.h"
#include "view/view.h"

#define CLIENTS_MAX	32
#define FDS_MAX		4	/* descriptors taken from a packet, if only to close them */

#define ATTR_ALLOWED	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |	\
			 MOUNT_ATTR_NOEXEC | MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME |	\
			 MOUNT_ATTR_NOSYMFOLLOW)

struct client {
	int		 fd;
	struct ucred	 peer;
	time_t		 last;		/* when it connected or last asked, monotonic seconds */
	struct client	*next;		/* the most recently connected first */
};

static struct {
	int			 listener, timer;
	void			(*used)(void);	/* called when a mount is asked for */
	struct client		*clients;
	unsigned int		 nr;
	struct control_request	 request;
	struct control_reply	 reply;
} control = { .listener = -1, .timer = -1 };

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Look after idle clients once a second while there are any. */
static void timer_set(bool on)
{
	const struct itimerspec its = { { on, 0 }, { on, 0 } };

	timerfd_settime(control.timer, 0, &its, NULL);
}

static void client_drop(struct client *c)
{
	struct client **p = &control.clients;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	if (!--control.nr)
		timer_set(false);
	loop_del(c->fd);
	close(c->fd);
	free(c);
}

unsigned int control_clients(void)
{
	return control.nr;
}

/* The engine puts a comma before each option, as the mount table needs it. */
void control_options(struct containerfs_root *root, char *buf, size_t size)
{
	hierarchy_show_options(root, buf, size);
	if (buf[0] == ',')
		memmove(buf, buf + 1, strlen(buf));
}

/* --- the operations: a positive errno or 0, text in control.reply --- */

static int refuse(int err, const char *text)
{
	snprintf(control.reply.text, sizeof(control.reply.text), "%s", text);
	return err;
}

static int may_mount(const struct client *c, struct container_actor *actor)
{
	tasks_actor(c->peer.pid, c->peer.uid, actor);
	if (actor->sys_admin)
		return 0;
	return refuse(EPERM, "mounting needs CAP_SYS_ADMIN in the initial user namespace");
}

static void log_mounted(struct containerfs_root *root, const struct client *c)
{
	const struct super *s = hierarchy_host(root);
	char options[512], text[2048], *save = NULL;

	control_options(root, options, sizeof(options));
	log_info("hierarchy %d: mounted by process %d: %s", hierarchy_id(root), c->peer.pid,
		 options);
	if (s->mounts > 1)
		return;
	container_subsys_describe(text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		log_info("subsystem %s", line);
}

static int do_mount(const struct client *c, const struct control_request *rq, int *mnt)
{
	struct containerfs_root *root;
	struct container_actor actor;
	int err = may_mount(c, &actor);
	int id;

	control.used();
	if (err)
		return err;
	if (rq->attr & ~(uint64_t)ATTR_ALLOWED)
		return refuse(EINVAL, "unknown mount attributes");
	err = hierarchy_mount(rq->options, &actor, control.reply.text,
			      sizeof(control.reply.text), &root);
	if (err)
		return -err;
	id = hierarchy_id(root);
	*mnt = super_mount(root, rq->source[0] ? rq->source : "none", rq->attr);
	if (*mnt >= 0) {
		log_mounted(root, c);
		return 0;
	}
	log_err("hierarchy %d: cannot make a mount: %s", id, strerror(-*mnt));
	return refuse(-*mnt, "containerfsd could not make a FUSE mount: see its log (containerctl hierarchies -v says where)");
}

static int do_remount(const struct client *c, const struct control_request *rq, int fd)
{
	struct super *s = super_of_fd(fd);
	struct container_actor actor;
	int err = may_mount(c, &actor);

	if (err)
		return err;
	if (!s)
		return refuse(EINVAL, "not a mount of a running containerfsd");
	return -hierarchy_remount(s->root, rq->options, &actor, control.reply.text,
				  sizeof(control.reply.text));
}

static int do_show(int fd)
{
	struct super *s = super_of_fd(fd);

	if (!s)
		return refuse(EINVAL, "not a mount of a running containerfsd");
	control_options(s->root, control.reply.text, sizeof(control.reply.text));
	return 0;
}

struct text {
	char	*at;
	size_t	 left;
};

/* A line about @root; "-" is the device if it is not mounted. */
static int stats_root(struct containerfs_root *root, int mounted, void *arg)
{
	struct text *t = arg;
	struct super *s = hierarchy_host(root);
	char dev[32] = "-", options[CONTROL_OPTIONS_MAX];
	size_t len;

	control_options(root, options, sizeof(options));
	if (s)
		snprintf(dev, sizeof(dev), "%u:%u", major(s->dev), minor(s->dev));
	len = snprintf(t->at, t->left, "hierarchy %d %s %lu %s\n", hierarchy_id(root), dev,
		       hierarchy_containers(root), options);
	if (len >= t->left)
		return 1;
	t->at += len;
	t->left -= len;
	return 0;
}

static int do_stats(void)
{
	struct text t = { control.reply.text, sizeof(control.reply.text) };

	hierarchy_for_each(stats_root, &t);
	tasks_stats(t.at, t.left);
	return 0;
}

static int do_daemon(void)
{
	snprintf(control.reply.text, sizeof(control.reply.text), "process %d\nlogs to %s\n%s%s",
		 getpid(), log_place(), cgroups_stays(), privilege_held());
	return 0;
}

static int check_request(const struct client *c, const struct control_request *rq, int fd)
{
	bool wants_fd = rq->op == CONTROL_REMOUNT || rq->op == CONTROL_SHOW;

	if (c->peer.uid)
		return refuse(EPERM, "only root is served");
	if (rq->version != CONTROL_VERSION)
		return refuse(EINVAL, "containerfsd is of another version: see containerfsd(8)");
	if (!memchr(rq->source, 0, sizeof(rq->source)) ||
	    !memchr(rq->options, 0, sizeof(rq->options)))
		return refuse(EINVAL, "source or options without an end");
	if (wants_fd != (fd >= 0))
		return refuse(EINVAL, wants_fd ? "the descriptor of a mount is missing" :
					       "a descriptor that is not asked for");
	return 0;
}

static int serve_request(const struct client *c, const struct control_request *rq, int fd, int *mnt)
{
	int err = check_request(c, rq, fd);

	if (err)
		return err;
	switch (rq->op) {
	case CONTROL_MOUNT:
		return do_mount(c, rq, mnt);
	case CONTROL_REMOUNT:
		return do_remount(c, rq, fd);
	case CONTROL_SHOW:
		return do_show(fd);
	case CONTROL_STATS:
		return do_stats();
	case CONTROL_DAEMON:
		return do_daemon();
	case CONTROL_SUBSYSTEMS:
		container_subsys_describe(control.reply.text, sizeof(control.reply.text));
		return 0;
	}
	return refuse(EINVAL, "unknown operation");
}

/* --- packets --- */

union ancillary {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

/* The one descriptor of a packet; -1 if there is none, or not exactly one. */
static int take_fd(struct msghdr *msg)
{
	int fds[FDS_MAX], nr = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), nr * sizeof(int));
	}
	if (nr == 1)
		return fds[0];
	while (nr)
		close(fds[--nr]);
	return -1;
}

/* 1: a request came, perhaps with *@fd beside it; 0: the client is gone. */
static int receive_request(const struct client *c, int *fd)
{
	struct iovec iov = { &control.request, sizeof(control.request) };
	union ancillary anc;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &anc, .msg_controllen = sizeof(anc),
	};
	ssize_t len = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (len <= 0)
		return 0;
	*fd = take_fd(&msg);
	/* a packet that is no request gets the answer to an unknown version */
	if (len != sizeof(control.request) || msg.msg_flags & MSG_TRUNC)
		control.request.version = 0;
	return 1;
}

static bool send_reply(const struct client *c, int err, int mnt)
{
	struct control_reply *reply = &control.reply;
	struct iovec iov = { reply, offsetof(struct control_reply, text) + strlen(reply->text) + 1 };
	union ancillary anc = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	reply->version = CONTROL_VERSION;
	reply->error = err;
	if (mnt >= 0) {
		anc.align = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&anc.align), &mnt, sizeof(int));
		msg.msg_control = &anc;
		msg.msg_controllen = CMSG_SPACE(sizeof(int));
	}
	return sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)iov.iov_len;
}

static void on_client(int sock, uint32_t events, void *arg)
{
	struct client *c = arg;
	int fd, mnt = -1, err;

	if (!receive_request(c, &fd)) {
		client_drop(c);
		return;
	}
	c->last = now();
	control.reply.text[0] = '\0';
	tasks_begin();
	/* so that "umount; mount" finds the former mount gone */
	super_poll();
	err = serve_request(c, &control.request, fd, &mnt);
	if (!send_reply(c, err, mnt))
		client_drop(c);
	/* if the client did not get the mount, this ends it */
	if (mnt >= 0)
		close(mnt);
	if (fd >= 0)
		close(fd);
	tasks_end();
}

static void on_listener(int sock, uint32_t events, void *arg)
{
	socklen_t len = sizeof(struct ucred);
	struct client *c;
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (control.nr == CLIENTS_MAX) {
		for (c = control.clients; c->next; c = c->next)
			;
		client_drop(c);
	}
	c = calloc(1, sizeof(*c));
	if (!c || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c->peer, &len) ||
	    loop_add(fd, EPOLLIN, on_client, c)) {
		free(c);
		close(fd);
		return;
	}
	c->fd = fd;
	c->last = now();
	c->next = control.clients;
	control.clients = c;
	if (!control.nr++)
		timer_set(true);
}

static void on_timer(int fd, uint32_t events, void *arg)
{
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (struct client *c = control.clients, *next; c; c = next) {
		next = c->next;
		if (now() - c->last > CONTROL_IDLE_SECONDS)
			client_drop(c);
	}
}

int control_init(int fd, void (*used)(void))
{
	int err;

	if (fd < 0)
		return fd;
	control.listener = fd;
	control.used = used;
	control.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (control.timer < 0)
		return -errno;
	err = loop_add(control.timer, EPOLLIN, on_timer, NULL);
	if (err)
		goto close_timer;
	err = loop_add(fd, EPOLLIN, on_listener, NULL);
	if (err)
		goto unwatch_timer;
	return 0;

unwatch_timer:
	loop_del(control.timer);
close_timer:
	close(control.timer);
	return err;
}

void control_exit(void)
{
	while (control.clients)
		client_drop(control.clients);
	loop_del(control.listener);
	close(control.listener);
	loop_del(control.timer);
	close(control.timer);
}
