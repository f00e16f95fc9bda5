// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program file itself, as seen from inside a container.
 *
 * A container's root with a user namespace of its own may be user 0 of the host by number,
 * and so the owner of the file of this program. /proc/self/exe of a process that has entered
 * and not yet executed anything, or that was made to execute /proc/self/exe (as the
 * interpreter of a script, for instance), leads to that file, past all mount namespaces. Who
 * opens it so could write to it as soon as nobody runs it (CVE-2019-5736 of others).
 *
 * It also leads there for user 0 of a container that is kept from the host's files by its
 * root or mount namespace alone.
 *
 * So whoever enters one of these runs from a copy in memory, which is sealed: nobody can
 * write to it, and it is gone with the last process that uses it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job.h"

#define NAME		"containerctl"
#define SEALS		(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U		/* since Linux 6.3, where it may be asked for */
#endif

/* Is the program that runs a sealed copy, and not only called like one? */
static bool is_sealed(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), seals;

	if (fd < 0)
		return false;
	seals = fcntl(fd, F_GET_SEALS);
	close(fd);
	return seals >= 0 && (seals & SEALS) == SEALS;
}

/* A descriptor of the copy, or -1. */
static int make_copy(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = -1;
	struct stat st;

	if (from < 0)
		return -1;
	to = memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (to < 0 && errno == EINVAL)
		to = memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0 || fstat(from, &st))
		goto fail;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n <= 0)
			goto fail;
		left -= n;
	}
	if (fcntl(to, F_ADD_SEALS, SEALS))
		goto fail;
	close(from);
	return to;
fail:
	if (to >= 0)
		close(to);
	close(from);
	return -1;
}

bool be_sealed(const char *command, char **argv)
{
	int fd;

	if (is_sealed())
		return true;
	fd = make_copy();
	if (fd >= 0) {
		program_pass_directory();
		execveat(fd, "", argv, environ, AT_EMPTY_PATH);
	}
	complain("%s: cannot run from a sealed copy in memory, which a container with a root "
		 "or user namespace of its own needs: %s", command, strerror(errno));
	return false;
}
