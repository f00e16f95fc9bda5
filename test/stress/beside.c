// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on a hierarchy, and the same on a hierarchy of cgroup v1 beside it
 *
 * System calls of all kinds on containers and their files, with random names, flags, users
 * and values: both sides must agree in result, errno and text. The differences that are
 * allowed are listed, each with the place that documents it; the two trees must stay equal
 * all the same.
 *
 * beside [-n OPERATIONS] [-s SEED] [-v]: 20,000 operations by a seed of the time, which
 * is printed; -v prints every operation. After a difference it goes on, and fails at its
 * end. Needs root and a kernel with cgroup v1; else 77.
 */
#include <dirent.h>
#include <grp.h>
#include <pthread.h>

#include "beside_files.h"
#include "beside_tree.h"

#define NR_OPERATIONS	20000
#define MAX_SHOWN	20

static unsigned int nr_operations = NR_OPERATIONS, nr_differences, nr_documented;
static unsigned long long seed;
static bool verbose;

/* --- users and tasks --- */

static void draw_user(void)
{
	static const uid_t users[] = { 0, 0, 0, 1000, 1001 };

	d.uid = ONE_OF(users);
}

/* One draw for both sides. */
static void do_user(int side, struct answer *a)
{
	said(a, 0);
	if (side == V1)
		user = d.uid;
}

static void be(uid_t uid)
{
	if (syscall(SYS_setresuid, -1, 0, -1) || setgroups(0, NULL) || setegid(uid) ||
	    syscall(SYS_setresuid, -1, uid, -1))
		fail("cannot be user %u: %s", uid, strerror(errno));
}

static void draw_umask(void)
{
	d.mode = roll(2) ? 022 : ONE_OF(modes) & 0777;
}

static void do_umask(int side, struct answer *a)
{
	said(a, 0);
	umask(d.mode);
}

static void *sit(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* An idle child of a user; the second one has another thread. */
static void puppet_start(int i)
{
	static const uid_t users[NR_PUPPETS] = { 0, 0, 1000, 1001 };
	static volatile pid_t *tid;
	pthread_t thread;

	if (!tid)
		tid = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*tid = 0;
	puppet[i] = fork();
	if (puppet[i] < 0)
		fail("fork: %s", strerror(errno));
	if (puppet[i]) {
		await(*tid, "a puppet");
		if (i == 1)
			thread_of_one = *tid;
		return;
	}
	if (syscall(SYS_setresgid, users[i], users[i], users[i]) ||
	    syscall(SYS_setresuid, users[i], users[i], users[i]))
		_exit(1);
	if (i == 1) {
		struct stat st;
		char path[64];

		pthread_create(&thread, NULL, sit, NULL);
		/* its number is the one after ours, unless another task was faster */
		for (pid_t t = getpid() + 1; ; t++) {
			snprintf(path, sizeof(path), "/proc/self/task/%d", t);
			if (!stat(path, &st)) {
				*tid = t;
				break;
			}
		}
	} else {
		*tid = getpid();
	}
	sit(NULL);
}

static void puppet_end(int i)
{
	kill(puppet[i], SIGKILL);
	waitpid(puppet[i], NULL, 0);
}

static void draw_replace(void)
{
	d.number = roll(NR_PUPPETS);
}

/* The child dies where it is, and another one is born where we are. */
static void do_replace(int side, struct answer *a)
{
	said(a, 0);
	if (side != V1)
		return;
	be(0);
	puppet_end((int)d.number);
	puppet_start((int)d.number);
	be(user);
}

/* --- the operations --- */

static const struct operation {
	const char	*name;
	unsigned int	 weight;
	void		(*draw)(void);
	void		(*on)(int side, struct answer *a);
	bool		 slot;
} operations[] = {
	{ "mkdir", 20, draw_mkdir, do_mkdir },
	{ "rmdir", 8, draw_path, do_rmdir },
	{ "rename", 6, draw_rename, do_rename },
	{ "unlink", 2, draw_path, do_unlink },
	{ "link", 1, draw_link, do_link },
	{ "symlink", 1, draw_path, do_symlink },
	{ "readlink", 1, draw_path, do_readlink },
	{ "mknod", 2, draw_mknod, do_mknod },
	{ "chmod", 8, draw_chmod, do_chmod },
	{ "chown", 6, draw_chown, do_chown },
	{ "utimens", 3, draw_utimens, do_utimens },
	{ "truncate", 4, draw_truncate, do_truncate },
	{ "access", 6, draw_access, do_access },
	{ "stat", 14, draw_path, do_stat },
	{ "list", 10, draw_path, do_list },
	{ "setxattr", 5, draw_setxattr, do_setxattr },
	{ "getxattr", 4, draw_setxattr, do_getxattr },
	{ "listxattr", 5, draw_path, do_listxattr },
	{ "removexattr", 3, draw_setxattr, do_removexattr },
	{ "open", 20, draw_open, do_open },
	{ "close", 2, draw_slot, do_close, true },
	{ "read", 10, draw_slot, do_read, true },
	{ "pread", 5, draw_pread, do_pread, true },
	{ "write", 14, draw_write, do_write, true },
	{ "pwrite", 3, draw_write, do_pwrite, true },
	{ "lseek", 5, draw_lseek, do_lseek, true },
	{ "fstat", 6, draw_slot, do_fstat, true },
	{ "fchmod", 3, draw_fchmod, do_fchmod, true },
	{ "fchown", 3, draw_fchown, do_fchown, true },
	{ "ftruncate", 3, draw_slot, do_ftruncate, true },
	{ "poll", 3, draw_slot, do_poll, true },
	{ "fgetxattr", 2, draw_slot, do_fgetxattr, true },
	{ "fsetxattr", 2, draw_fsetxattr, do_fsetxattr, true },
	{ "statat", 3, draw_openat, do_statat, true },
	{ "mkdirat", 2, draw_openat, do_mkdirat, true },
	{ "put", 24, draw_put, do_put },
	{ "get", 12, draw_path, do_get },
	{ "user", 8, draw_user, do_user },
	{ "umask", 2, draw_umask, do_umask },
	{ "replace", 2, draw_replace, do_replace },
};
#define NR_KINDS	(sizeof(operations) / sizeof(operations[0]))

static const struct operation *draw_operation(void)
{
	unsigned int sum = 0, at;

	for (unsigned int i = 0; i < NR_KINDS; i++)
		sum += operations[i].weight;
	at = roll(sum);
	for (unsigned int i = 0; ; i++) {
		if (at < operations[i].weight)
			return &operations[i];
		at -= operations[i].weight;
	}
}

static bool same(const struct answer *a, const struct answer *b)
{
	return a->ret == b->ret && a->err == b->err && !strcmp(a->text, b->text);
}

/* Is this difference a documented one? */
static bool documented(const struct operation *op, const struct answer *v1, const struct answer *ours)
{
	/* containerfs(5): a write of 0 bytes to a file of a removed container succeeds */
	if (strstr(op->name, "write") && !d.len && v1->err == ENODEV && !ours->ret)
		return true;
	/* containerfs(5) has those below, too. lseek(2) goes where it goes on any regular file */
	if (!strcmp(op->name, "lseek"))
		return v1->err == ENODEV || d.slot->flags & O_APPEND;
	/* access(2) for X_OK depends only on the mode */
	if (!strcmp(op->name, "access"))
		return d.mode & X_OK && v1->err == EACCES && !ours->ret;
	/* pwrite(2) to a file open for reading only fails with EBADF */
	if (!strcmp(op->name, "pwrite"))
		return v1->err == ESPIPE && ours->err == EBADF;
	/* stat(2) finds a file by its name in a removed container while it is open */
	if (!strcmp(op->name, "statat"))
		return v1->err == ENOENT && !ours->ret;
	/* a user who is not the owner is refused access control lists with EPERM */
	if (strstr(op->name, "xattr"))
		return d.name && !strncmp(d.name, "system.posix_acl", 16) &&
		       v1->err == EOPNOTSUPP && ours->err == EPERM;
	return false;
}

static void print_answer(const char *who, const struct answer *a)
{
	printf("    %s: %ld%s%s", who, a->ret, a->err ? " " : "", a->err ? strerrorname_np(a->err) : "");
	if (a->text[0])
		printf(" \"%.300s\"", a->text);
	putchar('\n');
}

static void print_operation(unsigned int nr, const struct operation *op)
{
	printf("%u %s as %u: path \"%.60s\" other \"%.60s\" slot %td flags %#x mode %#o number %ld uid %d gid %d name %s len %zu text \"%.30s\"\n",
	       nr, op->name, user, d.path, d.other, d.slot ? d.slot - slot : -1, d.flags, d.mode,
	       d.number, (int)d.uid, (int)d.gid, d.name ? d.name : "-", d.len, d.text);
}

static void one(unsigned int nr)
{
	const struct operation *op = draw_operation();
	struct answer a[NR_SIDES];

	memset(&d, 0, sizeof(d));
	op->draw();
	if (op->slot && (d.slot->fd[V1] < 0 || d.slot->fd[OURS] < 0))
		return;
	for (int side = 0; side < NR_SIDES; side++) {
		a[side].text[0] = '\0';
		memset(a[side].text, 0, sizeof(a[side].text));
		op->on(side, &a[side]);
	}
	be(user);
	if (verbose) {
		print_operation(nr, op);
		print_answer("v1", &a[V1]);
	}
	if (same(&a[V1], &a[OURS]))
		return;
	if (documented(op, &a[V1], &a[OURS])) {
		nr_documented++;
		return;
	}
	if (nr_differences++ < MAX_SHOWN) {
		print_operation(nr, op);
		print_answer("v1", &a[V1]);
		print_answer("ours", &a[OURS]);
	}
}

/* --- the two trees --- */

/* With names that begin with a dot. */
static void remove_all(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *d = opendir(dir);

	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		remove_all(path);
		rmdir(path);
	}
	if (d)
		closedir(d);
}

static void v1_end(void)
{
	if (getpid() != stress_main || !v1_mnt[0])
		return;
	be(0);
	for (int i = 0; i < NR_SLOTS; i++)
		for (int side = 0; side < NR_SIDES; side++)
			if (slot[i].fd[side] >= 0)
				close(slot[i].fd[side]);
	for (int i = 0; i < NR_PUPPETS; i++)
		if (puppet[i] > 0)
			puppet_end(i);
	for (int side = 0; side < NR_SIDES; side++)
		put(below(side, "tasks"), "0");
	remove_all(stress_mnt);
	/* In v1 a removed child counts for some time, and would keep the hierarchy for good. */
	for (double end = now() + 20; now() < end; usleep(10000)) {
		remove_all(v1_mnt);
		if (!mount("none", v1_mnt, "cgroup", MS_REMOUNT, v1_options) || errno != EBUSY)
			break;
	}
	umount(v1_mnt);
	rmdir(v1_mnt);
	v1_mnt[0] = '\0';
}

static void begin(void)
{
	for (int i = 0; i < NR_SLOTS; i++)
		slot[i].fd[V1] = slot[i].fd[OURS] = -1;
	snprintf(v1_place, sizeof(v1_place), "%s/v1", stress_dir);
	snprintf(v1_options, sizeof(v1_options), "none,xattr,name=beside.%d", getpid());
	mkdir(v1_place, 0755);
	if (mount("none", v1_place, "cgroup", 0, v1_options)) {
		rmdir(v1_place);
		skip("no cgroup v1");
	}
	strcpy(v1_mnt, v1_place);
	atexit(v1_end);
	stress_start(NULL);
	stress_mount(v1_options);
	chmod(stress_dir, 0755);
	for (int i = 0; i < NR_PUPPETS; i++)
		puppet_start(i);
	umask(022);
}

int main(int argc, char **argv)
{
	int c;

	seed = (unsigned long long)time(NULL) * 1000 + (unsigned int)getpid() % 1000;
	while ((c = getopt(argc, argv, "n:s:v")) != -1) {
		switch (c) {
		case 'n':
			nr_operations = (unsigned int)strtoul(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			verbose = true;
			break;
		default:
			fprintf(stderr, "usage: beside [-n OPERATIONS] [-s SEED] [-v]\n");
			return 2;
		}
	}
	stress_init("beside");
	say("seed %llu", seed);
	dice = seed * 0x9e3779b97f4a7c15ull | 1;
	begin();
	for (unsigned int i = 0; i < nr_operations; i++)
		one(i);
	be(0);
	v1_end();
	if (nr_differences)
		fail("%u of %u operations differ (beside -s %llu -n %u)", nr_differences, nr_operations,
		     seed, nr_operations);
	stress_stop();
	say("%u operations, %u differences as documented", nr_operations, nr_documented);
	return 0;
}
