// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's beginning and end, and the list of its subsystems.
 */
#include "cftype.h"
#include "hooks.h"
#include "options.h"

#define SUBSYS(_x) [_x ## _subsys_id] = &_x ## _subsys,
struct container_subsys *const container_subsys[CONTAINER_SUBSYS_COUNT] = {
#include <subsystems.h>
};
#undef SUBSYS

struct container_hot container_hot;

static void find_hot_hooks(void)
{
	struct container_subsys *ss;
	int i;

#define SUBSYS_FIND(_hook) {						\
	struct container_subsys **pos = container_hot._hook;		\
									\
	for_each_subsys(ss, i)						\
		if (ss->_hook)						\
			*pos++ = ss;					\
	*pos = NULL;							\
}
	SUBSYS_HOT_HOOKS(SUBSYS_FIND)
#undef SUBSYS_FIND
}

/* Does the table of @ss have all that must be there?  See subsys.h and options.h. */
static bool subsys_complete(const struct container_subsys *ss)
{
	const struct subsys_options *o = ss->options;
	const struct subsys_option *pos;

	if (!ss->name || !ss->create || !ss->destroy || !ss->describe || !ss->files)
		return false;
	for (pos = o ? o->table : NULL; pos && pos->name; pos++)
		if (!o->what || (pos->parse && (!o->size || !o->apply || !o->say_ignored)))
			return false;
	return true;
}

int container_engine_init(void)
{
	struct container_subsys *ss;
	int i, ret;

	for_each_subsys(ss, i)
		if (WARN_ON(!subsys_complete(ss)))
			return -EINVAL;
	ret = container_cache_init();
	if (ret)
		return ret;
	ret = cftype_init();
	if (ret) {
		container_engine_free();
		return ret;
	}
	find_hot_hooks();
	container_tasks_init();
	for_each_subsys(ss, i)
		if (ss->init)
			ss->init();
	return 0;
}

void container_engine_exit(void)
{
	struct container_subsys *ss;
	int i;

	container_tasks_drop();
	hierarchy_drop_all();
	container_init_work();
	for_each_subsys(ss, i) {
		while (ss->trim && ss->trim())
			;
		if (ss->work)
			ss->work();
	}
	container_text_cache_drop();
}

/* Records of tasks and css_groups are freed after a grace period, too, by the kernel's kfree. */
void container_engine_free(void)
{
	container_cache_exit();
}

void container_show_subsystems(struct seq_file *m)
{
	struct container_subsys *ss;
	const char *why;
	int i;

	for_each_subsys(ss, i) {
		why = hooks_unsupported(ss);
		seq_printf(m, "%s\t%s\n", ss->name, why ? why : ss->describe());
	}
}

int container_subsys_describe(char *buf, unsigned long size)
{
	struct seq_file m = { .buf = buf, .size = size };

	if (!size)
		return 0;
	container_show_subsystems(&m);
	m.buf[min_t(size_t, m.count, size - 1)] = '\0';
	return m.count;
}
