// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hierarchy in the real engine, above the fake kernel: see world.h
 *
 * This is the engine of the daemon, whose lock checks its owner. So a host function that
 * calls the engine where it must not aborts the test.
 */
#include "../quiet_check.h"
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"
#include "tasks/ids.h"
#include "tasks/replay.h"
#include "uapi/containerfs.h"
#include "world.h"

const struct container_actor root = { .tid = 1, .sys_admin = true };
struct containerfs_root *hierarchy;
struct container *top, *a, *b;

struct container *child_of(struct container *dir, const char *name)
{
	struct container *child = NULL;
	unsigned int node;

	return container_lookup(dir, name, &child, &node) ? NULL : child;
}

static struct container *make(struct container *dir, const char *name)
{
	struct container *child;

	ck_assert_int_eq(container_mkdir(dir, name, 0755, 0, 0, &root, &child), 0);
	return child;
}

long write_as(const struct container_actor *who, struct container *cont, const char *name,
	      const char *text)
{
	struct container *child;
	struct container_file *file;
	unsigned int node;
	char buf[64];
	long ret;

	ck_assert_int_eq(container_lookup(cont, name, &child, &node), 0);
	tasks_begin();
	ret = container_file_open(cont, node, who, &file);
	if (!ret) {
		ret = container_file_write(file, who, strcpy(buf, text), strlen(text));
		container_file_release(file);
	}
	tasks_end();
	return ret < 0 ? ret : 0;
}

long attach(struct container *cont, int tid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", tid);
	return write_as(&root, cont, "tasks", text);
}

const char *text_of(struct container *cont, const char *name)
{
	static char text[4096];
	struct container *child;
	struct container_file *file;
	const char *data;
	unsigned int node;
	size_t len = 0;
	long n;

	ck_assert_int_eq(container_lookup(cont, name, &child, &node), 0);
	tasks_begin();
	ck_assert_int_eq(container_file_open(cont, node, &root, &file), 0);
	do {
		n = container_file_read_begin(file, &root, len, &data);
		if (n > 0) {
			memcpy(text + len, data, n);
			len += n;
		}
		container_file_read_end(file, n > 0 ? n : 0);
	} while (n > 0);
	container_file_release(file);
	tasks_end();
	text[len] = '\0';
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = p[1] ? ' ' : '\0';
	return text;
}

/* ck_assert() reports to libcheck each time, which is too slow for a loop. */
#define must(what, ...) do { if (!(what)) ck_abort_msg(__VA_ARGS__); } while (0)

static int in_kernel(struct container_task *task, unsigned long key, void *arg)
{
	uint32_t now = fk_tid_of(key);
	int tid, tgid;

	must(now && fk_task[now].live, "record of dead task %lx", key);
	container_task_ids(task, &tid, &tgid);
	must((uint32_t)tid == now && (uint32_t)tgid == fk_task[now].tgid,
	     "task %u/%u: record says %d/%d", now, fk_task[now].tgid, tid, tgid);
	++*(unsigned int *)arg;
	return 0;
}

void consistent(void)
{
	static bool used[FK_GROUPS];
	unsigned int words = 0, records = 0, ids = 1;
	struct css_group_facts facts;
	struct container_task *task;
	struct group_id *gid;
	uint64_t id;

	tasks_begin();
	memset(used, 0, sizeof(used));
	for (uint32_t tid = 1; tid < FK_TASKS; tid++) {
		if (!fk_task[tid].live || !fk_task[tid].word)
			continue;
		words++;
		must(replay_word(fk_task[tid].task) == fk_task[tid].word,
		     "task %u: word differs", tid);
		task = container_task_find(fk_task[tid].task);
		id = te_word_id(fk_task[tid].word);
		gid = ids_find(id);
		must(gid, "id %llu is not known", (unsigned long long)id);
		must(container_task_group(task) == gid->group, "task %u: group", tid);
		css_group_get_facts(gid->group, &facts);
		must(fk_group[id].group.rules == facts.rules,
		     "task %u: device rules", tid);
		ids += id && !used[id];
		used[id] = true;
	}
	container_task_for_each(in_kernel, &records);
	must(records == words, "%u records of %u words", records, words);
	must(ids_count() == ids, "%zu ids instead of %u", ids_count(), ids);
	for (id = 1; id < FK_GROUPS; id++)
		must(fk_group[id].present == used[id], "BPF's entry %llu",
			      (unsigned long long)id);
	ck_assert_uint_eq(replay_unknown_ids(), 0);
	ck_assert_uint_eq(fk_log_errors, 0);
	tasks_end();
}

void setup(void)
{
	const struct tasks_opts opts = { 0 };
	char msg[256];

	fk_reset();
	fk_spawn(1, 1);
	ck_assert_int_eq(container_engine_init(), 0);
	ck_assert_int_eq(tasks_init(&opts), 0);
	ck_assert_int_eq(hierarchy_mount("ns", &root, msg, sizeof(msg), &hierarchy), 0);
	top = hierarchy_top(hierarchy);
	a = make(top, "a");
	b = make(top, "b");
	ck_assert(fk_cloning);
}

static int first_child(void *arg, const char *name, unsigned int namelen, struct container *child,
		       unsigned int node, unsigned long long next)
{
	if (!child)
		return 0;
	memcpy(arg, name, namelen);
	((char *)arg)[namelen] = '\0';
	return 1;
}

/* Remove all below @dir. */
static void empty(struct container *dir)
{
	char name[CONTAINER_NAME_MAX + 1];
	struct container *child;

	while (container_readdir(dir, 0, NULL, first_child, name)) {
		child = child_of(dir, name);
		empty(child);
		container_put(child);
		ck_assert_int_eq(container_rmdir(dir, name), 0);
	}
}

void teardown(void)
{
	for (uint32_t tid = 2; tid < FK_TASKS; tid++)
		if (fk_task[tid].live)
			fk_exit(tid);
	consistent();
	ck_assert_uint_eq(ids_count(), 1);
	container_put(a);
	container_put(b);
	empty(top);
	hierarchy_umount(hierarchy);
	tasks_exit();
	container_engine_exit();
	container_engine_free();
}

TCase *world_case(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	return tc;
}
