// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remounts take subsystems away while every control file of a top container is in use
 *
 * Readers read, poll and ask for the size of each readable file. Writers write to each
 * writable file of a subsystem. The main process remounts the hierarchy with other
 * subsystems all the time. A file must answer, or fail with ENODEV because its subsystem is
 * away (open(2) also with ENOENT). No remount may fail; each file must be read, and each
 * subsystem must come and go. A host that uses a state after its end shows it by an oops
 * or, if it is built so, by a sanitizer's report.
 *
 * With a daemon; or with the arguments "module SECONDS" on the module, which must
 * be loaded, without one.
 */
#include <poll.h>

#include "stress.h"

#define READERS		4
#define WRITERS		2
#define SECONDS		6	/* and on, until all was tried */
#define SECONDS_MOST	60	/* but not for ever */
#define FILES_MAX	64
#define SUBSYS_MAX	16
#define TIMES		20	/* uses of an open file, before it is opened again */

static struct {
	char	name[NAME_MAX + 1];
	bool	readable;
	char	text[32];	/* to be written; empty: the file is not written */
} file[FILES_MAX];
static int nr_files;

static char subsys[SUBSYS_MAX][32];
static int nr_subsys;

static struct shared {
	volatile int	stop;
	long		reads[FILES_MAX], writes, gone;
} *s;

/* The text for some files; the others get "1", which they may refuse. */
static const char *text_for(const char *name)
{
	static const char *const texts[][2] = {
		{ "cpuset.sched_relax_domain_level", "-1" },
		/* all tasks of the machine are in there, so the denied device must not exist */
		{ "devices.allow", "a" },
		{ "devices.deny", "c 3000:77 rwm" },
		{ "ns.clone_flags", "none" },
		{ "ns.clone_name", "node%d" },
		{ "ns.max_depth", "32" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(name, texts[i][0]))
			return texts[i][1];
	return "1";
}

static bool is_of_subsys(const char *name)
{
	const char *dot = strchr(name, '.');
	int i;

	for (i = 0; dot && i < nr_subsys; i++)
		if (strlen(subsys[i]) == (size_t)(dot - name) && !strncmp(name, subsys[i], dot - name))
			return true;
	return false;
}

static void find_subsystems(void)
{
	char *text, *line;

	if (get(at("container.subsystems"), &text) < 0)
		fail("container.subsystems: %s", strerror(errno));
	for (line = strtok(text, "\n"); line && nr_subsys < SUBSYS_MAX; line = strtok(NULL, "\n"))
		snprintf(subsys[nr_subsys++], sizeof(subsys[0]), "%.*s", (int)strcspn(line, "\t"), line);
	if (nr_subsys < 2)
		fail("container.subsystems lists %d", nr_subsys);
}

/* All subsystems are there now. */
static void find_files(void)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(stress_mnt);

	while (dir && nr_files < FILES_MAX && (entry = readdir(dir))) {
		if (entry->d_type != DT_REG || stat(at("%s", entry->d_name), &st))
			continue;
		snprintf(file[nr_files].name, sizeof(file[0].name), "%s", entry->d_name);
		file[nr_files].readable = st.st_mode & 0444;
		if (st.st_mode & 0222 && is_of_subsys(entry->d_name))
			strcpy(file[nr_files].text, text_for(entry->d_name));
		nr_files++;
	}
	closedir(dir);
}

static bool is_gone(void)
{
	if (errno != ENODEV && errno != ENOENT)
		return false;
	__sync_fetch_and_add(&s->gone, 1);
	return true;
}

static void read_one(int n)
{
	struct pollfd p = { .events = POLLPRI };
	struct stat st;
	char buf[512];
	int i;

	p.fd = open(at("%s", file[n].name), O_RDONLY | O_CLOEXEC);
	if (p.fd < 0 && is_gone())
		return;
	if (p.fd < 0)
		fail("open %s: %s", file[n].name, strerror(errno));
	for (i = 0; i < TIMES && !s->stop; i++) {
		if (pread(p.fd, buf, sizeof(buf), 0) >= 0)
			__sync_fetch_and_add(&s->reads[n], 1);
		else if (!is_gone())
			fail("read %s: %s", file[n].name, strerror(errno));
		if (poll(&p, 1, 0) < 0)
			fail("poll %s: %s", file[n].name, strerror(errno));
		if (fstat(p.fd, &st) && !is_gone())
			fail("fstat %s: %s", file[n].name, strerror(errno));
	}
	close(p.fd);
}

/* A file may refuse the text. */
static bool may_refuse(void)
{
	return errno == EINVAL || errno == EACCES || errno == EOPNOTSUPP || errno == EBUSY;
}

static void write_one(int n)
{
	int fd = open(at("%s", file[n].name), O_WRONLY | O_CLOEXEC), i;

	if (fd < 0 && is_gone())
		return;
	if (fd < 0)
		fail("open %s: %s", file[n].name, strerror(errno));
	for (i = 0; i < TIMES && !s->stop; i++) {
		if (write(fd, file[n].text, strlen(file[n].text)) >= 0)
			__sync_fetch_and_add(&s->writes, 1);
		else if (!may_refuse() && !is_gone())
			fail("write %s: %s", file[n].name, strerror(errno));
	}
	close(fd);
}

static void work(bool writes)
{
	int n = (int)(random() % nr_files);

	for (; !s->stop; n = (n + 1) % nr_files) {
		if (writes && *file[n].text)
			write_one(n);
		else if (!writes && file[n].readable)
			read_one(n);
	}
	_exit(0);
}

/* Remount with the subsystems of @mask, and without clones, which would keep the subsystems. */
static const char *options_of(unsigned int mask)
{
	static char options[SUBSYS_MAX * 33 + 64];
	int i, n;

	n = sprintf(options, "name=remount.%d", stress_main);
	if (!mask)
		n += sprintf(options + n, ",none");
	for (i = 0; i < nr_subsys; i++)
		if (mask & 1u << i)
			n += sprintf(options + n, ",%s%s", subsys[i],
				     strcmp(subsys[i], "ns") ? "" : ",clone_flags=none");
	return options;
}

static void remount(bool module, unsigned int mask)
{
	const char *options = options_of(mask);
	char program[PATH_MAX + 32], all[SUBSYS_MAX * 33 + 80];

	if (module) {
		if (mount("none", stress_mnt, "containerfs", MS_REMOUNT, options))
			fail("remount %s: %s", options, strerror(errno));
		return;
	}
	snprintf(program, sizeof(program), "%s/mount.containerfs", stress_build);
	snprintf(all, sizeof(all), "remount,%s", options);
	if (run(program, "none", stress_mnt, "-o", all, NULL))
		fail("mount.containerfs -o %s", all);
}

static void start_workers(pid_t *pid)
{
	int i;

	for (i = 0; i < READERS + WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			fail("fork: %s", strerror(errno));
		if (!pid[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			srandom(getpid());
			work(i >= READERS);
		}
	}
}

static void end_workers(const pid_t *pid)
{
	int i, status;

	s->stop = 1;
	for (i = 0; i < READERS + WRITERS; i++)
		if (waitpid(pid[i], &status, 0) != pid[i] || status)
			fail("a worker ended with status %#x", status);
}

static bool all_tried(void)
{
	int n;

	for (n = 0; n < nr_files; n++)
		if (file[n].readable && !s->reads[n])
			return false;
	return s->writes && s->gone;
}

static void test(bool module, double seconds)
{
	const unsigned int all = (1u << nr_subsys) - 1;
	long remounts = 0, reads = 0;
	pid_t pid[READERS + WRITERS];
	double start = now();
	int n;

	start_workers(pid);
	while (now() < start + seconds || (!all_tried() && now() < start + SECONDS_MOST)) {
		if (waitpid(-1, NULL, WNOHANG))
			break;
		remount(module, (unsigned int)random() & all);
		remounts++;
	}
	end_workers(pid);
	for (n = 0; n < nr_files; n++) {
		reads += s->reads[n];
		if (file[n].readable && !s->reads[n])
			fail("%s was never read", file[n].name);
	}
	say("%d files: %ld reads, %ld writes, %ld times gone, %ld remounts", nr_files, reads, s->writes,
	    s->gone, remounts);
	if (!s->writes || !s->gone)
		fail("not all was tried");
	remount(module, all);
}

int main(int argc, char **argv)
{
	bool module = argc > 1 && !strcmp(argv[1], "module");
	char options[64];

	stress_init("remount");
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(options, sizeof(options), "none,name=remount.%d", stress_main);
	if (!module)
		stress_start(NULL);
	stress_mount(options);
	find_subsystems();
	remount(module, (1u << nr_subsys) - 1);
	find_files();
	test(module, module && argc > 2 ? atof(argv[2]) : SECONDS);
	if (!module)
		stress_stop();
	else if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
	return 0;
}
