/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mount options: one table, parsed for every host.
 */
#ifndef _CONTAINERFS_OPTIONS_H
#define _CONTAINERFS_OPTIONS_H

#include "container.h"

struct ns_template;

/* What a mount or remount asked for.  Strings point into @copy. */
struct mount_options {
	char			*copy;
	unsigned int		subsys_mask;
	bool			all, none;
	unsigned int		flags;		/* ROOT_* */
	const char		*name;		/* NULL: not given */
	const char		*release_agent;

	/* the top container's settings of ns, if given */
	unsigned int		ns_given;	/* NS_GIVEN_* */
	unsigned int		clone_flags, keep_empty, max_clones, max_depth;
	unsigned int		max_user_clones;
	const char		*clone_name;
	struct ns_template	*template;	/* made of it; NULL for the default */
};
#define NS_GIVEN_CLONE_FLAGS	0x01
#define NS_GIVEN_CLONE_NAME	0x02
#define NS_GIVEN_KEEP_EMPTY	0x04
#define NS_GIVEN_MAX_CLONES	0x08
#define NS_GIVEN_MAX_DEPTH	0x10
#define NS_GIVEN_MAX_USER_CLONES 0x20

/* Where to put the sentence that explains a refusal. */
struct option_msg {
	char		*buf;
	unsigned long	size;
};
void option_say(struct option_msg *msg, const char *fmt, ...) __printf(2, 3);

/* Parse and check what can be checked without looking at hierarchies; the caller frees. */
int mount_options_parse(const char *text, const struct container_actor *actor,
			struct mount_options *opts, struct option_msg *msg);
void mount_options_free(struct mount_options *opts);
/* Apply the ns settings, if there are any, to the top container of @root.  Under the lock. */
void mount_options_apply_ns(struct mount_options *opts, struct containerfs_root *root);
/* @root exists: say in @msg what of @opts does not hold for it, if anything.  Under the lock. */
void mount_options_say_ignored(const struct mount_options *opts,
			       const struct containerfs_root *root, struct option_msg *msg);
void mount_options_show(struct seq_file *m, struct containerfs_root *root);

#endif /* _CONTAINERFS_OPTIONS_H */
