// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores for many readers or one writer.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "tests.h"

#define ROUNDS	20000

static DEFINE_SPINLOCK(outer);
static struct rw_semaphore sem;
static long guarded;

static void add_as_writer(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		down_write(&sem);
		guarded++;
		up_write(&sem);
		down_read(&sem);
		expect(guarded > i);
		up_read(&sem);
	}
}

void test_rwsem_excludes_writers(void)
{
	struct test_thread *other;

	init_rwsem(&sem);
	other = thread_start(add_as_writer, NULL);
	add_as_writer(NULL);
	thread_join(other);
	expect(guarded == 2 * ROUNDS);
}

static void read_it(void *arg)
{
	expect(!lockdep_is_held(&sem));
	down_read(&sem);
	lockdep_assert_held(&sem);
	up_read(&sem);
}

void test_rwsem_readers_share(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	lockdep_assert_held(&sem);
	/* It would never end if it had to wait. */
	thread_join(thread_start(read_it, NULL));
	up_read(&sem);
	expect(!lockdep_is_held(&sem));
	down_write(&sem);
	lockdep_assert_held(&sem);
	up_write(&sem);
	expect(!shim_locks_held());
}

void test_rwsem_read_twice(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	down_read(&sem);
}

void test_rwsem_read_in_write(void)
{
	init_rwsem(&sem);
	down_write(&sem);
	down_read(&sem);
}

static void up_read_it(void *arg)
{
	up_read(&sem);
}

void test_rwsem_up_read_of_another(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	thread_join(thread_start(up_read_it, NULL));
}

void test_rwsem_up_write_of_reader(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	up_write(&sem);
}

void test_rwsem_never_initialised(void)
{
	struct rw_semaphore *made = kzalloc(sizeof(*made), GFP_KERNEL);

	down_read(made);
}

void test_rwsem_under_spinlock(void)
{
	init_rwsem(&sem);
	spin_lock(&outer);
	down_read(&sem);
}

static void read_and_end(void *arg)
{
	down_read(&sem);
}

void test_thread_ends_with_rwsem(void)
{
	init_rwsem(&sem);
	thread_join(thread_start(read_and_end, NULL));
}
