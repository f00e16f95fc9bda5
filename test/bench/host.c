// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two sides: cgroup v1, and containerfs by daemon or module, which is
 * loaded (--module) with the first mount and unloaded with the last.
 *
 * We work in a mount namespace of our own and, with the FUSE host, with a daemon of our own,
 * whose socket is in our directory. So hierarchies in use are left alone, and our mounts end
 * with us. Containers of a v1 hierarchy would outlive us, so the code that makes them removes
 * them. The v1 hierarchy itself would, too: cgroup v1 keeps it if it is unmounted before all
 * its removed groups are freed. So at the end it is mounted and unmounted until it has died.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define END_PATIENCE_MS	20000	/* until the daemon has ended */
#define BASE_LOOKS	600	/* for the end of a v1 hierarchy */
#define BASE_PAUSE_US	100000
#define BASE_MOUNT	10u	/* looks between mounts, because an umount takes some time */

static char base[48];
static char dirs[NR_SIDES][64], other[64], sock[64];
static bool mounted[NR_SIDES];
static bool module, loaded;

const char *side_dir(enum side side)
{
	return dirs[side];
}

const char *other_dir(void)
{
	return other;
}

bool side_mounted(enum side side)
{
	return mounted[side];
}

bool host_is_module(void)
{
	return module;
}

static bool kernel_has(const char *type)
{
	FILE *f = fopen("/proc/filesystems", "re");
	char line[128], *name;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		name = strrchr(line, '\t');
		found = name && !strncmp(name + 1, type, strlen(type)) &&
			name[1 + strlen(type)] == '\n';
	}
	if (f)
		fclose(f);
	return found;
}

/* The programs of our own build, else the installed ones; the daemon is beside the helper. */
static int find_programs(void)
{
	static char helper[PATH_MAX];
	char path[PATH_MAX];
	const char *dir;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (!options.helper)
		options.helper = getenv("CFS_MOUNT");
	/* we are build/obj/test/bench/bench: go up four names */
	for (int i = 0; i < 4 && len > 0; i++) {
		path[len] = '\0';
		len = strrchr(path, '/') ? strrchr(path, '/') - path : 0;
	}
	if (!options.helper && len > 0) {
		snprintf(helper, sizeof(helper), "%.*s/mount.containerfs", (int)len, path);
		if (!access(helper, X_OK))
			options.helper = helper;
	}
	if (!options.helper)
		options.helper = "/sbin/mount.containerfs";
	if (access(options.helper, X_OK)) {
		fprintf(stderr, "bench: no %s: build it, or name it with --helper\n",
			options.helper);
		return -ENOENT;
	}
	dir = strrchr(options.helper, '/');
	snprintf(path, sizeof(path), "%.*s/containerfsd",
		 dir ? (int)(dir - options.helper) : 1, dir ? options.helper : ".");
	if (!access(path, X_OK))
		setenv("CONTAINERFSD", path, 0);
	return 0;
}

/* Load options.module, if it is given. */
static int module_load(void)
{
	int fd, err = 0;

	if (!options.module || loaded)
		return 0;
	fd = open(options.module, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	loaded = !err;
	return err;
}

static void module_unload(void)
{
	if (loaded && syscall(SYS_delete_module, "containerfs", O_NONBLOCK))
		fprintf(stderr, "bench: unloading the module: %s\n", strerror(errno));
	loaded = false;
}

int host_init(void)
{
	if (geteuid()) {
		fprintf(stderr, "bench: needs root\n");
		return -EPERM;
	}
	module = options.host ? !strcmp(options.host, "module") :
		 options.module || kernel_has("containerfs");
	if (!module && find_programs())
		return -ENOENT;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		fprintf(stderr, "bench: no mount namespace: %s\n", strerror(errno));
		return -errno;
	}
	strcpy(base, "/tmp/bench.XXXXXX");
	if (!mkdtemp(base)) {
		fprintf(stderr, "bench: %s: %s\n", base, strerror(errno));
		return -errno;
	}
	snprintf(dirs[BASE], sizeof(dirs[BASE]), "%s/v1", base);
	snprintf(dirs[OURS], sizeof(dirs[OURS]), "%s/ours", base);
	snprintf(other, sizeof(other), "%s/ns", base);
	snprintf(sock, sizeof(sock), "%s/socket", base);
	mkdir(dirs[BASE], 0755);
	mkdir(dirs[OURS], 0755);
	mkdir(other, 0755);
	setenv("CONTAINERFS_SOCKET", sock, 1);
	return 0;
}

static bool base_lives(void)
{
	char name[40], line[4096];
	FILE *f = fopen("/proc/self/cgroup", "re");
	bool found = false;

	snprintf(name, sizeof(name), "name=bench.%d:", getpid());
	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, name);
	if (f)
		fclose(f);
	return found;
}

/* Wait until our v1 hierarchy has died. */
static void reap_base(void)
{
	for (unsigned int i = 1; !options.v1_options && i < BASE_LOOKS && base_lives(); i++) {
		progress("cgroup v1 frees its groups", (double)i / BASE_LOOKS);
		usleep(BASE_PAUSE_US);
		if (i % BASE_MOUNT == 0 && !host_mount_base())
			host_umount(dirs[BASE]);
	}
	progress_end();
}

void host_exit(void)
{
	char lock[80];

	host_umount_base();
	if (mounted[OURS])
		host_umount_last(dirs[OURS]);
	module_unload();
	reap_base();
	rmdir(dirs[BASE]);
	rmdir(dirs[OURS]);
	rmdir(other);
	unlink(sock);
	snprintf(lock, sizeof(lock), "%s.lock", sock);
	unlink(lock);
	if (rmdir(base))
		fprintf(stderr, "bench: %s: %s\n", base, strerror(errno));
}

int host_mount_base(void)
{
	char opts[96];

	if (options.v1_options)
		snprintf(opts, sizeof(opts), "%s", options.v1_options);
	else
		snprintf(opts, sizeof(opts), "none,name=bench.%d", getpid());
	if (mount("none", dirs[BASE], "cgroup", 0, opts))
		return -errno;
	mounted[BASE] = true;
	return 0;
}

void host_umount_base(void)
{
	if (!mounted[BASE])
		return;
	remove_below(dirs[BASE]);
	host_umount(dirs[BASE]);
}

static int run_helper(const char *dir, const char *opts)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		execl(options.helper, options.helper, "none", dir, "-o", opts, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? -EIO : 0;
}

int host_mount(const char *dir, const char *opts)
{
	if (!module) {
		int err = run_helper(dir, opts);

		if (err)
			return err;
	} else {
		int err = module_load();

		if (err)
			return err;
		if (mount("none", dir, "containerfs", 0, opts))
			return -errno;
	}
	if (dir == dirs[OURS])
		mounted[OURS] = true;
	return 0;
}

void host_umount(const char *dir)
{
	for (int i = 0; umount2(dir, 0); i++) {
		if (errno == EBUSY && i < 100) {
			usleep(10000);
			continue;
		}
		fprintf(stderr, "bench: umount %s: %s\n", dir, strerror(errno));
		umount2(dir, MNT_DETACH);
		break;
	}
	for (int side = 0; side < NR_SIDES; side++)
		if (dir == dirs[side])
			mounted[side] = false;
}

pid_t host_daemon(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	int fd;

	if (module)
		return 0;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", sock);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		peer.pid = 0;
	close(fd);
	return peer.pid;
}

void host_umount_last(const char *dir)
{
	pid_t pid = host_daemon();
	struct pollfd p = { .fd = -1, .events = POLLIN };

	if (pid > 0)
		p.fd = syscall(SYS_pidfd_open, pid, 0);
	remove_below(dir);
	host_umount(dir);
	module_unload();
	if (p.fd < 0)
		return;
	if (poll(&p, 1, END_PATIENCE_MS) != 1)
		fprintf(stderr, "bench: the daemon, %d, has not ended\n", pid);
	close(p.fd);
}

unsigned int host_others(void)
{
	pid_t ours = host_daemon();
	DIR *d = opendir("/proc");
	unsigned int nr = 0;
	char path[300], comm[32];
	struct dirent *e;
	FILE *f;

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		f = atoi(e->d_name) > 0 ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f) && !strcmp(comm, "containerfsd\n") &&
		    atoi(e->d_name) != ours)
			nr++;
		fclose(f);
	}
	if (d)
		closedir(d);
	return nr;
}
