// SPDX-License-Identifier: GPL-2.0-only
/*
 * One case for each function of fs/fuse/bpf/task_events.h
 *
 * Every case runs three times: with attach by a syscall program, by an iterator, and with
 * every second word in task storage instead of the hash. While cloning is enabled there may
 * be events of other programs, so cases look only at their own tids.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/initial.h"
#include "puppet.h"
#include "tests.h"

START_TEST(words)
{
	uint64_t w = TE_WORD(TE_ID_MAX, TE_WORD_SEQ_MASK), next = te_word_next(w, 5);

	ck_assert_uint_eq(te_word_id(w), TE_ID_MAX);
	ck_assert_uint_eq(te_word_seq(w), TE_WORD_SEQ_MASK);
	ck_assert(!(w & TE_WORD_EXITED));
	ck_assert_uint_eq(te_word_id(next), 5);
	ck_assert(te_word_newer(next, w) && !te_word_newer(w, next));
	ck_assert(!te_word_newer(w, w));
	ck_assert(te_word_next(w, 0) != 0 && te_word_newer(te_word_next(w, 0), w));
}
END_TEST

START_TEST(attach_and_fork)
{
	struct fixture f;
	struct puppet p;
	uint64_t word, top;
	struct te_ref ref;
	pid_t kid;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_gt(kid = tell(&p, 'f'), 0);
	ck_assert_int_eq(task_events_drain(f.te), 0);
	kill_one(kid);
	/* A wrong expectation does not change the word. */
	ref = fixture_ref(&f, p.pid);
	ck_assert_int_eq(task_events_attach(f.te, &ref, TE_WORD(9, 9), f.group, &word), -EAGAIN);
	ck_assert_uint_eq(word, 0);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, f.group, &word), -EAGAIN);
	ck_assert_uint_eq(word, replica_find_tid(&f.replica, p.pid)->word);
	kid = tell(&p, 'f');
	ck_assert_uint_eq(id_of(&f, kid), f.group);
	ck_assert_uint_eq(f.replica.last_fork.creator, p.pid);
	ck_assert_uint_eq(f.replica.last_fork.tgid, kid);
	kill_one(kid);
	/* Back in the top it is still followed, but not its children. */
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, 0), 0);
	top = replica_find_tid(&f.replica, p.pid)->word;
	ck_assert(top && !te_word_id(top));
	kid = tell(&p, 'f');
	ck_assert_uint_eq(id_of(&f, kid), 0);
	ck_assert_ptr_null(replica_find_tid(&f.replica, kid));
	kill_one(kid);
	fixture_compare(&f);
	puppet_end(&p);
	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_ptr_null(replica_find_tid(&f.replica, p.pid));
	while (f.replica.n)	/* tasks that were killed and not waited for */
		fixture_compare(&f);
	ck_assert(f.replica.last_exit.word & TE_WORD_EXITED);
	fixture_close(&f);
}
END_TEST

START_TEST(attach_errors)
{
	struct fixture f;
	struct te_facts facts;
	struct te_ref ref;
	siginfo_t info;
	uint64_t word;
	pid_t pid;

	fixture_open(&f, _i, 0);
	ref = fixture_ref(&f, getpid());
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, TE_ID_MAX + 1, &word), -EINVAL);
	/* If no task has its number, the number of its process finds it, and no other task. */
	ref.tid = 1u << 31;
	ck_assert_int_eq(task_events_find(f.te, &ref, &facts), 0);
	ck_assert_uint_eq(facts.tid, getpid());
	ref.tid = 1;
	ck_assert_int_eq(task_events_find(f.te, &ref, &facts), 0);
	ref.tgid = 2;
	ck_assert_int_eq(task_events_find(f.te, &ref, &facts), -ESRCH);
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, f.group, &word), -ESRCH);
	ref = (struct te_ref){ 0, getpid(), getpid() };
	ck_assert_int_eq(task_events_find(f.te, &ref, &facts), -ESRCH);
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, f.group, &word), -ESRCH);
	/* A zombie: one without a word, and one with a word. */
	pid = child();
	if (!pid)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	ref = fixture_ref(&f, pid);
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, f.group, &word), -ENOENT);
	reap(pid);
	ck_assert_int_eq(task_events_attach(f.te, &ref, 0, f.group, &word), -ESRCH);
	ck_assert_int_eq(task_events_drain(f.te), 0);
	pid = child();
	while (!pid)
		pause();
	ck_assert_int_eq(fixture_attach(&f, pid, pid, f.group), 0);
	kill_one(pid);
	ck_assert_int_eq(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(fixture_attach(&f, pid, pid, f.group), -ENOENT);
	ck_assert_int_eq(task_events_drain(f.te), 1);
	ck_assert_uint_eq(f.replica.exits, 1);
	fixture_close(&f);
}
END_TEST

START_TEST(clones)
{
	struct fixture f;
	struct te_group group;
	struct puppet p;
	uint64_t id, deeper;
	pid_t kid;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	/* Not enabled. */
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL,
						TE_LEVELS_UNLIMITED), 0);
	/* Failed, no namespace, not in the mask. */
	ck_assert_int_lt(tell(&p, 'b'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	ck_assert_int_eq(tell(&p, 's'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0, TE_CLONE_NEWNET,
					       TE_LEVELS_UNLIMITED, 0), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	kid = tell(&p, 'c');
	ck_assert_uint_eq(id_of(&f, kid), f.group);
	kill_one(kid);
	/* In the mask. */
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, TE_WATCH_EMPTY,
					       TE_CLONE_NEWUTS, TE_LEVELS_UNLIMITED, 0), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	id = id_of(&f, p.pid);
	ck_assert_uint_gt(id, f.group);
	ck_assert_uint_eq(f.replica.last_clone.parent, f.group);
	ck_assert_uint_eq(f.replica.last_clone.flags, TE_CLONE_NEWUTS);
	ck_assert_uint_eq(f.replica.last_clone.creator, p.pid);
	ck_assert_int_eq(task_events_group_get(f.te, id, &group), 0);
	ck_assert_uint_eq(group.parent, f.group);
	ck_assert_uint_eq(group.watch, TE_WATCH_EMPTY | TE_WATCH_EMPTIES);
	ck_assert_uint_eq(group.clone_mask, TE_CLONE_NEWUTS);
	ck_assert_int_eq(group.tasks, 1);
	kid = tell(&p, 'c');
	deeper = id_of(&f, kid);
	ck_assert_uint_gt(deeper, id);
	ck_assert_uint_eq(f.replica.last_clone.tid, kid);
	ck_assert_uint_eq(f.replica.last_clone.creator, p.pid);
	ck_assert_uint_eq(f.replica.last_clone.creator_tgid, p.pid);
	ck_assert_uint_eq(f.replica.last_clone.parent, id);
	ck_assert_uint_eq(f.replica.last_clone.flags, TE_CLONE_NEWUTS | TE_CLONE_NEWIPC);
	kill_one(kid);
	/* From the top, by the default mask. */
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, 0), 0);
	kid = tell(&p, 'c');
	ck_assert_uint_gt(id_of(&f, kid), deeper);
	ck_assert_uint_eq(f.replica.groups[id_of(&f, kid)].parent, 0);
	kill_one(kid);
	ck_assert_int_eq(task_events_set_clone(f.te, 0, TE_CLONE_ALL,
						TE_LEVELS_UNLIMITED), 0);
	kid = tell(&p, 'c');
	ck_assert_uint_eq(id_of(&f, kid), 0);
	kill_one(kid);
	puppet_end(&p);
	ck_assert_int_eq(task_events_group_del(f.te, id), 0);
	ck_assert_int_eq(task_events_group_get(f.te, id, &group), -ENOENT);
	ck_assert_int_eq(task_events_group_del(f.te, id), 0);
	ck_assert_int_eq(task_events_group_watch(f.te, id, 1, 0), -ENOENT);
	fixture_close(&f);
}
END_TEST

START_TEST(exec_by_thread)
{
	struct fixture f;
	struct puppet p;
	char c = 'e';

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(write(p.to, &c, 1), 1);
	ck_assert_int_eq(read(p.from, &p.answer, sizeof(p.answer)), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	ck_assert_uint_eq(f.replica.execs, 1);
	ck_assert_uint_eq(f.replica.last_exec.tid, p.pid);
	ck_assert_uint_ne(f.replica.last_exec.old_tid, p.pid);
	ck_assert_uint_eq(f.replica.n, 1);
	fixture_compare(&f);
	kill_one(p.pid);
	waitpid(p.pid, NULL, 0);
	fixture_compare(&f);
	ck_assert_uint_eq(f.replica.n, 0);
	fixture_close(&f);
}
END_TEST

START_TEST(wake_ups)
{
	struct fixture f;
	struct te_group group;
	struct puppet p;
	unsigned int i;

	fixture_open(&f, _i, sysconf(_SC_PAGESIZE));
	puppet_start(&p);
	task_events_wakeup(f.te);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	kill_one(tell(&p, 'f'));
	ck_assert(!readable(&f));
	ck_assert_int_ge(task_events_drain(f.te), 1);
	/* All: once. */
	ck_assert_int_eq(task_events_group_watch(f.te, f.group, TE_WATCH_ALL, 0), 0);
	ck_assert_uint_eq(task_events_watches_spent(f.te), 0);
	kill_one(tell(&p, 'f'));
	ck_assert(woken(&f));
	ck_assert_uint_eq(task_events_watches_spent(f.te), 1);
	ck_assert_int_ge(task_events_wakeup(f.te), 1);
	ck_assert(!readable(&f));
	ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	ck_assert_uint_eq(group.watch, 0);
	kill_one(tell(&p, 'f'));
	ck_assert(!readable(&f));
	fixture_compare(&f);
	/* A half full ring wakes the daemon; less comes after that. */
	for (i = 0; i < 40; i++)
		kill_one(tell(&p, 'f'));
	ck_assert(woken(&f));
	ck_assert_int_ge(task_events_wakeup(f.te), 30);
	ck_assert(!readable(&f));
	/* Empty. */
	ck_assert_int_eq(task_events_group_watch(f.te, f.group, TE_WATCH_EMPTY, 0), 0);
	puppet_end(&p);
	do {	/* killed tasks may leave after that */
		ck_assert(woken(&f));
		ck_assert_int_ge(task_events_wakeup(f.te), 1);
		ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	} while (f.replica.n);
	ck_assert_int_eq(group.tasks, 0);
	ck_assert(!readable(&f));
	fixture_close(&f);
}
END_TEST

static void expect_affinity(struct fixture *f, struct puppet *p, char how, pid_t tid)
{
	unsigned int before = f->replica.affinities;

	ck_assert_int_eq(tell(p, how), 0);
	ck_assert(woken(f));
	ck_assert_int_ge(task_events_wakeup(f->te), 1);
	ck_assert_uint_eq(f->replica.affinities, before + 1);
	ck_assert_uint_eq(f->replica.last_affinity.tid, tid);
}

START_TEST(affinities)
{
	struct fixture f;
	struct puppet p;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	task_events_wakeup(f.te);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_group_watch(f.te, f.group, TE_WATCH_CPUS, 0), 0);
	/* Disabled; and enabled, but in a group that is not watched. */
	ck_assert_int_eq(tell(&p, 'a'), 0);
	ck_assert_int_eq(task_events_set_affinity(f.te, 1), 0);
	ck_assert_int_eq(task_events_group_watch(f.te, f.group, 0, TE_WATCH_CPUS), 0);
	ck_assert_int_eq(tell(&p, 'a'), 0);
	ck_assert_int_eq(task_events_drain(f.te), 0);
	ck_assert_int_eq(task_events_group_watch(f.te, f.group, TE_WATCH_CPUS, 0), 0);
	expect_affinity(&f, &p, 'a', p.pid);
	expect_affinity(&f, &p, 'A', p.pid);
	expect_affinity(&f, &p, 'o', getpid());
	expect_affinity(&f, &p, 'n', 0);
	/* A call of the daemon itself. */
	ck_assert_int_eq(set_affinity(p.pid), 0);
	ck_assert(!readable(&f));
	ck_assert_int_eq(task_events_set_affinity(f.te, 0), 0);
	ck_assert_int_eq(tell(&p, 'a'), 0);
	ck_assert_int_eq(task_events_drain(f.te), 0);
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

struct found {
	struct te_task task;
	pid_t tid;
	unsigned int n, all;
};

static int find(void *arg, const struct te_task *task)
{
	struct found *found = arg;

	found->all++;
	if (task->tid == found->tid) {
		found->task = *task;
		found->n++;
	}
	return 0;
}

static int stop(void *arg, const struct te_task *task)
{
	return ++*(int *)arg * 7;
}

START_TEST(facts_and_walks)
{
	struct found found = {};
	struct te_facts facts, own;
	struct fixture f;
	struct puppet p;
	int calls = 0;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(tell(&p, 't'), 0);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_query(f.te, p.pid, &facts), 0);
	ck_assert_uint_eq(facts.word, replica_find_tid(&f.replica, p.pid)->word);
	ck_assert_uint_eq(facts.tid, p.pid);
	ck_assert_uint_eq(facts.tgid, p.pid);
	ck_assert_uint_eq(facts.nr_threads, 2);
	ck_assert_uint_eq(facts.euid, geteuid());
	ck_assert_uint_eq(facts.flags,
			  TE_TASK_SYS_ADMIN | TE_TASK_FSETID | TE_TASK_DAC_OVERRIDE);
	ck_assert_uint_eq(facts.pidns_level, 0);
	ck_assert_uint_eq(facts.pidns_inum, INITIAL_PID_INO);
	ck_assert_uint_eq(facts.ns_tid, p.pid);
	ck_assert_int_eq(task_events_query(f.te, 2, &own), 0);
	ck_assert_str_eq(own.comm, "kthreadd");
	ck_assert(own.flags & TE_TASK_KTHREAD);
	ck_assert_int_eq(task_events_query(f.te, INT32_MAX, &own), -ESRCH);
	/* First its threads, then all tasks. */
	found.tid = p.pid;
	ck_assert_int_eq(task_events_for_each(f.te, p.pid, 0, 0, find, &found), 0);
	ck_assert_uint_eq(found.all, 2);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_uint_eq(found.task.start_time, facts.start_time);
	ck_assert_uint_eq(found.task.word, facts.word);
	found.all = 0;
	ck_assert_int_eq(task_events_for_each(f.te, 0, 0, 0, find, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_uint_gt(found.all, 4);
	ck_assert_int_eq(task_events_for_each(f.te, 0, 0, 0, stop, &calls), 7);
	ck_assert_int_eq(task_events_for_each(f.te, INT32_MAX, 0, 0, find, &found),
			 -ESRCH);
	/* Another pid namespace sees its own tasks, by its own numbers. */
	found.tid = tell(&p, 'p');
	ck_assert_int_eq(task_events_query(f.te, found.tid, &own), 0);
	ck_assert_uint_eq(own.pidns_level, 1);
	ck_assert_uint_eq(own.ns_tid, 1);
	ck_assert_uint_eq(own.ns_tgid, 1);
	ck_assert_int_eq(task_events_for_each(f.te, 0, own.pidns_inum, 1, find, &found), 0);
	ck_assert_uint_eq(found.task.vtid, 1);
	ck_assert_uint_eq(found.task.vtgid, 1);
	kill_one(found.tid);
	found.tid = p.pid;
	ck_assert_int_eq(task_events_for_each(f.te, 0, own.pidns_inum, 1, find, &found), 0);
	ck_assert_uint_eq(found.task.vtid, 0);
	kill_one(p.pid);
	waitpid(p.pid, NULL, 0);
	fixture_close(&f);
}
END_TEST

TCase *basic_tests(void)
{
	TCase *tc = tcase_create("basic");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, words);
	tcase_add_loop_test(tc, attach_and_fork, 0, NWAYS);
	tcase_add_loop_test(tc, attach_errors, 0, NWAYS);
	tcase_add_loop_test(tc, clones, 0, NWAYS);
	tcase_add_loop_test(tc, exec_by_thread, 0, NWAYS);
	tcase_add_loop_test(tc, wake_ups, 0, NWAYS);
	tcase_add_loop_test(tc, affinities, 0, NWAYS);
	tcase_add_loop_test(tc, facts_and_walks, 0, NWAYS);
	return tc;
}
