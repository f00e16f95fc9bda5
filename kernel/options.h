/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mount options: one table, parsed for every host.
 */
#ifndef _CONTAINERFS_OPTIONS_H
#define _CONTAINERFS_OPTIONS_H

#include "container.h"

/* What a mount or remount asked for.  Strings point into @copy. */
struct mount_options {
	char			*copy;
	unsigned int		subsys_mask;
	bool			all, none;
	unsigned int		flags;		/* ROOT_* */
	const char		*name;		/* NULL: not given */
	const char		*release_agent;
	/* the options of each subsystem: see struct subsys_options */
	unsigned int		subsys_flags[CONTAINER_SUBSYS_COUNT];
	void			*parsed[CONTAINER_SUBSYS_COUNT];	/* NULL: none given */
};

/* Where to put the sentence that explains a refusal. */
struct option_msg {
	char		*buf;
	unsigned long	size;
};
void option_say(struct option_msg *msg, const char *fmt, ...) __printf(2, 3);

/*
 * One option of a subsystem: a flag, which a hierarchy gets when it is made and
 * keeps, or name=value.  parse() checks @value, which stays as long as @parsed
 * does, and stores in @parsed what it means; -EINVAL with a sentence, or -ENOMEM.
 */
struct subsys_option {
	const char	*name;
	unsigned int	flag;		/* in containerfs_root.subsys_flags; 0: has a value */
	int		(*parse)(void *parsed, char *value, struct option_msg *msg);
};

/* The mount options of a subsystem, named by container_subsys.options; all immutable. */
struct subsys_options {
	const struct subsys_option *table;	/* ends with an empty name */
	const char	*what;			/* what they are, for messages: "x and y" */
	size_t		size;			/* of @parsed, which begins as zeroes */

	/* Free what parse() put into @parsed, but not @parsed; no lock.  NULL: nothing to free. */
	void (*free)(void *parsed);
	/*
	 * Under the lock, without flags, which the core shows and compares.  show: what of
	 * @css, a top container's, is not the default, a leading comma each.  apply:
	 * @parsed holds for @css now; what it takes out of @parsed is not freed.
	 * say_ignored: the hierarchy exists; say what of @parsed does not hold for it, "; "
	 * before each sentence.  @css is NULL if the hierarchy has not got the subsystem.
	 */
	void (*show)(struct seq_file *m, struct container_subsys_state *css);
	void (*apply)(struct container_subsys_state *css, void *parsed);
	void (*say_ignored)(struct seq_file *m, struct container_subsys_state *css,
			    const void *parsed);
};

/* Parse and check what can be checked without looking at hierarchies; the caller frees. */
int mount_options_parse(const char *text, const struct container_actor *actor,
			struct mount_options *opts, struct option_msg *msg);
/* An option of a subsystem needs that subsystem: 0, or -EINVAL and a sentence. */
int mount_options_check_subsys(const struct mount_options *opts, struct option_msg *msg);
void mount_options_free(struct mount_options *opts);
/* Apply the options of subsystems to the top container of @root.  Under the lock. */
void mount_options_apply(struct mount_options *opts, struct containerfs_root *root);
/* @root exists: say in @msg what of @opts does not hold for it, if anything.  Under the lock. */
void mount_options_say_ignored(const struct mount_options *opts,
			       const struct containerfs_root *root, struct option_msg *msg);
void mount_options_show(struct seq_file *m, struct containerfs_root *root);

#endif /* _CONTAINERFS_OPTIONS_H */
