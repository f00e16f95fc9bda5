// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remount: what may be changed of a hierarchy that lives.
 *
 * As in cgroup v1, a hierarchy without containers below the top may get other subsystems
 * and another release agent; flags and name never change.  Options that say what the
 * hierarchy already is are no change and forbid nothing, because mount(8) gives all of
 * them with every remount, also to make a mount read-only.  Options of subsystems with a
 * value are settings that files have, too, so they may change at any time.
 *
 * A subsystem that goes takes along its state of the top container.  The handlers of
 * its files read root->css_rwsem while they run, so a remount waits until none runs.
 */
#include "cftype.h"
#include "hierarchy.h"
#include "hooks.h"
#include "options.h"

/* The states of the subsystems of @mask for a top container, all or none. */
static int css_create_all(struct containerfs_root *root, unsigned int mask,
			  struct container_subsys_state **css)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (!(mask & (1u << i)))
			continue;
		css[i] = ss->create(GFP_KERNEL);
		if (!css[i])
			return -ENOMEM;
		css[i]->container = root->top;
	}
	return 0;
}

/*
 * Give a hierarchy without children the subsystems of @mask.  @css has the states of the
 * subsystems that come, and afterwards those of the subsystems that went.
 */
static void root_rebind(struct containerfs_root *root, unsigned int mask,
			struct container_subsys_state **css)
{
	struct container *top = root->top;
	bool cloned = root_clones(root);
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		bool has = root->subsys_mask & (1u << i), wants = mask & (1u << i);

		if (has == wants)
			continue;
		if (has && ss->offline)
			ss->offline(top->subsys[i]);
		swap(top->subsys[i], css[i]);
		ss->root = wants ? root : NULL;
		if (wants && ss->online)
			ss->online(top->subsys[i], NULL);
	}
	root->subsys_mask = mask;
	top->generation++;
	cftype_wake_all(top);
	if (cloned || root_clones(root))
		css_groups_changed(top);
	if (cloned != root_clones(root))
		root_clones_changed();
}

static bool remount_changes(const struct containerfs_root *root, const struct mount_options *opts)
{
	const char *agent = root->release_agent ? root->release_agent : "";

	return opts->subsys_mask != root->subsys_mask ||
	       (opts->release_agent && strcmp(opts->release_agent, agent));
}

/* May the hierarchy become what @opts say?  0, -EINVAL or -EBUSY. */
static int remount_check(const struct containerfs_root *root, const struct mount_options *opts,
			 struct option_msg *msg)
{
	struct rb_node *first = rb_first(&root->top->children);

	if (((opts->flags ^ root->flags) & ~ROOT_SETTINGS) ||
	    memcmp(opts->subsys_flags, root->subsys_flags, sizeof(root->subsys_flags)) ||
	    (opts->name && strcmp(opts->name, root->name))) {
		option_say(msg, "a remount can not change flags or name");
		return -EINVAL;
	}
	if (!remount_changes(root, opts))
		return 0;
	if (first) {
		option_say(msg, "hierarchy %d has %lu containers (/%s): only without any can its subsystems and release_agent= be changed",
			   root->id, root->nr_containers - 1,
			   rb_entry(first, struct container, by_name)->name);
		return -EBUSY;
	}
	return root_subsys_taken(opts->subsys_mask, root, msg) ? -EBUSY : 0;
}

int hierarchy_remount(struct containerfs_root *root, const char *options,
		      const struct container_actor *actor,
		      char *msgbuf, unsigned long msglen)
{
	struct container_subsys_state *css[CONTAINER_SUBSYS_COUNT] = { NULL };
	struct option_msg msg = { msgbuf, msglen };
	struct container_subsys *ss;
	struct mount_options opts;
	char *agent = NULL;
	int i, ret;

	option_say(&msg, "%s", "");
	/* Nothing is said of the hierarchy: the flags of a mount are not the engine's. */
	if (!options || !options[strspn(options, ",")])
		return 0;
	ret = mount_options_parse(options, actor, &opts, &msg);
	if (ret)
		return ret;
	/* Also with name= alone, because the hierarchy would have no subsystem then. */
	ret = mount_options_check_subsys(&opts, &msg);
	if (!ret)
		ret = hooks_begin(opts.subsys_mask, &msg);
	if (ret)
		goto free;
	if (opts.release_agent) {
		agent = kstrdup(opts.release_agent, GFP_KERNEL);
		if (!agent)
			ret = -ENOMEM;
	}
	if (!ret)
		ret = css_create_all(root, opts.subsys_mask & ~root->subsys_mask, css);
	if (ret)
		goto out;

	down_write(&root->css_rwsem);
	spin_lock(&container_lock);
	ret = remount_check(root, &opts, &msg);
	if (!ret) {
		root_rebind(root, opts.subsys_mask, css);
		if (agent)
			swap(agent, root->release_agent);
		if (opts.flags & ROOT_NOTIFY_ON_RELEASE)
			root->top->flags |= CONTAINER_NOTIFY_ON_RELEASE;
		mount_options_apply(&opts, root);
	}
	spin_unlock(&container_lock);
	up_write(&root->css_rwsem);
out:
	for_each_subsys(ss, i)
		if (css[i])
			ss->destroy(css[i]);
	kfree(agent);
	hooks_end();
free:
	mount_options_free(&opts);
	return ret;
}
