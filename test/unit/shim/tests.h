/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of tests, and what their bodies may call.
 *
 * It includes nothing, as both worlds read it. PASS(name) is a test whose
 * body must return; DIES(name, text) is one whose body must end the process
 * with a BUG that has text in its message. Bodies are void test_name(void).
 */
#ifndef SHIM_TESTS_H
#define SHIM_TESTS_H

#define LOCK_TESTS(PASS, DIES)						\
	PASS(spin_excludes)						\
	PASS(mutex_excludes)						\
	PASS(owner_is_a_thread)						\
	PASS(irq_flags_nest)						\
	PASS(atomic_allocation_under_spinlock)				\
	PASS(mutex_can_be_made_again)					\
	PASS(locks_leave_in_any_order)					\
	PASS(rwsem_excludes_writers)					\
	PASS(rwsem_readers_share)					\
	DIES(spin_twice, "taken twice")					\
	DIES(mutex_twice, "taken twice")				\
	DIES(spin_unlock_of_another, "does not hold")			\
	DIES(mutex_unlock_of_another, "does not hold")			\
	DIES(unlock_of_unlocked, "does not hold")			\
	DIES(lock_never_initialised, "never initialised")		\
	DIES(mutex_under_spinlock, "with a spinlock held (outer)")	\
	DIES(allocation_under_spinlock, "with a spinlock held")		\
	DIES(sleep_without_irqs, "with interrupts off")		\
	DIES(mutex_destroyed_while_held, "destroyed while held")	\
	DIES(assert_held_of_free_lock, "needs the lock")		\
	DIES(assert_held_of_another, "needs the lock")			\
	DIES(thread_ends_with_lock, "ended with the lock")		\
	DIES(rwsem_read_twice, "taken twice")				\
	DIES(rwsem_read_in_write, "taken twice")			\
	DIES(rwsem_up_read_of_another, "does not read")			\
	DIES(rwsem_up_write_of_reader, "does not write")		\
	DIES(rwsem_never_initialised, "never initialised")		\
	DIES(rwsem_under_spinlock, "with a spinlock held (outer)")	\
	DIES(thread_ends_with_rwsem, "ended with the lock")

#define RCU_TESTS(PASS, DIES)						\
	PASS(callback_is_deferred)					\
	PASS(callback_waits_for_outermost_unlock)			\
	PASS(callback_waits_for_other_thread)				\
	PASS(later_reader_delays_nothing)				\
	PASS(callback_not_under_spinlock)				\
	PASS(callbacks_keep_order)					\
	PASS(callback_queues_callback)					\
	PASS(barrier_waits_for_reader)					\
	PASS(kfree_rcu_frees_later)					\
	PASS(readers_never_see_freed)					\
	DIES(dereference_outside_reader, "suspicious RCU usage")	\
	DIES(hash_walk_outside_reader, "suspicious RCU usage")		\
	DIES(unlock_outside_reader, "outside a reader")			\
	DIES(barrier_inside_reader, "inside an RCU reader")		\
	DIES(mutex_inside_reader, "inside an RCU reader")		\
	DIES(allocation_inside_reader, "inside an RCU reader")		\
	DIES(sleep_in_callback, "in an RCU callback")			\
	DIES(callback_keeps_lock, "came back with a lock")		\
	DIES(thread_ends_inside_reader, "ended inside an RCU reader")

#define TEXT_TESTS(PASS, DIES)						\
	PASS(kstrtoull_table)						\
	PASS(kstrtoll_table)						\
	PASS(kstrto_widths)						\
	PASS(kstrto_leaves_result_alone)				\
	PASS(strscpy_contract)						\
	PASS(strim_contract)						\
	PASS(searching)							\
	PASS(comparing)							\
	PASS(duplicating)						\
	PASS(ctype_is_latin1)						\
	PASS(seq_collects)						\
	PASS(seq_numbers)						\
	PASS(seq_overflow_at_every_size)				\
	PASS(seq_overflow_sticks)					\
	PASS(seq_decimal_boundaries)					\
	PASS(seq_escapes)

#define CONTAINER_TESTS(PASS, DIES)					\
	PASS(list_order)						\
	PASS(list_splicing)						\
	PASS(list_walk_and_delete)					\
	PASS(hlist_order)						\
	PASS(hashtable_finds)						\
	PASS(hashtable_walk_and_delete)					\
	PASS(rbtree_random)						\
	PASS(rbtree_keeps_order)					\
	PASS(sort_random)						\
	PASS(bit_searches)						\
	PASS(bitmap_operations)						\
	PASS(bitmap_lists)						\
	PASS(min_max_and_math)						\
	PASS(overflow_checks)						\
	PASS(hashes_spread)						\
	PASS(jhash_knows_no_alignment)					\
	DIES(list_del_twice, "kernel BUG")				\
	DIES(list_add_twice, "kernel BUG")				\
	DIES(hlist_del_twice, "kernel BUG")

#define COUNT_TESTS(PASS, DIES)						\
	PASS(refcount_life)						\
	PASS(refcount_underflow_saturates)				\
	PASS(refcount_get_of_zero)					\
	PASS(refcount_overflow_saturates)				\
	PASS(refcount_last_of_many_threads)				\
	PASS(atomic_operations)						\
	PASS(warn_values)						\
	PASS(warn_once_is_once)						\
	PASS(log_ratelimit)						\
	DIES(bug_on, "kernel BUG")					\
	DIES(warn_that_panics, "WARNING")

#define SLAB_TESTS(PASS, DIES)						\
	PASS(kmalloc_counts)						\
	PASS(kmalloc_zero_size)						\
	PASS(kmalloc_too_much)						\
	PASS(arrays_are_checked)					\
	PASS(kvmalloc_takes_more)					\
	PASS(cache_counts_and_constructs)				\
	PASS(cache_alignment)						\
	PASS(cache_destroyed_with_objects)				\
	PASS(leaks_are_reported)					\
	PASS(nth_allocation_fails)					\
	PASS(nth_allocation_calls)					\
	PASS(nth_failure_is_the_threads)				\
	DIES(kfree_of_cache_object, "kfree() of memory from a cache")	\
	DIES(kfree_of_kvmalloc, "kfree() of memory from kvmalloc()")	\
	DIES(free_into_wrong_cache, "kmem_cache_free(")			\
	DIES(kfree_of_middle, "not the start of a live object")		\
	DIES(free_of_held_lock, "has the held lock")			\
	DIES(kvfree_of_much_under_spinlock, "with a spinlock held")

#define VALUE_TESTS(PASS, DIES)	PASS(constants)

#define ALL_TESTS(PASS, DIES)						\
	LOCK_TESTS(PASS, DIES)						\
	RCU_TESTS(PASS, DIES)						\
	TEXT_TESTS(PASS, DIES)						\
	CONTAINER_TESTS(PASS, DIES)					\
	COUNT_TESTS(PASS, DIES)						\
	SLAB_TESTS(PASS, DIES)						\
	VALUE_TESTS(PASS, DIES)

#define DECLARE_PASS(name)		void test_##name(void);
#define DECLARE_DIES(name, text)	void test_##name(void);
ALL_TESTS(DECLARE_PASS, DECLARE_DIES)

/* support.c */
/* Never returns, but objtool could not know that of a module. */
void expect_failed(const char *file, int line, const char *text);
#define expect(cond)							\
do {									\
	if (!(cond))							\
		expect_failed(__FILE__, __LINE__, #cond);		\
} while (0)

/* How many lines the log has had of this level, and the last of them all. */
int log_lines(int level);
const char *log_last(void);
/* The next line of level 0, or a fatal warning, must have this text. */
void log_expect_bug(const char *text);
void log_install(void);

struct test_thread;
struct test_thread *thread_start(void (*fn)(void *arg), void *arg);
void thread_join(struct test_thread *thread);
void thread_pause(void);		/* about a millisecond */

unsigned int random_next(void);		/* the same sequence in each process */

/* values.c: numbers that both worlds must agree on, by the same list. */
#define SHARED_VALUES(X)						\
	X(EPERM) X(ENOENT) X(ESRCH) X(EIO) X(E2BIG) X(EAGAIN) X(ENOMEM)	\
	X(EACCES) X(EBUSY) X(EEXIST) X(ENODEV) X(ENOTDIR) X(EINVAL)	\
	X(ENOSPC) X(ERANGE) X(ENAMETOOLONG) X(ENODATA) X(EOVERFLOW)	\
	X(EOPNOTSUPP)							\
	X(S_IFMT) X(S_IFREG) X(S_IFDIR) X(S_ISUID) X(S_ISGID) X(S_ISVTX) \
	X(S_IRWXU) X(S_IRWXG) X(S_IRWXO)				\
	X(PATH_MAX) X(INT_MAX) X(INT_MIN) X(LLONG_MAX)

struct shared_value {
	const char *name;
	long long value;
};

extern const struct shared_value engine_values[];
extern const struct shared_value libc_values[];

#endif /* SHIM_TESTS_H */
