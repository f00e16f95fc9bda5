/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why containerfsd does not start, and what to do about it: one table.
 *
 * containerfsd(8), DIAGNOSTICS, has the same sentences (a unit test compares).
 */
#ifndef _CONTAINERFSD_DAEMON_FAILURE_H
#define _CONTAINERFSD_DAEMON_FAILURE_H

/* X(name, what is wrong, what helps) */
#define FAILURES(X)										\
	X(NOT_ROOT, "it was not started by root",						\
	  "mount as root")									\
	X(SYS_ADMIN, "CAP_SYS_ADMIN is missing, and with it CAP_BPF and CAP_PERFMON",		\
	  "mount outside of the service or container that took it away")			\
	X(USER_NS, "it is in a user namespace",							\
	  "mount on the host: a user namespace cannot mount containerfs")			\
	X(PID_NS, "it is in a pid namespace, and would not see the tasks outside of it",	\
	  "mount once on the host: then the daemon runs, and is found from here")		\
	X(PROC, "there is no proc file system",							\
	  "mount -t proc proc /proc, or a kernel with CONFIG_PROC_FS")				\
	X(NAMESPACES, "the namespaces of the host cannot be joined",				\
	  "mount outside of the container, or give it CAP_SYS_ADMIN and CAP_SYS_CHROOT")	\
	X(ROOT_DIRECTORY, "it cannot make itself a root directory of mounts of its own",	\
	  "Linux 6.1 or later, with CAP_SYS_CHROOT and no filter of system calls")		\
	X(SOCKET, "its socket cannot be made",							\
	  "see whether its directory exists and can be written to")				\
	X(SOCKET_DIRECTORY, "the directory of its socket can be written to by others than root",	\
	  "choose another one with CONTAINERFS_SOCKET, or chown root and chmod go-w it")	\
	X(STARTING, "another containerfsd has been starting for too long",			\
	  "its process is named: kill -KILL ends it")						\
	X(ENDING, "another containerfsd neither listens nor ends",				\
	  "its process is named: kill -KILL ends it")						\
	X(FORK, "it cannot go into the background",						\
	  "see whether a limit of processes is reached, of the user or of its cgroup")		\
	X(SECCOMP, "a seccomp filter forbids bpf(2)",						\
	  "mount outside of the service or container that has it, or allow bpf")		\
	X(NO_BPF, "the kernel has no bpf(2)",							\
	  "a kernel with CONFIG_BPF_SYSCALL, or load the module containerfs")			\
	X(NO_BTF, "the kernel does not describe its types: no /sys/kernel/btf/vmlinux",		\
	  "a kernel with CONFIG_DEBUG_INFO_BTF, or load the module containerfs")		\
	X(LOCKDOWN, "the kernel is locked down for confidentiality, and BPF programs may not read it",	\
	  "boot without lockdown=confidentiality, or load the module containerfs")		\
	X(MEMLOCK, "too little memory may be locked for BPF maps (RLIMIT_MEMLOCK)",		\
	  "mount after ulimit -l unlimited")							\
	X(FILES, "too few files may be open (RLIMIT_NOFILE)",					\
	  "mount after ulimit -n 1024")								\
	X(MEMORY, "there is not enough memory",							\
	  "see whether the machine's is used up, or a cgroup's")				\
	X(OLD_KERNEL, "the BPF programs cannot be loaded",					\
	  "Linux 6.1 or later; LIBBPF_LOG_LEVEL=info containerfsd -f shows what the kernel says of them")	\
	X(NO_FUSE, "there is no /dev/fuse",							\
	  "modprobe fuse, or a kernel with CONFIG_FUSE_FS")					\
	X(CAPABILITIES, "capabilities cannot be given up",					\
	  "see whether a security module forbids it")						\
	X(RESOURCE, "the system gives it no timer, signal or event descriptor",			\
	  "see whether the machine's memory or descriptors are used up")

enum failure {
#define FAILURE_ENUM(name, what, cure) FAILURE_##name,
	FAILURES(FAILURE_ENUM)
#undef FAILURE_ENUM
	FAILURE_NR
};

/* The two sentences of @failure. */
const char *failure_what(enum failure failure);
const char *failure_cure(enum failure failure);
/* Log @failure, with strerror() of @err (-errno or 0) and @detail (or NULL); @err or -EPERM. */
int failure_log(enum failure failure, int err, const char *detail);
/* Why tasks_init() failed with @err. */
enum failure failure_of_tasks(int err);
/* Is there /dev/fuse?  0 or -errno. */
int failure_check_fuse(void);

#endif /* _CONTAINERFSD_DAEMON_FAILURE_H */
