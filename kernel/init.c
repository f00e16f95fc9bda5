// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.init: a process whose exit is the death of the container.
 *
 * A container has no init unless somebody names one, and it never gets a second.  The init
 * stays it wherever its threads go later.  Several containers may have the same process.
 * What is known of its end is kept until the container is removed, so that it can be read
 * by whoever may read the file, and not by the parent alone.
 *
 * The end of a process must not be missed.  So the host watches the process first; then
 * the engine looks whether a thread of it is in the container, and makes it the init;
 * and then looks whether that thread is not exiting yet.  If so, the process has not ended,
 * so the host will see its end, and by then container_is_init() says yes.
 */
#include <asm/barrier.h>
#include <linux/hashtable.h>
#include <linux/rculist.h>

#include "cftype.h"
#include "init.h"
#include "init_host.h"

#define INIT_HASH_BITS	8

/* All under container_lock. */
struct container_init {
	struct container	*cont;		/* borrowed; NULL: it was removed */
	int			tgid;		/* immutable */
	bool			exited;
	struct container_end	end;		/* once it has exited */
	struct hlist_node	hash;		/* in init_table, until it has */
	struct list_head	gone;		/* in gone_list */
	struct rcu_head		rcu;
};

static DEFINE_HASHTABLE(init_table, INIT_HASH_BITS);	/* changes under container_lock */
static unsigned int nr_inits;				/* in the table, likewise */
static LIST_HEAD(gone_list);		/* the host need not watch these; under container_lock */
static DEFINE_MUTEX(init_mutex);	/* what the host is told to watch; before container_lock */

static struct container_init *init_find(int tgid)
{
	struct container_init *init;

	hash_for_each_possible_rcu(init_table, init, hash, tgid, lockdep_is_held(&container_lock))
		if (init->tgid == tgid)
			return init;
	return NULL;
}

_Bool container_is_init(int tgid)
{
	bool found;

	if (!READ_ONCE(nr_inits))
		return false;
	rcu_read_lock();
	found = init_find(tgid);
	rcu_read_unlock();
	return found;
}

bool container_init_runs(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return cont->init && !cont->init->exited;
}

void container_init_event(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	cont->init_events++;
	cftype_event(cont, &core_files[CORE_INIT]);
}

static void init_add(struct container *cont, struct container_init *init)
{
	init->cont = cont;
	cont->init = init;
	hash_add_rcu(init_table, &init->hash, init->tgid);
	WRITE_ONCE(nr_inits, nr_inits + 1);
	container_kept_changed(cont);
	container_init_event(cont);
}

static void init_del(struct container_init *init)
{
	hash_del_rcu(&init->hash);
	WRITE_ONCE(nr_inits, nr_inits - 1);
}

/* --- what the host watches --- */

/* Let the host forget @tgid, unless another container has that init.  Under init_mutex. */
static void init_unwatch(int tgid)
{
	bool needed;

	if (!init_host.unwatch)
		return;
	spin_lock(&container_lock);
	needed = init_find(tgid);
	spin_unlock(&container_lock);
	if (!needed)
		init_host.unwatch(tgid);
}

static void init_gone(struct container_init *init)
{
	list_add_tail(&init->gone, &gone_list);
	host_work_pending();
}

void container_init_forget(struct container *cont)
{
	struct container_init *init = cont->init;

	lockdep_assert_held(&container_lock);
	if (!init)
		return;
	cont->init = NULL;
	init->cont = NULL;
	if (!init->exited) {
		init_del(init);
		init_gone(init);
	} else if (list_empty(&init->gone)) {
		kfree_rcu(init, rcu);
	}
}

static bool init_work_one(void)
{
	struct container_init *init;
	bool removed = false;
	int tgid = 0;

	spin_lock(&container_lock);
	init = list_first_entry_or_null(&gone_list, struct container_init, gone);
	if (init) {
		list_del_init(&init->gone);
		tgid = init->tgid;
		removed = !init->cont;
	}
	spin_unlock(&container_lock);
	if (!tgid)
		return false;
	init_unwatch(tgid);
	if (removed)
		kfree_rcu(init, rcu);
	return true;
}

void container_init_work(void)
{
	if (list_empty(&gone_list))
		return;
	mutex_lock(&init_mutex);
	while (init_work_one())
		;
	mutex_unlock(&init_mutex);
}

/* --- it exits --- */

void container_init_exited(int tgid, const struct container_end *end)
{
	struct container_init *init;

	spin_lock(&container_lock);
	while ((init = init_find(tgid))) {
		init_del(init);
		init->exited = true;
		init->end = *end;
		init_gone(init);
		container_init_event(init->cont);
		container_die(init->cont);
	}
	spin_unlock(&container_lock);
}

/* --- it is named --- */

/* Thread @info, and with it its process, is to be the init of @cont: it is, or an error. */
static int init_enter(struct container *cont, struct container_init *init,
		      const struct container_task_info *info)
{
	int ret = 0;

	spin_lock(&container_lock);
	if (container_removed(cont))
		ret = -ENODEV;
	else if (container_dead(cont))
		ret = -ECANCELED;
	else if (cont->init)
		ret = -EBUSY;
	else if (css_group_container(container_task_group_of(info->key), cont->root) != cont)
		ret = -EINVAL;
	else
		init_add(cont, init);
	spin_unlock(&container_lock);
	return ret;
}

/* The end of the process may have been missed: @cont has no init after all, if it still runs. */
static int init_leave(struct container *cont)
{
	struct container_init *init = NULL;

	spin_lock(&container_lock);
	if (container_init_runs(cont)) {
		swap(init, cont->init);
		init_del(init);
		container_kept_changed(cont);
		container_init_event(cont);
	}
	spin_unlock(&container_lock);
	if (!init)
		return 0;
	kfree_rcu(init, rcu);
	return -ESRCH;
}

/* Is thread @info there, and does not exit? */
static bool init_lives(const struct container_task_info *info)
{
	struct container_actor initial = { 0 };
	struct container_task_info now;
	bool lives;

	if (host_task_get(info->tid, &initial, &now))
		return false;
	lives = now.key == info->key && !(now.flags & CONTAINER_TASK_EXITING);
	host_task_put(&now);
	return lives;
}

static int init_make(struct container *cont, const struct container_task_info *info)
{
	struct container_init *init = kzalloc(sizeof(*init), GFP_KERNEL);
	int ret;

	if (!init)
		return -ENOMEM;
	init->tgid = info->tgid;
	INIT_LIST_HEAD(&init->gone);
	ret = init_host.watch ? init_host.watch(info->tgid) : 0;
	if (ret) {
		kfree(init);
		return ret;
	}
	host_sync();
	ret = init_enter(cont, init, info);
	if (ret) {
		kfree(init);
		if (ret == -EINVAL && !init_lives(info))
			ret = -ESRCH;
	} else {
		/* The thread sets its flag, then has a full barrier, then its hook looks. */
		smp_mb();
		if (!init_lives(info))
			ret = init_leave(cont);
	}
	if (ret)
		init_unwatch(info->tgid);
	return ret;
}

int container_init_write(struct container_subsys_state *css, struct container_file *file,
			 char *buf, size_t len)
{
	const struct container_actor *opener = &file->opener;
	struct container_task_info info;
	int nr, ret;

	if (kstrtoint(strim(buf), 0, &nr) || nr < 0)
		return -EINVAL;
	ret = host_task_get(nr, file->caller, &info);
	if (ret)
		return ret;
	if (info.flags & (CONTAINER_TASK_UNMOVABLE | CONTAINER_TASK_KTHREAD)) {
		ret = -EINVAL;
	} else if (opener->euid && opener->euid != info.uid && opener->euid != info.suid) {
		ret = -EACCES;
	} else {
		mutex_lock(&init_mutex);
		ret = init_make(css->container, &info);
		mutex_unlock(&init_mutex);
	}
	host_task_put(&info);
	return ret;
}

/* --- what is known of it --- */

static int init_take_id(const struct container_task_info *info, int vtid, int vtgid, void *arg)
{
	*(int *)arg = vtgid;
	return 1;
}

void container_init_get(struct container *cont, const struct container_actor *reader,
			struct container_init_info *info)
{
	int tgid = 0;

	memset(info, 0, sizeof(*info));
	spin_lock(&container_lock);
	if (container_init_runs(cont)) {
		info->state = CONTAINERFS_INIT_RUNNING;
		tgid = cont->init->tgid;
	} else if (cont->init) {
		info->state = CONTAINERFS_INIT_EXITED;
		info->end = cont->init->end;
	}
	spin_unlock(&container_lock);
	if (tgid)
		host_for_each_task(tgid, reader, init_take_id, &info->pid);
}

int container_init_show(struct seq_file *m, struct container_subsys_state *css)
{
	static const char *const states[] = { "none", "running", "exited" };
	const struct container_file *file = m->private;
	struct container_init_info info;

	container_init_get(css->container, file->caller, &info);
	seq_printf(m, "pid %d\nstate %s\n", info.pid, states[info.state]);
	if (info.state != CONTAINERFS_INIT_EXITED)
		return 0;
	seq_printf(m, "status %d\nuser_usec %llu\nsystem_usec %llu\nmaxrss_kb %llu\n",
		   info.end.status, info.end.user_usec, info.end.system_usec, info.end.maxrss_kb);
	seq_printf(m, "minflt %llu\nmajflt %llu\nnvcsw %llu\nnivcsw %llu\n",
		   info.end.minflt, info.end.majflt, info.end.nvcsw, info.end.nivcsw);
	return 0;
}

u32 *container_init_events(struct container_subsys_state *css)
{
	return &css->container->init_events;
}

/* Who waits for an init that will never be there must not wait for ever. */
unsigned int container_init_poll(struct container_subsys_state *css)
{
	const struct container *cont = css->container;

	return !container_init_runs(cont) && (cont->init || container_dead(cont)) ? EVENT_HUP : 0;
}
