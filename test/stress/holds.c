// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing that is named in ns.hold makes the daemon wait
 *
 * The daemon is one thread, so if it asked a file system that it serves itself, it would wait for
 * itself; and if it asked one whose server hangs, it would hang as well. So a writer names what
 * may not be asked: directories and files of containerfs, and of a FUSE mount whose server is
 * stopped; roots in both; and a descriptor that other threads of the writer exchange all the
 * time for another one. Each time the writer gets its answer, and the daemon serves on.
 */
#include <linux/fuse.h>
#include <pthread.h>

#include "stress.h"

#define ANSWER_SECONDS	10
#define RACE_SECONDS	4
#define LINES		8	/* threads that write */

static char hung[96];		/* where the hanging file system is mounted */
static pid_t server;

/* --- a FUSE server: a root directory with "dir" and "file" --- */

enum { ROOT = FUSE_ROOT_ID, DIR_INO, FILE_INO };

static void fill_attr(struct fuse_attr *attr, uint64_t ino)
{
	*attr = (struct fuse_attr){
		.ino = ino, .mode = ino == FILE_INO ? S_IFREG | 0644 : S_IFDIR | 0755, .nlink = 1,
	};
}

/* The answer to @in is put behind the header of @out; returns its length, or -errno. */
static long serve(const struct fuse_in_header *in, void *out)
{
	const char *name = (const char *)(in + 1);
	struct fuse_init_out *init = out;
	struct fuse_entry_out *entry = out;
	struct fuse_attr_out *attr = out;

	switch (in->opcode) {
	case FUSE_INIT:
		*init = (struct fuse_init_out){ .major = 7, .minor = 31, .max_write = 4096 };
		return sizeof(*init);
	case FUSE_LOOKUP:
		if (strcmp(name, "dir") && strcmp(name, "file"))
			return -ENOENT;
		/* the attributes are not valid for a moment, so that who wants them asks */
		*entry = (struct fuse_entry_out){
			.nodeid = strcmp(name, "file") ? DIR_INO : FILE_INO, .entry_valid = 1000,
		};
		fill_attr(&entry->attr, entry->nodeid);
		return sizeof(*entry);
	case FUSE_GETATTR:
		*attr = (struct fuse_attr_out){ .attr_valid = 0 };
		fill_attr(&attr->attr, in->nodeid);
		return sizeof(*attr);
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		memset(out, 0, sizeof(struct fuse_open_out));
		return sizeof(struct fuse_open_out);
	default:
		return -ENOSYS;
	}
}

static void __attribute__((noreturn)) serve_all(int fd)
{
	static _Alignas(16) char in[FUSE_MIN_READ_BUFFER + 4096];
	static _Alignas(16) struct {
		struct fuse_out_header	head;
		char			data[1024];
	} out;
	const struct fuse_in_header *head = (const void *)in;
	ssize_t len;
	long ret;

	for (;;) {
		len = read(fd, in, sizeof(in));
		if (len < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
			continue;
		if (len < (ssize_t)sizeof(*head))
			_exit(0);
		if (head->opcode == FUSE_FORGET || head->opcode == FUSE_BATCH_FORGET)
			continue;
		ret = serve(head, out.data);
		out.head.unique = head->unique;
		out.head.error = ret < 0 ? (int)ret : 0;
		out.head.len = sizeof(out.head) + (ret > 0 ? (size_t)ret : 0);
		if (write(fd, &out, out.head.len) < 0 && errno != ENOENT)
			_exit(1);
	}
}

static void mount_hung(void)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR);

	snprintf(hung, sizeof(hung), "%s/hung", stress_dir);
	mkdir(hung, 0755);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other",
		 fd);
	if (fd < 0 || mount("none", hung, "fuse.hung", 0, options))
		fail("a FUSE mount: %s", strerror(errno));
	server = fork();
	if (!server)
		serve_all(fd);
	close(fd);
}

/* --- what is written --- */

/* Write @text to a/ns.hold: 0 or -errno.  Whoever waits too long is killed by an alarm. */
static int hold(const char *text)
{
	int ret;

	alarm(ANSWER_SECONDS);
	ret = put(at("a/ns.hold"), text);
	alarm(0);
	return ret;
}

static int hold_fd(int fd)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", fd);
	return hold(text);
}

/* In a child: */
enum what { DIRECTORY, CONTROL_FILE, ROOT_IN_IT, HUNG_DIRECTORY, HUNG_FILE, HUNG_ROOT, NR_WHATS };

static const struct {
	const char	*name;
	int		ret;
} whats[NR_WHATS] = {
	[DIRECTORY]	= { "a directory of containerfs", 0 },
	[CONTROL_FILE]	= { "a control file", -EINVAL },
	[ROOT_IN_IT]	= { "a root in containerfs", 0 },
	[HUNG_DIRECTORY] = { "a directory whose server hangs", 0 },
	[HUNG_FILE]	= { "a file whose server hangs", -EINVAL },
	[HUNG_ROOT]	= { "a root whose server hangs", 0 },
};

static void try_one(enum what what, int ready, int go)
{
	int hold_to = open(at("a/ns.hold"), O_WRONLY), fd = -1, ret;
	char path[128], text[16], c;

	switch (what) {
	case DIRECTORY:
		fd = open(at("a"), O_RDONLY | O_DIRECTORY);
		break;
	case CONTROL_FILE:
		fd = open(at("a/tasks"), O_RDONLY);
		break;
	case ROOT_IN_IT:
		fd = chroot(at("a"));
		break;
	case HUNG_DIRECTORY:
		snprintf(path, sizeof(path), "%s/dir", hung);
		fd = open(path, O_RDONLY | O_DIRECTORY);
		break;
	case HUNG_FILE:
		snprintf(path, sizeof(path), "%s/file", hung);
		fd = open(path, O_RDONLY);
		break;
	default:
		fd = chroot(hung);
	}
	if (hold_to < 0 || fd < 0)
		fail("%s: %s", whats[what].name, strerror(errno));
	/* from now on the server hangs */
	if (write(ready, "", 1) != 1 || read(go, &c, 1) < 0)
		_exit(1);
	snprintf(text, sizeof(text), "%d", fd);
	if (what == ROOT_IN_IT || what == HUNG_ROOT)
		strcpy(text, "root");
	alarm(ANSWER_SECONDS);
	ret = write(hold_to, text, strlen(text)) < 0 ? -errno : 0;
	alarm(0);
	if (ret != whats[what].ret)
		fail("%s: %s", whats[what].name, strerror(-ret));
	/* an exit would close a file that hangs */
	for (;;)
		pause();
}

static void serves(const char *when)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		alarm(ANSWER_SECONDS);
		_exit(mkdir(at("live"), 0755) || rmdir(at("live")));
	}
	waitpid(pid, &status, 0);
	if (status)
		fail("after %s the daemon does not answer", when);
}

static void try_all(void)
{
	int ready[2], go[2], status;
	pid_t pid[NR_WHATS];
	char c;

	for (int what = 0; what < NR_WHATS; what++) {
		if (pipe(ready) || pipe(go))
			fail("pipe");
		pid[what] = fork();
		if (!pid[what]) {
			close(go[1]);
			try_one(what, ready[1], go[0]);
		}
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			fail("%s: not made", whats[what].name);
		if (what >= HUNG_DIRECTORY)
			kill(server, SIGSTOP);
		close(go[0]);
		close(go[1]);
		for (double end = now() + ANSWER_SECONDS; now() < end; usleep(1000)) {
			char *text;

			if (waitpid(pid[what], &status, WNOHANG) > 0)
				fail("%s: the writer ended with %#x", whats[what].name, status);
			/* what may be held is held, or the daemon has answered after the error */
			serves(whats[what].name);
			if (whats[what].ret || (get(at("a/ns.hold"), &text) > 0 && strstr(text, "root")))
				break;
		}
		close(ready[0]);
		serves(whats[what].name);
		if (hold("-all"))
			fail("-all after %s", whats[what].name);
		kill(server, SIGCONT);
		kill(pid[what], SIGKILL);
		waitpid(pid[what], NULL, 0);
		say("%s: %s", whats[what].name, whats[what].ret ? strerror(-whats[what].ret) : "held");
	}
}

/* --- descriptors that change owners --- */

static int files[4], target[LINES];
static volatile bool over;

static void *exchanges(void *arg)
{
	unsigned int seed = 1;

	while (!over)
		dup2(files[rand_r(&seed) % 4], target[rand_r(&seed) % LINES]);
	return NULL;
}

static void *writes(void *arg)
{
	long line = (long)arg, nr = 0;
	int fd = open(at("a/ns.hold"), O_WRONLY);
	char text[16];

	snprintf(text, sizeof(text), "%d", target[line]);
	while (!over) {
		if (write(fd, text, strlen(text)) < 0 && errno != EINVAL && errno != EBADF)
			fail("a descriptor that changes: %s", strerror(errno));
		nr++;
	}
	close(fd);
	return (void *)nr;
}

static void race(void)
{
	pthread_t thread[LINES], changer;
	char path[128];
	long sum = 0;
	void *nr;

	snprintf(path, sizeof(path), "%s/file", hung);
	files[0] = open("/proc/self/ns/net", O_RDONLY);
	files[1] = open(at("a/tasks"), O_RDONLY);
	files[2] = open(path, O_RDONLY);
	files[3] = open(at("a"), O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < LINES; i++)
		target[i] = dup(files[0]);
	kill(server, SIGSTOP);
	pthread_create(&changer, NULL, exchanges, NULL);
	for (long i = 0; i < LINES; i++)
		pthread_create(&thread[i], NULL, writes, (void *)i);
	for (double end = now() + RACE_SECONDS; now() < end; usleep(100000))
		serves("a descriptor that changes");
	over = true;
	/* to close a file that hangs takes its server */
	kill(server, SIGCONT);
	for (int i = 0; i < LINES; i++) {
		pthread_join(thread[i], &nr);
		sum += (long)nr;
	}
	pthread_join(changer, NULL);
	for (int i = 0; i < 4; i++)
		close(files[i]);
	for (int i = 0; i < LINES; i++)
		close(target[i]);
	say("%ld writes of descriptors that change", sum);
	hold("-all");
}

int main(void)
{
	int fds;

	stress_init("holds");
	stress_start(NULL);
	stress_mount("ns,name=holds");
	put(at("ns.clone_flags"), "none");
	mkdir(at("a"), 0755);
	mount_hung();
	fds = stress_daemon_fds();
	if (hold_fd(999) != -EBADF)
		fail("a number that is not open");
	try_all();
	race();
	await(stress_daemon_fds() <= fds, "descriptors to be closed");
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	umount2(hung, MNT_DETACH);
	rmdir(hung);
	stress_stop();
	return 0;
}
