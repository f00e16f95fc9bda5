/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libcontainerfs: a container as an object that is created, entered, waited for and killed.
 *
 * A container is a directory of a containerfs hierarchy (containerfs(5)). Its handle is a
 * *cfd*: any descriptor of that directory that was not opened with O_PATH. No call needs
 * more than the cfd, and nothing about a container is kept by the library.
 *
 * For every call:
 *  - It returns -1 and sets errno when it fails. What it had begun is then undone.
 *  - It is thread-safe. There is no global state; nothing is printed; no signal handler is
 *    set. A call that blocks signals or enters a namespace does so for the calling thread
 *    only and for the time of the call. No call is a cancellation point.
 *  - A descriptor that it returns is closed on exec and is the caller's to close.
 *  - ENOTTY: the cfd is no directory of containerfs. EBADF: the cfd is not open, or was opened
 *    with O_PATH. ENODEV: the container was removed. EMFILE, ENFILE, ENOMEM: as usual.
 *
 * The manuals begin at libcontainerfs(3).
 */
#ifndef CONTAINERFS_H
#define CONTAINERFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- a container is made --- */

/* What is new for the container; all else stays that of whoever enters. */
#define CONTAINER_NEW_FS_NS		0x0001u	/* mount namespace, a copy of the caller's */
#define CONTAINER_NEW_EMPTY_FS_NS	0x0002u	/* the same, with nothing but an empty tmpfs */
#define CONTAINER_NEW_CGROUP_NS		0x0004u
#define CONTAINER_NEW_UTS_NS		0x0008u
#define CONTAINER_NEW_IPC_NS		0x0010u
#define CONTAINER_NEW_USER_NS		0x0020u	/* owns the other new ones */
#define CONTAINER_NEW_PID_NS		0x0040u	/* whoever enters first is process 1 there */
#define CONTAINER_NEW_NET_NS		0x0080u
/* The descriptor that is returned is a lease: its last close kills the container. */
#define CONTAINER_KILL_ON_CLOSE		0x0100u
#define CONTAINER_FD_CLOEXEC		0x0200u	/* always so */
#define CONTAINER_NEW_TIME_NS		0x0400u
#define CONTAINER_REMOVE_ON_CLOSE	0x0800u	/* and removes it; implies KILL_ON_CLOSE */
#define CONTAINER_KEYRING		0x1000u	/* a keyring of its own */

/*
 * Make the directory @path and hold the new namespaces of @flags in it; there is no process
 * in it. The mount namespace's root is held, too, and the credentials: those of the caller,
 * or, with a new user namespace, those of its user 0. A new user namespace maps each id that
 * the caller's has to itself. Returns a cfd.
 *
 * EEXIST, ENOENT, ENOTDIR, EACCES, ENAMETOOLONG (255 bytes): as mkdir(2). EINVAL: an unknown
 * flag; FS with EMPTY_FS; the caller's root is no mount point. EPERM: to hold anything takes
 * CAP_SYS_ADMIN in the initial user namespace. ENOSPC: user.max_*_namespaces, or nested too
 * deep. EOPNOTSUPP: no containerfs there, or none with the subsystem ns and something is to be
 * held; a PID namespace without a process, on the FUSE host before Linux 6.11.
 */
int container_create(const char *path, unsigned int flags);

/*
 * Grows at its end. 0 is "not given" everywhere. Pointers are cast to uint64_t by way of
 * uintptr_t.
 */
struct container_create_args {
	uint64_t	flags;		/* CONTAINER_* */
	uint64_t	hold_fds;	/* const int *: namespaces, or a root directory, to hold besides */
	uint64_t	nr_hold_fds;	/* at most CONTAINER_HOLD_FDS_MAX */
	uint64_t	uid_map;	/* const char *: as written to /proc/PID/uid_map */
	uint64_t	gid_map;	/* const char *: as written to /proc/PID/gid_map */
	uint64_t	hostname;	/* const char *: of the new UTS namespace, 64 bytes */
	uint64_t	time_offsets;	/* const char *: as written to /proc/PID/timens_offsets */
};
#define CONTAINER_CREATE_ARGS_SIZE_VER0	56
#define CONTAINER_HOLD_FDS_MAX		16

/*
 * The same for a @path relative to @dirfd (or AT_FDCWD), with more choices. @size is
 * sizeof(*@args). If a user namespace is among the hold_fds, it owns the new namespaces. The
 * caller keeps its hold_fds.
 *
 * Besides: E2BIG: a non-zero byte beyond what this library knows. EINVAL: a bad map, hostname
 * or offset; one of them without its new namespace; a namespace that is both new and given.
 * EBADF: a hold_fd that is not open.
 */
int container_create_at(int dirfd, const char *path, const struct container_create_args *args,
			size_t size);

/* A cfd of the container at @path. Errors are those of open(2), and ENOTTY. */
int container_open(const char *path);

/* --- processes enter --- */

/*
 * The child is the container's init: the container dies with it. Where a PID namespace is
 * held, its process 1 is the init without being asked for.
 */
#define CONTAINER_INIT			0x0001u

/*
 * fork(2) into the container: fork handlers run, the caller is the parent and gets SIGCHLD,
 * and the child has the caller's memory and descriptors, except for @cfd, which is closed in
 * it (it may be a lease; copies of it are the caller's to close). When this returns, the
 * child is in the namespaces, root, credentials, keyring and container, and has run nothing
 * of the caller's but fork handlers. It cannot be traced from inside, until it calls
 * execve(2). Into a frozen container this returns at once; the child stands still.
 * If @pidfd is not NULL, it is filled with a pidfd of the child, for the caller only.
 *
 * ECANCELED: the container, or its PID namespace, is dead. EAGAIN, ENOMEM: as fork(2).
 * EPERM, EACCES: the caller may not enter what is held, or not move a process there.
 * EINVAL: an unknown flag; the caller is in no ancestor of the PID namespace; a held user or
 * group has no id in the held user namespace. EBUSY: CONTAINER_INIT, and there is one.
 */
pid_t container_fork(int cfd, unsigned int flags, int *pidfd);

/*
 * The same, but the child goes to the container @below, which is below @cfd, and has been in
 * no other: so it counts for the limits of @below, and dies with it. It enters what @cfd
 * holds, and nothing that @below holds. @below, too, is closed in the child. CONTAINER_INIT
 * means the init of @below. If the child is process 1 of the PID namespace that @cfd holds,
 * it is the init of @cfd, too, and has been there for that.
 *
 * Errors are those of container_fork(), of either container.
 */
pid_t container_fork_below(int cfd, int below, unsigned int flags, int *pidfd);

/* container_fork(@cfd, 0, NULL) */
pid_t fork_into_container(int cfd);

/*
 * Run a program in the container, as posix_spawnp(3): no fork handlers, no copy of memory
 * where that is safe (libcontainerfs(3)). @file is looked for in the container's root; without
 * a slash, in the folders of the caller's PATH. Waits while the container is frozen.
 *
 * Errors of container_fork() and execve(2). If execve(2) fails for a reason that the file's
 * mode does not show (ENOEXEC, E2BIG), a child that was the init has ended as such.
 */
pid_t container_spawn(int cfd, unsigned int flags, int *pidfd, const char *file,
		      char *const argv[], char *const envp[]);

/* --- the end --- */

/*
 * Wait until the init has exited; @options is 0 or WNOHANG. Returns 0; *@wstatus is as of
 * wait(2), and *@usage has times, maxrss, faults and switches; both may be NULL. Anybody may
 * who can read container.init. Nothing is reaped: that remains with the parent. It does not
 * wait for the parent, either, nor for processes of the init's PID namespace.
 *
 * ECHILD: there is no init. EAGAIN: WNOHANG, and it runs. EINTR. EINVAL: other options.
 */
int container_wait(int cfd, int *wstatus, int options, struct rusage *usage);

/* A descriptor for poll(2) and epoll(7): POLLHUP when the init has exited. */
int container_poll_fd(int cfd);

/*
 * Send @sig to all processes in the container and below, or, with @initonly, to its init.
 * Nobody escapes SIGKILL; other signals are sent to whoever is found in two passes, so a
 * process that forks meanwhile may escape. @sig 0 sends nothing.
 *
 * ESRCH: nobody there, no init. EINVAL: no such signal. EPERM: nobody could be signalled.
 */
int container_kill(int cfd, int initonly, int sig);

/* --- from outside --- */

/*
 * The namespace of @type (one CLONE_NEW*) that the container holds. container_root(): its root
 * directory, opened with O_PATH; if none is held, that of the mount namespace. The directory
 * must not be given to a path look-up that may leave it: use container_openat().
 *
 * ENOENT: nothing of that kind is held. EINVAL: no type. EPERM.
 */
int container_ns(int cfd, int type);
int container_root(int cfd);

/* openat2(2) in the container's root, which no path can leave (RESOLVE_IN_ROOT). */
int container_openat(int cfd, const char *path, int flags, mode_t mode);

/* socket(2) in the container's network namespace. ENOENT: none is held. */
int container_socket(int cfd, int domain, int type, int protocol);

/*
 * Run @fn(@arg) in the namespaces @types (CLONE_NEW*, not NEWPID and NEWTIME) of the
 * container, in a child that shares the caller's memory and descriptors while the calling thread
 * waits; what @fn returns, with its errno. @fn may only call what is async-signal-safe. With
 * CLONE_NEWUSER the child has a copy of the memory, because the container's root must not see
 * the caller's; only what @fn returns and the descriptors it opens are left then.
 *
 * ENOENT: one of @types is not held. EINVAL: other types. EPERM. EIO: @fn did not return.
 */
int container_call(int cfd, unsigned int types, int (*fn)(void *), void *arg);

/*
 * fsopen(2) in the user, mount, net and IPC namespaces of the container, and "proc" of its PID
 * namespace: that takes Linux 6.18, or, earlier, a running init (EOPNOTSUPP).
 */
int container_fsopen(int cfd, const char *fstype, unsigned int flags);

/*
 * Attach the detached mount @mfd in the container's mount namespace at @to, a path in its
 * root. At "/" it covers the root, and is the root that is held from then on.
 *
 * EINVAL: @mfd is no detached mount, or only one of it and @to is a directory. ENOENT, ENOTDIR:
 * @to; ENOENT: no mount namespace is held.
 */
int container_move_mount(int mfd, int cfd, const char *to);

/* The serial number of the container's keyring (keyctl(2)). ENOENT: it has none. */
int32_t container_keyring(int cfd);

#ifdef __cplusplus
}
#endif

#endif /* CONTAINERFS_H */
