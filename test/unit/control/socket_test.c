// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket, with clients that behave and clients that do not.
 *
 * The daemon's side runs in a child, so that the test can look at it from outside. Whatever a
 * client does, the daemon answers the next one, keeps no descriptor, and ends with status 0,
 * which under the address sanitizer means without a leak.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "daemon/daemon.h"
#include "view/view.h"
#include "tests.h"

static struct sockaddr_un addr = { .sun_family = AF_UNIX };
static pid_t server;
static int leash;		/* when it is closed, the server ends */
static struct control_request rq;
static struct control_reply reply;

static void on_leash(int fd, uint32_t events, void *arg)
{
	loop_stop();
}

static void on_used(void)
{
}

static void serve(int sock, int end)
{
	if (loop_init() || control_init(sock, on_used) || loop_add(end, EPOLLIN, on_leash, NULL) ||
	    loop_run())
		exit(1);
	control_exit();
	loop_exit();
	exit(0);
}

static void start_with(bool sys_admin)
{
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), fds[2];

	/* an abstract name: nothing to remove */
	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "containerfs-test-%d", getpid());
	ck_assert(!bind(sock, (struct sockaddr *)&addr, sizeof(addr)));
	ck_assert(!listen(sock, 64));
	ck_assert(!pipe(fds));
	fake_sys_admin = sys_admin;
	server = fork();
	ck_assert(server >= 0);
	if (!server) {
		close(fds[1]);
		serve(sock, fds[0]);
	}
	close(sock);
	close(fds[0]);
	leash = fds[1];
}

static void setup(void)
{
	start_with(true);
}

static void teardown(void)
{
	int status;

	close(leash);
	ck_assert(waitpid(server, &status, 0) == server);
	ck_assert(WIFEXITED(status) && !WEXITSTATUS(status));
}

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	ck_assert(!connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	return fd;
}

/* Send @len bytes at @data with @nr descriptors; the errno. *@fd, unless NULL, is the answer's. */
static int call(int sock, const void *data, size_t len, const int *fds, int nr, int *fd)
{
	union { struct cmsghdr c; char buf[CMSG_SPACE(64 * sizeof(int))]; } anc = { 0 };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t got;

	if (nr) {
		anc.c = (struct cmsghdr){ CMSG_LEN(nr * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&anc.c), fds, nr * sizeof(int));
		msg.msg_control = &anc;
		msg.msg_controllen = CMSG_SPACE(nr * sizeof(int));
	}
	ck_assert(sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)len);
	iov = (struct iovec){ &reply, sizeof(reply) };
	msg.msg_control = &anc;
	msg.msg_controllen = sizeof(anc);
	memset(&reply, 0xff, sizeof(reply));
	got = recvmsg(sock, &msg, 0);
	ck_assert(got > (ssize_t)offsetof(struct control_reply, text));
	ck_assert_uint_eq(reply.version, CONTROL_VERSION);
	ck_assert(!((char *)&reply)[got - 1]);
	if (fd)
		*fd = msg.msg_controllen ? *(int *)CMSG_DATA(&anc.c) : -1;
	return reply.error;
}

static int ask(int sock, unsigned int op, const char *options)
{
	rq = (struct control_request){ .version = CONTROL_VERSION, .op = op };
	strcpy(rq.options, options);
	return call(sock, &rq, sizeof(rq), NULL, 0, NULL);
}

static int server_fds(void)
{
	char path[64];
	int nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", server);
	dir = opendir(path);
	while (dir && readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

START_TEST(mounts)
{
	int sock = dial(), before, fd = -1;
	char name[64], link[32];

	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	before = server_fds();
	rq = (struct control_request){ .version = CONTROL_VERSION, .op = CONTROL_MOUNT,
				       .source = "src", .options = "ns,name=x",
				       .attr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID };
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, &fd), 0);
	ck_assert_str_eq(reply.text, "a warning");
	ck_assert_int_ge(fd, 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ck_assert(readlink(link, name, sizeof(name)) > 0);
	ck_assert(!strncmp(name, "/memfd:src", 10));
	/* the client has the only descriptor */
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	ck_assert_str_eq(reply.text, "hierarchy 7 0:0 3 ns,name=x\nevents 1\n");
	ck_assert_int_eq(server_fds(), before);

	ck_assert_int_eq(ask(sock, CONTROL_MOUNT, "busy"), EBUSY);
	snprintf(name, sizeof(name), "busy with %d", getpid());
	ck_assert_str_eq(reply.text, name);
	ck_assert_int_eq(ask(sock, CONTROL_MOUNT, "nomount"), ENODEV);
	ck_assert_int_eq(ask(sock, CONTROL_SUBSYSTEMS, ""), 0);
	ck_assert_str_eq(reply.text, "ns enforced\n");
	ck_assert_int_eq(ask(sock, CONTROL_DAEMON, ""), 0);
	snprintf(name, sizeof(name), "process %d\nlogs to nowhere\nstays in cgroup\nkeeps\n",
		 server);
	ck_assert_str_eq(reply.text, name);
}
END_TEST

START_TEST(by_descriptor)
{
	int sock = dial(), pair[2], before;
	int mnt = memfd_create("m", 0);

	ck_assert(!pipe(pair));
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	before = server_fds();
	rq = (struct control_request){ .version = CONTROL_VERSION, .op = CONTROL_REMOUNT,
				       .options = "debug" };
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), &mnt, 1, NULL), 0);
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), pair, 1, NULL), EINVAL);
	rq.op = CONTROL_SHOW;
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), &mnt, 1, NULL), 0);
	ck_assert_str_eq(reply.text, "debug");
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), pair, 2, NULL), EINVAL);
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, NULL), EINVAL);
	/* the client has not asked for a descriptor */
	rq.op = CONTROL_STATS;
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), &mnt, 1, NULL), EINVAL);
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	ck_assert_int_eq(server_fds(), before);
}
END_TEST

START_TEST(garbage)
{
	static char big[3 * sizeof(struct control_request)];
	int fds[60], sock = dial(), before;

	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	before = server_fds();
	for (int i = 0; i < 60; i++)
		fds[i] = 0;
	memset(big, 'x', sizeof(big));
	ck_assert_int_eq(call(sock, big, 1, NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(call(sock, big, sizeof(rq), NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(call(sock, big, sizeof(rq) - 1, NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(call(sock, big, sizeof(big), NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(call(sock, big, 100, fds, 60, NULL), EINVAL);
	/* a request, and the beginning of another one */
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	ck_assert_int_eq(call(sock, &rq, 8, NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(call(sock, &rq, sizeof(rq) - 1, NULL, 0, NULL), EINVAL);
	ck_assert_int_eq(ask(sock, 0, ""), EINVAL);
	ck_assert_int_eq(ask(sock, 1000, ""), EINVAL);

	rq = (struct control_request){ .version = CONTROL_VERSION + 1, .op = CONTROL_STATS };
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, NULL), EINVAL);
	rq = (struct control_request){ .version = CONTROL_VERSION, .op = CONTROL_MOUNT };
	rq.attr = 1ull << 40;
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, NULL), EINVAL);
	rq.attr = 0;
	memset(rq.options, 'x', sizeof(rq.options));
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, NULL), EINVAL);
	memset(rq.options, 0, sizeof(rq.options));
	memset(rq.source, 'x', sizeof(rq.source));
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), NULL, 0, NULL), EINVAL);

	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	ck_assert_int_eq(server_fds(), before);
}
END_TEST

/* The server closes @sock soon, long before it would do so for idleness. */
static void hung_up(int sock)
{
	struct pollfd p = { .fd = sock, .events = POLLRDHUP };

	ck_assert_int_eq(poll(&p, 1, 5000), 1);
	ck_assert(p.revents & (POLLHUP | POLLRDHUP));
}

/* A client never reads the answer, another one leaves before it: the next one is served. */
START_TEST(rude_clients)
{
	int sock = dial(), rude = dial(), before;

	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	before = server_fds();
	rq = (struct control_request){ .version = CONTROL_VERSION, .op = CONTROL_SUBSYSTEMS };
	for (int i = 0; i < 500; i++)
		if (send(rude, &rq, sizeof(rq), MSG_NOSIGNAL) < 0 && errno == EPIPE)
			break;
	hung_up(rude);
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	close(rude);
	rude = dial();
	rq.op = CONTROL_MOUNT;
	ck_assert(send(rude, &rq, sizeof(rq), 0) == sizeof(rq));
	close(rude);
	for (int i = 0; i < 100 && server_fds() >= before; i++)
		ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	ck_assert_int_lt(server_fds(), before);
}
END_TEST

/* More clients than the daemon keeps: the first is closed, the last is served. */
START_TEST(crowd)
{
	enum { CROWD = 60 };
	int socks[CROWD];

	for (int i = 0; i < CROWD; i++)
		socks[i] = dial();
	ck_assert_int_eq(ask(socks[CROWD - 1], CONTROL_STATS, ""), 0);
	hung_up(socks[0]);
	ck_assert_int_lt(server_fds(), CROWD);
}
END_TEST

/* root without CAP_SYS_ADMIN may ask, and may not mount. */
START_TEST(without_sys_admin)
{
	int mnt = memfd_create("m", 0), sock;

	start_with(false);
	sock = dial();
	ck_assert_int_eq(ask(sock, CONTROL_MOUNT, "none,name=x"), EPERM);
	rq.op = CONTROL_REMOUNT;
	ck_assert_int_eq(call(sock, &rq, sizeof(rq), &mnt, 1, NULL), EPERM);
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), 0);
	teardown();
}
END_TEST

START_TEST(only_root)
{
	int sock;

	start_with(true);
	if (geteuid() || seteuid(1))
		return;
	sock = dial();
	ck_assert(!seteuid(0));
	ck_assert_int_eq(ask(sock, CONTROL_STATS, ""), EPERM);
	ck_assert_int_eq(ask(sock, CONTROL_MOUNT, "none,name=x"), EPERM);
	teardown();
}
END_TEST

TCase *socket_tests(void)
{
	TCase *tc = tcase_create("socket");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, mounts);
	tcase_add_test(tc, by_descriptor);
	tcase_add_test(tc, garbage);
	tcase_add_test(tc, rude_clients);
	tcase_add_test(tc, crowd);
	return tc;
}

TCase *actor_tests(void)
{
	TCase *tc = tcase_create("actor");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, without_sys_admin);
	tcase_add_test(tc, only_root);
	return tc;
}
