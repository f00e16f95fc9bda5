// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user without privileges does the worst, and another user is served
 *
 * The attacker has a container of his own. His fewer than 100 tasks unshare for ever, in a
 * user namespace and under a seccomp filter that makes up the result, make a tree of
 * automatic containers, hold thousands of descriptors of lists and read them again and
 * again, fill and empty extended attributes, make deep chains, exec for ever, move to and
 * fro, and send requests.
 *
 * Another user works beside them, in a container of her own: lists, makes and removes,
 * attaches, reads, kills. Each of her calls is timed in three phases: alone; beside the same
 * attackers at work on a directory of another file system, which shows what two busy CPUs
 * cost; and beside the attack. The test asserts only that each call is answered, and prints
 * the medians. All limits must hold. When the attackers have ended and their containers are
 * removed, the daemon is nearly as small as before.
 *
 * SECONDS_MAX (12) is how long all three phases take together. WORST names the attacks to
 * make; without it all are made.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/xattr.h>

#include "stress.h"

#define BAD_USER	65301
#define GOOD_USER	65302
#define TASKS_MAX	90
#define DESCRIPTORS	8000
#define CHAIN		400
#define CLONES_MAX	1000		/* for one user */
#define ANSWER		10.0		/* seconds that any call may take */
#define ROUNDS_MIN	10
#define GROWN_KB	16384

/* --- the attackers, each a process or two; @dir is the container or a plain directory --- */

static const char *bad_dir;

static const char *in_dir(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *in_dir(const char *fmt, ...)
{
	static char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/", bad_dir);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	return path;
}

static void unshares(void)
{
	if (unshare(CLONE_NEWUSER))
		_exit(1);
	for (;;)
		unshare(CLONE_NEWUTS);
}

static void fakes(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(1);
	for (;;)
		unshare(CLONE_NEWUTS);
}

/* A clone with clones below it, all of which end: they stay as empty ones. */
static void branch(int depth)
{
	unshare(CLONE_NEWUTS);
	for (int i = 0; depth && i < 4; i++) {
		pid_t pid = fork();

		if (!pid) {
			branch(depth - 1);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

static void trees(void)
{
	if (unshare(CLONE_NEWUSER))
		_exit(1);
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			branch(4);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static void descriptors(void)
{
	static int fd[DESCRIPTORS];
	char byte;
	int n = 0;

	while (n < DESCRIPTORS && (fd[n] = open(in_dir("%stasks", n % 2 ? "../" : ""), O_RDONLY)) >= 0)
		n++;
	if (!n)
		_exit(1);
	for (int i = 0;; i = (i + 1) % n)
		if (pread(fd[i], &byte, 1, 0) < 0)
			_exit(1);
}

static void xattrs(void)
{
	static char value[4096];
	char name[32];

	for (;;) {
		for (int i = 0; i < 200; i++) {
			snprintf(name, sizeof(name), "user.%d", i);
			setxattr(bad_dir, name, value, i % 3 ? sizeof(value) : 1, 0);
		}
		for (int i = 0; i < 200; i++) {
			snprintf(name, sizeof(name), "user.%d", i);
			removexattr(bad_dir, name);
		}
	}
}

static void chains(void)
{
	int depth;

	if (chdir(bad_dir))
		_exit(1);
	for (;;) {
		for (depth = 0; depth < CHAIN && !mkdir("deep", 0755) && !chdir("deep"); depth++)
			;
		while (depth-- && !chdir(".."))
			rmdir("deep");
	}
}

static void execs(void)
{
	for (;;) {
		pid_t pid = vfork();

		if (!pid) {
			execl("/bin/true", "true", NULL);
			_exit(1);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

static void moves(void)
{
	mkdir(in_dir("to"), 0755);
	for (;;) {
		put(in_dir("to/tasks"), "0");
		put(in_dir("tasks"), "0");
	}
}

/* Many tasks, each of which waits for an answer most of the time. */
static void crowd(void)
{
	char text[256];
	int fd = open(in_dir("container.events"), O_RDONLY);

	if (fd < 0)
		_exit(1);
	for (;;)
		if (pread(fd, text, sizeof(text), 0) < 0)
			_exit(1);
}

static const struct attack {
	const char	*name;
	void		(*run)(void);
	int		processes;
} attacks[] = {
	{ "unshares", unshares, 2 },
	{ "fakes", fakes, 1 },
	{ "trees", trees, 1 },
	{ "descriptors", descriptors, 1 },
	{ "xattrs", xattrs, 1 },
	{ "chains", chains, 1 },
	{ "execs", execs, 1 },
	{ "moves", moves, 1 },
	{ "crowd", crowd, 40 },
};
#define NR_ATTACKS	(sizeof(attacks) / sizeof(attacks[0]))

static void become(uid_t user)
{
	struct rlimit tasks = { TASKS_MAX, TASKS_MAX }, files = { DESCRIPTORS + 100, DESCRIPTORS + 100 };

	if (setrlimit(RLIMIT_NPROC, &tasks) || setrlimit(RLIMIT_NOFILE, &files) ||
	    setresgid(user, user, user) || setresuid(user, user, user))
		_exit(1);
}

/* The parent of all attackers, which also adopts those whose parent has ended. */
static pid_t attackers;

static pid_t attack(const char *dir)
{
	const char *chosen = getenv("WORST");
	pid_t pid = fork();

	if (pid) {
		setpgid(pid, pid);
		return attackers = pid;
	}
	setpgid(0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	bad_dir = dir;
	if (put(in_dir("tasks"), "0"))
		_exit(1);
	become(BAD_USER);
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* now, because a change of user clears it */
	for (size_t i = 0; i < NR_ATTACKS; i++)
		for (int n = 0; n < attacks[i].processes; n++)
			if ((!chosen || strstr(chosen, attacks[i].name)) && !fork()) {
				alarm(300);
				attacks[i].run();
			}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	_exit(1);	/* no attacker ends by itself */
}

/* All tasks of the user are dead and reaped. */
static bool nobody_left(void)
{
	char path[64], text[8192], *uid;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	bool found = false;
	struct stat st;

	while ((entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%.32s", entry->d_name);
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || stat(path, &st))
			continue;
		snprintf(path, sizeof(path), "/proc/%.32s/status", entry->d_name);
		int fd = open(path, O_RDONLY);
		ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

		close(fd);
		text[n < 0 ? 0 : n] = '\0';
		uid = strstr(text, "\nUid:");
		if (uid && atoi(uid + 5) == BAD_USER)
			found = true;
	}
	closedir(proc);
	return !found;
}

static void end_attack(pid_t pid)
{
	if (waitpid(pid, NULL, WNOHANG))
		fail("the attackers ended by themselves");
	/* with all their children, because no task has left the process group */
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	attackers = 0;
	for (double end = now() + 30; !nobody_left();) {
		if (now() > end)
			fail("tasks of the attacker are left");
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		usleep(1000);
	}
}

static char elsewhere[96];	/* a directory of another file system */

/* After a failure: ends tasks that may wait for a hanging daemon, and the daemon. */
static void clean(void)
{
	if (getpid() != stress_main)
		return;
	if (attackers) {
		kill(-attackers, SIGKILL);
		kill(stress_daemon, SIGKILL);
	}
	umount2(elsewhere, MNT_DETACH);
	rmdir(elsewhere);
}

/* --- the user beside them --- */

enum { LS, MKDIR, RMDIR, ATTACH, READ, KILL, NR_CALLS };
static const char *const call_names[] = { "ls", "mkdir", "rmdir", "attach", "read", "kill" };
enum { ALONE, BUSY, ATTACK, NR_PHASES };

#define SAMPLES	4096
static struct samples {
	int	n;
	double	took[SAMPLES], longest;
} *samples;			/* [phase][call], shared */

static double began;

static void begin(void)
{
	began = now();
}

static void end(int phase, int call, bool well)
{
	struct samples *s = &samples[phase * NR_CALLS + call];
	double took = now() - began;

	if (!well)
		fail("%s: %s", call_names[call], strerror(errno));
	if (s->n < SAMPLES)
		s->took[s->n++] = took;
	if (took > s->longest)
		s->longest = took;
}

static bool list(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 2;
}

static void work(int phase, double until)
{
	char *text;
	int err;
	pid_t pid;

	/* a busy machine may not have let this process begin before */
	for (int round = 0; round < ROUNDS_MIN || now() < until; round++) {
		begin();
		end(phase, LS, list(at("good")));
		begin();
		end(phase, MKDIR, !mkdir(at("good/x"), 0755));
		begin();
		err = put(at("good/x/tasks"), "0");
		errno = -err;
		end(phase, ATTACH, !err);
		begin();
		end(phase, READ, get(at("good/x/tasks"), &text) > 0 && atoi(text) == getpid());
		pid = fork();
		if (!pid)
			for (;;)
				pause();
		put(at("good/tasks"), "0");
		begin();
		err = put(at("good/x/container.kill"), "1");
		errno = -err;
		end(phase, KILL, !err);
		if (waitpid(pid, &err, 0) != pid || !WIFSIGNALED(err) || WTERMSIG(err) != SIGKILL)
			fail("kill: the child is alive");
		begin();
		end(phase, RMDIR, !rmdir(at("good/x")));
		usleep(5000);
	}
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(int phase, int call)
{
	struct samples *s = &samples[phase * NR_CALLS + call];

	if (!s->n)
		fail("%s was never tried", call_names[call]);
	qsort(s->took, s->n, sizeof(s->took[0]), by_size);
	return s->took[s->n / 2] * 1e6;
}

static void measure(int phase, double seconds)
{
	double until = now() + seconds;
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (put(at("good/tasks"), "0"))
			_exit(1);
		become(GOOD_USER);
		work(phase, until);
	}
	/* a call that takes too long counts as not answered */
	while (!waitpid(pid, &status, WNOHANG)) {
		if (now() > until + ANSWER * 2)
			fail("the other user waits for ever");
		usleep(2000);
	}
	if (status)
		fail("the other user's work failed");
	for (int call = 0; call < NR_CALLS; call++)
		if (samples[phase * NR_CALLS + call].longest > ANSWER)
			fail("%s took %.1f s", call_names[call],
			     samples[phase * NR_CALLS + call].longest);
}

/* --- the size of the daemon --- */

static long daemon_kb(const char *what)
{
	char path[64], *text, *line;

	snprintf(path, sizeof(path), "/proc/%d/status", stress_daemon);
	if (get(path, &text) < 0 || !(line = strstr(text, what)))
		fail("the daemon is gone");
	return atol(line + strlen(what));
}

static long clones_below(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *d = opendir(dir);
	char *text;
	long n = 0;

	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		n += clones_below(path);
		snprintf(path, sizeof(path), "%s/%s/ns.is_clone", dir, entry->d_name);
		if (get(path, &text) > 0)
			n += *text == '1';
	}
	if (d)
		closedir(d);
	return n;
}

static void table(void)
{
	static const int phases[] = { BUSY, ATTACK };

	say("%-8s%10s%10s%10s    %s", "median", "alone", "busy", "attack", "attack/alone, /busy, longest");
	for (int call = 0; call < NR_CALLS; call++) {
		double alone = median(ALONE, call);

		say("%-8s%7.0f us%7.0f us%7.0f us    %.1f, %.1f, %.1f ms", call_names[call], alone,
		    median(phases[0], call), median(phases[1], call),
		    median(ATTACK, call) / alone, median(ATTACK, call) / median(BUSY, call),
		    samples[ATTACK * NR_CALLS + call].longest * 1e3);
	}
}

int main(void)
{
	const char *given = getenv("SECONDS_MAX");
	double seconds = given ? atof(given) : 12;
	char limit[128], bad[128];
	long start, clones;
	pid_t pid;

	stress_init("worst_minute");
	atexit(clean);
	samples = mmap(NULL, sizeof(*samples) * NR_PHASES * NR_CALLS, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	chmod(stress_dir, 0755);
	stress_start(NULL);
	snprintf(limit, sizeof(limit), "ns,clone_flags=none,max_user_clones=%d", CLONES_MAX);
	stress_mount(limit);
	mkdir(at("bad"), 0755);
	mkdir(at("good"), 0755);
	if (put(at("bad/ns.clone_flags"), "uts") || chown(at("bad"), BAD_USER, BAD_USER) ||
	    chown(at("bad/tasks"), BAD_USER, BAD_USER) || chown(at("good"), GOOD_USER, GOOD_USER) ||
	    chown(at("good/tasks"), GOOD_USER, GOOD_USER))
		fail("a container cannot be given away: %s", strerror(errno));
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", stress_dir);
	mkdir(elsewhere, 0755);
	if (mount("none", elsewhere, "tmpfs", 0, NULL))
		fail("tmpfs: %s", strerror(errno));

	measure(ALONE, seconds / 4);
	start = daemon_kb("VmRSS:");

	/* as plain files, "tasks" and the others exist, and take any text */
	snprintf(bad, sizeof(bad), "%s/bad", elsewhere);
	mkdir(bad, 0777);
	bad_dir = bad;
	close(open(in_dir("tasks"), O_WRONLY | O_CREAT, 0666));
	close(open(in_dir("../tasks"), O_WRONLY | O_CREAT, 0666));
	close(open(in_dir("container.events"), O_WRONLY | O_CREAT, 0666));
	chmod(in_dir("tasks"), 0666);
	chmod(bad, 0777);
	pid = attack(bad);
	measure(BUSY, seconds / 4);
	end_attack(pid);

	pid = attack(at("bad"));
	measure(ATTACK, seconds / 2);
	clones = clones_below(at("bad"));
	if (daemon_kb("VmRSS:") > start + 2 * GROWN_KB)
		fail("the daemon has grown from %ld to %ld kB", start, daemon_kb("VmRSS:"));
	end_attack(pid);
	table();
	say("%ld clones while they lived, %ld refused; the daemon: %ld kB at first, %ld now, %ld at most",
	    clones, get_key(at("bad/ns.events"), "refused"), start, daemon_kb("VmRSS:"),
	    daemon_kb("VmHWM:"));
	if (clones > CLONES_MAX)
		fail("%ld clones, where %d are allowed", clones, CLONES_MAX);
	remove_below(at("bad"));
	await(daemon_kb("VmRSS:") < start + GROWN_KB, "the daemon's memory");
	say("the daemon: %ld kB at the end", daemon_kb("VmRSS:"));
	umount2(elsewhere, MNT_DETACH);
	stress_stop();
	return 0;
}
