// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake host: see host.h
 *
 * A function that the headers do not mark as atomic asks the shim whether it may sleep, so that
 * a call under container_lock ends the test at once.
 */
#include "../quiet_check.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "shim_libc.h"

#define KEYS	0x1000000ul

struct host host;
const struct container_actor root_actor = { .tid = 1, .sys_admin = true };

unsigned long host_key(int tid)
{
	unsigned int address = host.task[tid].address;

	return KEYS + (address ? address : (unsigned long)tid) * 64;
}

int host_tid(unsigned long key)
{
	unsigned long address = (key - KEYS) / 64;

	ck_assert(address < HOST_ADDRESSES && host.at[address] > 0);
	return host.at[address];
}

struct host_task *host_task_of(int tid)
{
	return tid > 0 && tid < HOST_TASKS && host.task[tid].live ? &host.task[tid] : NULL;
}

static int vtid_of(int tid, unsigned long long pid_ns)
{
	return host.task[tid].pid_ns < pid_ns ? 0 : tid - 1000 * (int)pid_ns;
}

/* --- for tests: what tasks do --- */

void host_spawn(int tid, int tgid, unsigned int uid)
{
	unsigned int address;

	ck_assert(tid > 0 && tid < HOST_TASKS && !host.task[tid].live);
	/* Not the address of a task that had this tid before its exec. */
	for (address = tid; host_task_of(host.at[address]) &&
			    host.task[host.at[address]].address == address; address += HOST_TASKS)
		ck_assert(address + HOST_TASKS < HOST_ADDRESSES);
	host.at[address] = tid;
	host.task[tid] = (struct host_task){ .live = true, .tgid = tgid, .uid = uid, .suid = uid,
					     .address = address, .affinity = HOST_ALL_CPUS };
	snprintf(host.task[tid].comm, sizeof(host.task[tid].comm), "task%d", tid);
}

static void born(int parent, int tid, int tgid)
{
	host_spawn(tid, tgid, host.task[parent].uid);
	host.task[tid].suid = host.task[parent].suid;
	host.task[tid].pid_ns = host.task[parent].pid_ns;
	host.task[tid].affinity = host.task[parent].affinity;
	if (host.freeze_later) {
		host.task[tid].account = host.task[parent].account;
		host.task[tid].stopped = host.task[parent].stopped;
	}
}

/* The fork hook: must the child be killed before it runs? */
static void born_there(int creator, int tid, int tgid)
{
	int ret;

	born(creator, tid, tgid);
	ret = container_task_fork(host_key(creator), host_key(tid), tid, tgid);
	ck_assert_int_ge(ret, 0);
	host.task[tid].killed += ret;
}

void host_fork(int parent, int tid)
{
	born_there(parent, tid, tid);
}

int host_fork_begins(int parent, int tid)
{
	return host.hooks_on & CONTAINER_HOOK_FORK ?
		container_fork_begins(host_key(parent), host_key(tid)) : 0;
}

int host_try_fork(int parent, int tid)
{
	int ret = host_fork_begins(parent, tid);

	if (!ret)
		host_fork(parent, tid);
	return ret;
}

void host_reap(int tid)
{
	ck_assert(host.task[tid].zombie);
	host.task[tid].zombie = false;
	if (host.hooks_on & CONTAINER_HOOK_REAP)
		container_task_reaped(host_key(tid));
}

void host_thread(int creator, int tid)
{
	born_there(creator, tid, host.task[creator].tgid);
}

void host_exit(int tid)
{
	ck_assert(host_task_of(tid));
	host.task[tid].live = false;
	host.task[tid].dead = !host.dies_slowly;
	host.task[tid].zombie = true;
	host_process_ends(host.task[tid].tgid);
	container_task_exit(host_key(tid));
}

void host_dead(int tid)
{
	ck_assert(!host.task[tid].live);
	host.task[tid].dead = true;
}

void host_run(int tid, unsigned long long user, unsigned long long system)
{
	ck_assert(!host.task[tid].dead);
	host.task[tid].cpu.user += user;
	host.task[tid].cpu.system += system;
	host.task[tid].cpu.runtime += user + system;
}

static struct css_group *group_of(int tid)
{
	struct container_task *task = container_task_find(host_key(tid));

	return task ? container_task_group(task) : css_group_init();
}

static bool clone_into(int namer, int tid, unsigned int flags)
{
	struct container_clone_info info = {
		.pid = host.task[tid].tgid,
		.namer = host_key(namer),
		.flags = flags,
		.user = host.task[tid].uid,
		.comm = host.task[tid].comm,
	};
	struct css_group *from = group_of(namer), *to;
	struct css_group_facts facts;
	bool made;

	if (host.one_step) {
		unsigned int added = host.added;

		host.task[tid].killed += container_clone_task(host_key(tid), tid,
							      host.task[tid].tgid, &info);
		return host.added != added;
	}
	to = container_clone(from, &info, &facts);
	host_group_cloned(to, &facts);
	made = to != from;
	if (to != css_group_init())
		ck_assert_int_eq(container_task_enter(host_key(tid), tid, host.task[tid].tgid, to,
						      host.use_cookies ? tid : 0), 0);
	css_group_put(to);
	return made;
}

bool host_unshare(int tid, unsigned int flags)
{
	ck_assert(host_task_of(tid));
	return clone_into(tid, tid, flags);
}

void host_clone(int parent, int tid, unsigned int flags)
{
	born(parent, tid, tid);
	strcpy(host.task[tid].comm, host.task[parent].comm);
	clone_into(parent, tid, flags);
}

void host_exec(int tid)
{
	int i, tgid = host.task[tid].tgid;

	for (i = 1; i < HOST_TASKS; i++)
		if (i != tid && host.task[i].live && host.task[i].tgid == tgid)
			host_exit(i);
	if (tid == tgid)
		return;
	host.task[tgid] = host.task[tid];
	host.task[tid].live = false;
	host.at[host.task[tgid].address] = tgid;
	container_task_rename(host_key(tgid), tgid, tgid);
}

struct container_actor host_actor(int tid, unsigned int euid, bool sys_admin)
{
	return (struct container_actor){
		.euid = euid, .sys_admin = sys_admin, .tid = tid,
		.pid_ns = host.task[tid].pid_ns, .pid_ns_level = host.task[tid].pid_ns,
	};
}

void host_reset(void)
{
	memset(&host, 0, sizeof(host));
	host.now = 1000;
	host.hooks_had = CONTAINER_HOOK_FORK | CONTAINER_HOOK_REAP;
	shim_panic_on_warn(1);
	ck_assert_int_eq(container_engine_init(), 0);
	host_groups_reset();
	host_spawn(1, 1, 0);
}

long host_objects(void)
{
	while (shim_rcu_quiescent())
		;
	return shim_slab_live();
}

void host_finish(void)
{
	int tid;

	shim_fail_nth(0);
	host.hold_err = 0;
	for (tid = 1; tid < HOST_TASKS; tid++)
		if (host.task[tid].live)
			host_exit(tid);
	container_engine_exit();
	container_engine_free();
	ck_assert_int_eq(hierarchy_count(), 0);
	ck_assert_uint_eq(host.pins, 0);
	ck_assert(!host.cloning && !host.watching_affinity && !host.hooks_wanted);
	ck_assert_uint_eq(host.held, 0);
	ck_assert_uint_eq(host.keyrings, 0);
	for (tid = 1; tid < HOST_TASKS; tid++)
		ck_assert(!host.task[tid].watched);
	ck_assert_uint_eq(shim_warn_count(), 0);
	ck_assert_uint_eq(shim_locks_held(), 0);
	host_objects();
	ck_assert_int_eq(shim_slab_report(), 0);
}

/* --- for the engine --- */

static void fill(struct container_task_info *info, int tid)
{
	const struct host_task *task = &host.task[tid];
	int i;

	memset(info, 0, sizeof(*info));
	info->key = host_key(tid);
	info->tid = tid;
	info->tgid = task->tgid;
	info->uid = task->uid;
	info->suid = task->suid;
	info->flags = task->flags | (task->exiting ? CONTAINER_TASK_EXITING : 0);
	info->cookie = host.use_cookies ? (unsigned long long)tid : 0;
	for (i = 1; i < HOST_TASKS; i++)
		info->nr_threads += host.task[i].live && host.task[i].tgid == task->tgid;
}

int host_task_get(int nr, const struct container_actor *actor, struct container_task_info *info)
{
	int tid = nr ? nr + 1000 * (int)actor->pid_ns : actor->tid;

	may_sleep();
	if (host.on_get)
		host.on_get();
	if (nr > HOST_TASKS || !host_task_of(tid) || !vtid_of(tid, actor->pid_ns))
		return -ESRCH;
	fill(info, tid);
	host.pins++;
	return 0;
}

_Bool host_sys_admin(const struct container_actor *actor)
{
	return actor->sys_admin;
}

void host_task_put(const struct container_task_info *info)
{
	ck_assert_uint_ne(info->key, 0);
	ck_assert_uint_gt(host.pins, 0);
	host.pins--;
}

void host_task_hold(const struct container_task_info *info)
{
	ck_assert_uint_ne(info->key, 0);
	host.pins++;
}

int host_task_set_group(const struct container_task_info *info, struct css_group *from,
			struct css_group *to, unsigned long long *cookie)
{
	ck_assert(host_group_knows(to));
	if (host.again) {
		host.again--;
		return -EAGAIN;
	}
	if (info->tid == host.refuse)
		return host.refuse_err;
	if (!host_task_of(info->tid) || host.task[info->tid].exiting || info->tid == host.gone)
		return -ESRCH;
	if (group_of(info->tid) != from)
		return -EAGAIN;
	host.moves++;
	*cookie = host.use_cookies ? (unsigned long long)info->tid : 0;
	return 0;
}

/* The fork hook of this host asks the engine. */
static int births_follow(int tgid, unsigned long long cookie, struct css_group *to)
{
	ck_assert(host_group_knows(to));
	return 0;
}

static void births_end(void)
{
}

static void sync_engine(void)
{
	may_sleep();
	host.syncs++;
	if (host.on_sync)
		host.on_sync();
}

int host_for_each_task(int tgid, const struct container_actor *viewer,
		       int (*fn)(const struct container_task_info *info, int vtid, int vtgid,
				 void *arg),
		       void *arg)
{
	struct container_task_info info;
	int tid, ret = 0, times;

	may_sleep();
	host.walks++;
	for (tid = 1; !ret && tid < HOST_TASKS; tid++) {
		const struct host_task *task = &host.task[tid];

		if (!task->live || task->exiting || (tgid && task->tgid != tgid))
			continue;
		memset(&info, 0, sizeof(info));
		info.key = host_key(tid);
		info.tid = tid;
		info.tgid = task->tgid;
		info.flags = task->flags;
		for (times = tid == host.twice ? 2 : 1; !ret && times; times--)
			ret = fn(&info, vtid_of(tid, viewer->pid_ns),
				 vtid_of(task->tgid, viewer->pid_ns), arg);
	}
	if (host.on_walked)
		host.on_walked();
	return ret;
}

static void kill_one(const struct container_task_info *info)
{
	int tid, tgid = info->tgid;

	ck_assert_uint_eq(info->key, host_key(info->tid));
	if (!host_task_of(info->tid) || host.task[info->tid].tgid != tgid)
		return;
	host.kills++;
	host.task[info->tid].killed++;
	if (host.on_kill)
		host.on_kill(info->tid);
	for (tid = 1; host.die_of_kill && tid < HOST_TASKS; tid++)
		if (host.task[tid].live && host.task[tid].tgid == tgid)
			host_exit(tid);
}

int host_tasks_kill(const struct container_task_info *victim, unsigned int nr)
{
	may_sleep();
	for (unsigned int i = 0; i < nr; i++)
		kill_one(&victim[i]);
	return host.kill_err;
}

static void kill_begin(void)
{
	may_sleep();
	ck_assert(!host.in_kill);
	host.in_kill = true;
}

static int kill_sync(void)
{
	may_sleep();
	ck_assert(host.in_kill);
	if (host.on_kill_sync)
		host.on_kill_sync();
	return host.kill_sync_err;
}

static void kill_end(void)
{
	may_sleep();
	ck_assert(host.in_kill);
	host.in_kill = false;
}

static const struct replica_host_ops replica = {
	.sync		= sync_engine,
	.births_follow	= births_follow,
	.births_end	= births_end,
	.kill_begin	= kill_begin,
	.kill_sync	= kill_sync,
	.kill_end	= kill_end,
};
const struct replica_host_ops *const host_replica = &replica;

unsigned long host_task_key(int tid)
{
	return host_task_of(tid) ? host_key(tid) : 0;
}

unsigned long long host_time(void)
{
	return host.now;
}

void host_run_agent(const char *agent, const char *path)
{
	may_sleep();
	host.agents++;
	snprintf(host.agent, sizeof(host.agent), "%s", agent);
	snprintf(host.agent_path, sizeof(host.agent_path), "%s", path);
	if (host.on_agent)
		host.on_agent();
}

void host_work_pending(void)
{
	host.works++;
}

void host_set_cloning(_Bool on)
{
	host.cloning = on;
	host.cloning_calls++;
}

/* --- hooks that are on by need --- */

static unsigned int hooks_had(void)
{
	return host.hooks_had;
}

/* To switch one off need not sleep. */
static void want_hooks(unsigned int hooks)
{
	ck_assert_uint_ne(hooks, host.hooks_wanted);
	host.hooks_wanted = hooks;
	host.hooks_on &= hooks;
	host.hooks_calls++;
}

static void settle_hooks(void)
{
	may_sleep();
	host.hooks_had &= ~(host.hooks_wanted & host.hooks_broken);
	host.hooks_on = host.hooks_wanted & host.hooks_had;
}

static const struct hooks_host_ops hooks = {
	.has	= hooks_had,
	.want	= want_hooks,
	.settle	= settle_hooks,
};
const struct hooks_host_ops *const host_hooks = &hooks;

void host_clone_added(struct container *dir, struct container *child)
{
	ck_assert(container_root(dir) == container_root(child));
	ck_assert(container_is_clone(child) && !container_is_removed(child));
	host.added++;
	host.last_added = container_id(child);
}

void host_clone_removed(struct container *dir, struct container *child)
{
	ck_assert(container_root(dir) == container_root(child));
	ck_assert(container_is_clone(child) || container_is_dead(child));
	host.removed++;
	host.last_removed = container_id(child);
}

void host_file_event(struct container *cont, unsigned int node)
{
	host.events++;
	host.event_cont = cont;
	host.event_node = node;
}
