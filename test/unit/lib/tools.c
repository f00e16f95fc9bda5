// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests look at: namespaces, descriptors, children.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

unsigned long fd_ns(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

unsigned long my_ns(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", name);
	return stat(path, &st) ? 0 : st.st_ino;
}

int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

bool has_children(void)
{
	siginfo_t info;

	return !waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL);
}

static pid_t child_of(pid_t parent)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	char path[300];
	int pid, ppid;
	FILE *f;

	while (!found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		f = atoi(entry->d_name) ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%d (%*[^)]) %*c %d", &pid, &ppid) == 2 && ppid == parent)
			found = pid;
		fclose(f);
	}
	closedir(dir);
	return found;
}

pid_t wait_child_of(pid_t parent)
{
	pid_t pid;

	while (!(pid = child_of(parent)))
		usleep(1000);
	return pid;
}

int end_of(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, __WALL) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

int trace_from(int user, pid_t pid)
{
	pid_t spy = fork();

	if (!spy) {
		if (setns(user, CLONE_NEWUSER) || syscall(SYS_setresgid, 0, 0, 0) ||
		    syscall(SYS_setresuid, 0, 0, 0))
			_exit(255);
		_exit(ptrace(PTRACE_SEIZE, pid, NULL, NULL) ? errno : 0);
	}
	return end_of(spy);
}
