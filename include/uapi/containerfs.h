/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * containerfs: what a user of the filesystem can rely on.
 *
 * A *hierarchy* is one mounted tree of containers with a set of subsystems
 * bound to it. Every task (thread) of the system is in exactly one container
 * of every hierarchy: in the top container, unless it was attached or born
 * elsewhere.
 *
 *   mount -t containerfs -o ns none /containers
 *   mkdir /containers/a			make a container
 *   echo PID > /containers/a/tasks		attach a task; 0 is the writer
 *   rmdir /containers/a			remove an empty one
 *
 * Children are born in the container of the thread that creates them. In a
 * hierarchy with the ns subsystem, a task with new namespaces of its own
 * (unshare, clone, clone3) gets a container of its own, below its former or
 * its creator's one: node1, node1/node1, node2, numbered in each directory
 * from 1.
 *
 * Control files. Numbers are decimal; a write takes what kstrtoull(base 0)
 * takes. Task ids are those of the caller's pid namespace. One value a write.
 *
 *   tasks			rw  thread ids, ascending, one a line; write one
 *				    to attach that thread, 0 for the writer
 *   cgroup.procs		rw  process ids; write any thread's id to attach
 *				    all threads of its process
 *   notify_on_release		rw  0|1, inherited at mkdir and clone
 *   cgroup.clone_children	rw  0|1, inherited
 *   container.events		r   "populated 0|1" (a live task here or below),
 *				    "tasks N" (threads in this container),
 *				    "children N", "dead 0|1" (see below); poll
 *				    gives POLLPRI on change
 *   container.kill		w   1: SIGKILL to every task here and below
 *   release_agent		rw  top only: path of the release agent
 *   cgroup.sane_behavior	r   top only: 0
 *   container.hierarchies	r   top only: one line a subsystem:
 *				    name, hierarchy id, containers, enabled
 *   container.subsystems	r   top only: one line a subsystem: its name, a
 *				    tab, "enforced", "accounted" or
 *				    "unsupported", a colon, what that means here
 *   container.where		rw  top only, a transaction: write a task id,
 *				    then read on the same descriptor one line
 *				    "id:subsystems[,name=X]:/path" a hierarchy,
 *				    newest first; without a write: of the reader
 *
 * With the ns subsystem, in every container:
 *
 *   ns.clone_flags		rw  the namespaces that make a clone, of
 *				    "mnt uts ipc user pid net cgroup time", or
 *				    "none"; inherited
 *   ns.clone_name		rw  template of the names of clones made in this
 *				    container: %d number, %p pid, %c command
 *				    (special characters of shells become "_"),
 *				    %% a per cent sign; inherited
 *   ns.next_name		w   the writer's next clone gets this name, or is
 *				    none for "."; only in the writer's own container
 *				    (else EPERM)
 *   ns.keep_empty		rw  how many empty clones are kept for
 *				    inspection, oldest removed first; 0..N, max;
 *				    inherited
 *   ns.max_clones		rw  how many clones of this container may hold
 *				    tasks at a time, N or max; inherited
 *   ns.max_depth		rw  how deep below this container clones may be
 *				    made, N or max; 32 for the top container
 *   ns.events			r   "clones N", "refused N", "removed N"; poll
 *				    gives POLLPRI on change
 *   ns.is_clone		r   not in the top: 1 if this container is a clone,
 *				    0 if it was made by mkdir
 *
 * A name that is taken gets the next free number appended; nothing that
 * containerfs does makes fork, clone or unshare fail. A refused clone leaves
 * the task where it is and is counted in ns.events.
 *
 * With the freezer subsystem, in every container but the top:
 *
 *   freezer.state		rw  THAWED, FREEZING (a task has not stopped yet) or
 *				    FROZEN; write FROZEN or THAWED: all tasks here
 *				    and below stop, or go on; EOPNOTSUPP where the
 *				    host has no way to stop them
 *   freezer.self_freezing	r   1: FROZEN was written here
 *   freezer.parent_freezing	r   1: a container above is to be frozen
 *
 * With the debug subsystem: debug.container_refcount, debug.taskcount,
 * debug.current_css_group, debug.current_css_group_refcount, debug.releasable.
 *
 * With the cpuacct subsystem: cpuacct.usage (ns; 0 resets), usage_user,
 * usage_sys, stat (units of 10 ms), and by CPU usage_percpu, usage_percpu_user,
 * usage_percpu_sys, usage_all. The top container shows the whole system.
 *
 * With the devices subsystem:
 *
 *   devices.list		r   the devices allowed here: "a *:* rwm" (all, but for
 *				    exceptions, which are not shown) or rules
 *   devices.allow		w   a rule, "[bc] MAJOR:MINOR [rwm]" with * for any
 *				    number, or "a": what the parent has; never more
 *				    than that (EPERM)
 *   devices.deny		w   the same: taken away here and below; EOPNOTSUPP
 *				    where the host cannot, E2BIG beyond
 *				    CONTAINER_DEVICE_RULES_MAX rules
 *
 * Writes need CAP_SYS_ADMIN in the initial user namespace; "a" works only without children.
 *
 * With the pids subsystem, in every container but the top:
 *
 *   pids.max			rw  how many tasks (threads) there may be here and
 *				    below, 0..4194304, or max: a fork beyond fails;
 *				    EOPNOTSUPP, but for max, where the host cannot
 *   pids.current		r   how many there are
 *   pids.events		r   "max N": N forks of tasks here failed by a limit;
 *				    poll gives POLLPRI on change
 *   pids.peak			r   the most there ever were
 *
 * With the cpuset subsystem, in every container:
 *
 *   cpuset.cpus		rw  a list like 0-3,5: on which CPUs tasks may run;
 *				    read-only at the top; empty at first
 *   cpuset.mems		rw  the same of memory nodes: all that there are, or
 *				    none (else EOPNOTSUPP)
 *   cpuset.effective_cpus	r   those of cpus that are online; if none are, the
 *				    parent's
 *   cpuset.effective_mems	r
 *   cpuset.cpu_exclusive	rw  0|1: no sibling has one of these CPUs
 *   cpuset.mem_exclusive	rw  0|1
 *
 * A task can be attached where neither list is empty. A clone has its parent's
 * lists, less what exclusive siblings have. The other files of cgroup v1's
 * cpuset show v1's default and take no other value (EOPNOTSUPP):
 * mem_hardwall, memory_migrate, memory_pressure, memory_spread_page,
 * memory_spread_slab, sched_load_balance, sched_relax_domain_level, and in the
 * top container memory_pressure_enabled.
 *
 * A container, but for the top, is also an object that holds things, may have an
 * init, and may be leased (containerfs(5) has the errors):
 *
 *   container.init		rw  write the id of a process that is here: its exit is
 *				    the container's death. Read "pid N", "state
 *				    none|running|exited", and of an init that has
 *				    exited its wait status and what it used; poll
 *				    gives POLLPRI on change, POLLHUP at its exit
 *   container.lease		w   "kill" or "kill remove": this open file is a lease
 *				    from now on; when the last one is closed, by
 *				    whomever, the container dies and, with "remove",
 *				    is removed once it is empty
 *   ns.hold			rw  with ns: namespaces, root, credentials and a
 *				    keyring that are held, without a process. Write
 *				    words: a namespace's name, root, cred (of the
 *				    writer), keyring (a new one), a descriptor's
 *				    number, or one of these names or "all" behind
 *				    a dash: let go
 *   ns.mnt, ns.uts .. ns.root	    links to what is held, while it is, on hosts that
 *				    can show it so
 *
 * A dead container, and all below, is dead for ever: what is in it is killed, and
 * nobody enters it (ECANCELED). A descriptor of a container's directory takes the
 * ioctls below.
 *
 * Errors are those of cgroup v1 of Linux 6.1: see containerfs(5).
 */
#ifndef _UAPI_CONTAINERFS_H
#define _UAPI_CONTAINERFS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* statfs(2) f_type of the kernel host; cgroup v1 and cpuset have the same */
#define CONTAINERFS_SUPER_MAGIC		0x27e0eb

#define CONTAINERFS_FSTYPE		"containerfs"

/* longest hierarchy name (name=), and the characters it may have besides alnum */
#define CONTAINER_HIERARCHY_NAME_MAX	63
#define CONTAINER_HIERARCHY_NAME_CHARS	"._-"

/* longest container name, bytes */
#define CONTAINER_NAME_MAX		255

/* most bytes a control file takes in one write */
#define CONTAINER_WRITE_MAX		4096

/* most device rules of one container, because each costs when a device is opened */
#define CONTAINER_DEVICE_RULES_MAX	256

/* defaults of the ns subsystem */
#define CONTAINER_NS_CLONE_NAME		"node%d"
#define CONTAINER_NS_KEEP_EMPTY		16
#define CONTAINER_NS_MAX_DEPTH		32
#define CONTAINER_NS_MAX_USER_CLONES	4096	/* automatic containers that one user causes */

/* largest number that pids.max takes: as many ids as there can be */
#define CONTAINER_PIDS_MAX		4194304

/*
 * The namespaces a clone can be made for: name in ns.clone_flags, CLONE_NEW*
 * bit. An x-macro, so that names and bits stay together.
 */
#define CONTAINER_NAMESPACES(X)		\
	X(mnt,		0x00020000)	\
	X(uts,		0x04000000)	\
	X(ipc,		0x08000000)	\
	X(user,		0x10000000)	\
	X(pid,		0x20000000)	\
	X(net,		0x40000000)	\
	X(cgroup,	0x02000000)	\
	X(time,		0x00000080)

#define CONTAINER_NS_BIT_(name, bit)	| (bit)
#define CONTAINER_NS_ALL		(0u CONTAINER_NAMESPACES(CONTAINER_NS_BIT_))

/* What else than a namespace (CLONE_NEW*) a container may hold. */
#define CONTAINERFS_HOLD_ROOT		0x1
#define CONTAINERFS_HOLD_CRED		0x2
#define CONTAINERFS_HOLD_KEYRING	0x4

/*
 * ioctl(2) on a descriptor of a container's directory (not O_PATH: EBADF); ENOTTY
 * elsewhere, ENODEV once the container is removed, EINVAL for the top container.
 *
 * LEASE: this open directory is a lease, as a write to container.lease makes an open file
 * one. The argument points to the flags. EINVAL for flags without KILL or unknown ones,
 * ECANCELED if the container is dead, EACCES for whom container.lease cannot be written by.
 * STAT: fills as much of a struct containerfs_stat as @size says and as is known. EINVAL
 * for a @size below CONTAINERFS_STAT_SIZE_VER0. The top container is not refused.
 * GET: the argument is one CLONE_NEW* or CONTAINERFS_HOLD_ROOT; a new descriptor, closed
 * on exec. ENOENT if that is not held; EPERM without CAP_SYS_ADMIN in the initial user
 * namespace; EOPNOTSUPP on the FUSE host, which has the links instead.
 */
#define CONTAINERFS_IOC_LEASE	_IOW(0xCF, 1, __u32)
#define CONTAINERFS_IOC_STAT	_IOWR(0xCF, 2, struct containerfs_stat)
#define CONTAINERFS_IOC_GET	_IO(0xCF, 3)

#define CONTAINERFS_LEASE_KILL		0x1
#define CONTAINERFS_LEASE_REMOVE	0x2	/* what is dead is removed once it is empty */

#define CONTAINERFS_STAT_DEAD		0x1
#define CONTAINERFS_STAT_CLONE		0x2	/* made by container_clone() */
#define CONTAINERFS_STAT_TOP		0x4
#define CONTAINERFS_STAT_NS		0x8	/* its hierarchy has ns: it can hold things */

enum containerfs_init_state {
	CONTAINERFS_INIT_NONE,
	CONTAINERFS_INIT_RUNNING,
	CONTAINERFS_INIT_EXITED,
};

struct containerfs_stat {
	__u32	size;		/* in: of the caller's structure; out: what was filled */
	__u32	flags;		/* CONTAINERFS_STAT_* */
	__u64	id;		/* unique for ever */
	__u32	hierarchy;	/* number of its hierarchy */
	__u32	held;		/* CLONE_NEW* and CONTAINERFS_HOLD_* */
	__u32	state;		/* enum containerfs_init_state */
	__u32	leases;
	__s32	init;		/* its process id for the caller; 0: none, or not seen */
	__s32	keyring;	/* serial number, 0: none */
};
#define CONTAINERFS_STAT_SIZE_VER0	40u

#endif /* _UAPI_CONTAINERFS_H */
