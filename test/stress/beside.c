// SPDX-License-Identifier: GPL-2.0-only
/*
 * beside - random operations on a hierarchy, and the same on one of cgroup v1 beside it
 *
 * Whatever can be done to containers and their files by system calls, with names,
 * flags, users and values at random: both sides must say the same, by result, errno and
 * what was read. (fault 6.2) Where ours may say something else is listed, each with the
 * place where that is documented; the two trees must stay equal all the same.
 *
 * beside [-n OPERATIONS] [-s SEED] [-v]: 20,000 operations by a seed of the time, which
 * is printed; -v prints every operation. After a difference it goes on, and fails at its
 * end. Needs root and a kernel with cgroup v1; else 77.
 */
#include <dirent.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/xattr.h>

#include "stress.h"

#define NR_OPERATIONS	20000
#define NR_SLOTS	8
#define NR_PUPPETS	4
#define MAX_SHOWN	20

enum { V1, OURS, NR_SIDES };

static struct slot {
	int	fd[NR_SIDES];
	int	flags;
	bool	list;		/* tasks or cgroup.procs */
	bool	spent;		/* a list that was read: v1 keeps it for a second */
	bool	top;		/* in the top container, where everybody is */
} slot[NR_SLOTS];

static char v1_mnt[80], v1_options[64], v1_place[80];
static pid_t puppet[NR_PUPPETS], thread_of_one;
static unsigned int nr_operations = NR_OPERATIONS, nr_differences, nr_documented;
static unsigned long long dice, seed;
static bool verbose;
static uid_t user;

/* --- the operation at hand: drawn once, done twice --- */

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

/* What one side said. */
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

/* For a list: what names nobody. */
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

/* --- where it is done --- */

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

static bool is_list(const char *path)
{
	const char *file = strrchr(path, '/');

	file = file ? file + 1 : path;
	return !strcmp(file, "tasks") || !strcmp(file, "cgroup.procs");
}

/* The top containers, where everybody is. */
static bool in_top(const char *path)
{
	return !strchr(path, '/') || !strncmp(path, "./", 2) ||
	       (!strncmp(path, "a/../", 5) && !strchr(path + 5, '/'));
}

/* --- operations: each draws what it needs, then is done on a side --- */

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
	/* within a directory for the most part */
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

static void say_stat(struct answer *a, const struct stat *st)
{
	if (!a->ret)
		sprintf(a->text, "%o nlink %lu uid %u gid %u", st->st_mode, (unsigned long)st->st_nlink,
			st->st_uid, st->st_gid);
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
 * Those of the name space user are for the owner to set, in containerfs; whoever else may
 * write the file is not tried, as the trees would not be equal from there on.
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

/* What there is of lists is looked at once, and not in the top. */
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
	/* how long was what v1 has kept? */
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
	/* what v1 keeps it does not show, so it is not read then */
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

/* --- who does it --- */

static void draw_user(void)
{
	static const uid_t users[] = { 0, 0, 0, 1000, 1001 };

	d.uid = ONE_OF(users);
}

/* Once for both. */
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

/* A child of a user that does nothing; the second has another thread. */
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
		/* its number is the one after ours, unless somebody was faster */
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

/* It dies where it is, and another is born where we are. */
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

/* --- all of them --- */

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

/* Whether this difference is one that is written down. */
static bool documented(const struct operation *op, const struct answer *v1, const struct answer *ours)
{
	/* containerfs(5): a write of 0 bytes to a file of a removed container succeeds */
	if (strstr(op->name, "write") && !d.len && v1->err == ENODEV && !ours->ret)
		return true;
	/* Those below are in containerfs(5), too. lseek(2) goes where the kernel lets it on any regular file */
	if (!strcmp(op->name, "lseek"))
		return v1->err == ENODEV || d.slot->flags & O_APPEND;
	/* access(2) for X_OK goes by the mode */
	if (!strcmp(op->name, "access"))
		return d.mode & X_OK && v1->err == EACCES && !ours->ret;
	/* pwrite(2) to what is open for reading only fails with EBADF */
	if (!strcmp(op->name, "pwrite"))
		return v1->err == ESPIPE && ours->err == EBADF;
	/* stat(2) finds a file by its name in a removed container while somebody has it open */
	if (!strcmp(op->name, "statat"))
		return v1->err == ENOENT && !ours->ret;
	/* whoever is not the owner is refused access control lists for that reason */
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

/* --- the whole --- */

/* Names that begin with a dot, too. */
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
	/* What is removed counts as a child for some time, and keeps a hierarchy for good. */
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
