// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts: one superblock for each hierarchy.
 *
 * Options are collected as they come, and given to the engine, which knows all of them. The
 * engine's reason for a refusal goes into the log of the mount. A mount of a hierarchy that
 * has a superblock shares it, as with cgroup v1.
 *
 * The superblock holds one hierarchy_mount() of its hierarchy from its creation to kill_sb.
 * A mount that meets a dying superblock waits for its end in sget_fc(); meanwhile its own
 * hierarchy_mount() keeps the hierarchy.
 */
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>

#include "vfs.h"

#define OPTIONS_MAX	4096
#define MESSAGE_MAX	256

struct containerfs_fc {
	struct containerfs_root	*root;		/* one hierarchy_mount() of it, or NULL */
	size_t			len;
	char			options[OPTIONS_MAX];
};

static int containerfs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	buf->f_type = CONTAINERFS_SUPER_MAGIC;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = CONTAINER_NAME_MAX;
	return 0;
}

static int containerfs_show(struct seq_file *m, struct dentry *dentry)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);
	int len = hierarchy_show_options(dentry->d_sb->s_fs_info, buf, size);

	/* If the text does not fit, the VFS calls again with more room. */
	seq_commit(m, len < size ? len : -1);
	return 0;
}

static const struct super_operations containerfs_sops = {
	.alloc_inode	= containerfs_alloc_inode,
	.free_inode	= containerfs_free_inode,
	.evict_inode	= containerfs_evict_inode,
	.drop_inode	= inode_just_drop,
	.statfs		= containerfs_statfs,
	.show_options	= containerfs_show,
};

static int containerfs_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct containerfs_fc *ctx = fc->fs_private;
	const char *value = param->type == fs_value_is_string ? param->string : NULL;
	int ret = vfs_parse_fs_param_source(fc, param);

	if (ret != -ENOPARAM)
		return ret;
	if (param->type != fs_value_is_flag && !value)
		return invalf(fc, "%s: a string is accepted", param->key);
	/* The engine would take a comma for the end of the option. */
	if (value && strchr(value, ','))
		return invalf(fc, "%s: a comma is not accepted", param->key);
	ret = snprintf(ctx->options + ctx->len, OPTIONS_MAX - ctx->len, "%s%s%s%s",
		       ctx->len ? "," : "", param->key, value ? "=" : "", value ? value : "");
	if (ret >= OPTIONS_MAX - ctx->len)
		return invalf(fc, "the options are longer than %d bytes", OPTIONS_MAX - 1);
	ctx->len += ret;
	return 0;
}

/* mount(2) has no log, so its message goes to the kernel's log, where our name must be added. */
static void containerfs_say(struct fs_context *fc, int err, const char *message)
{
	const char *who = fc->log.log ? "" : CONTAINERFS_FSTYPE ": ";

	if (*message && err)
		errorf(fc, "%s%s", who, message);
	else if (*message)
		warnf(fc, "%s%s", who, message);
}

static int containerfs_fill_super(struct super_block *sb, struct containerfs_root *root)
{
	struct inode *inode;

	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_magic = CONTAINERFS_SUPER_MAGIC;
	sb->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	sb->s_time_gran = 1;
	sb->s_op = &containerfs_sops;
	set_default_d_op(sb, &containerfs_dops);
	compat_set_xattr(sb, containerfs_xattr_handlers);
	inode = containerfs_iget(sb, hierarchy_top(root), CONTAINER_NODE_DIR);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	sb->s_root = d_make_root(inode);
	if (!sb->s_root)
		return -ENOMEM;
	hierarchy_set_host(root, sb);
	return 0;
}

/*
 * Log in one line what the subsystems can do on this kernel: "ns enforced, cpuacct
 * accounted". container.subsystems has the reasons.
 */
static void containerfs_log(struct containerfs_root *root)
{
	char *text = kmalloc(PAGE_SIZE, GFP_KERNEL), *rest = text, *to = text, *line, *from;

	if (!text)
		return;
	container_subsys_describe(text, PAGE_SIZE);
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		/* `to` never overtakes `line`, because the result is no longer */
		if (to != text)
			*to++ = ',';
		for (from = line; *from && *from != ':'; from++)
			*to++ = *from == '\t' ? ' ' : *from;
	}
	*to = '\0';
	pr_info("containerfs: hierarchy %d: %s\n", hierarchy_id(root), text);
	kfree(text);
}

static int containerfs_test_super(struct super_block *sb, struct fs_context *fc)
{
	return sb->s_fs_info == fc->s_fs_info;
}

static int containerfs_get_tree(struct fs_context *fc)
{
	struct containerfs_fc *ctx = fc->fs_private;
	struct container_actor actor;
	char message[MESSAGE_MAX];
	struct super_block *sb;
	int ret;

	containerfs_actor(&actor);
	ret = hierarchy_mount(ctx->options, &actor, message, sizeof(message), &ctx->root);
	containerfs_say(fc, ret, message);
	if (ret)
		return ret;
	fc->s_fs_info = ctx->root;
	sb = sget_fc(fc, containerfs_test_super, set_anon_super_fc);
	if (IS_ERR(sb)) {
		fc->s_fs_info = NULL;
		return PTR_ERR(sb);
	}
	if (!sb->s_root) {
		/* The superblock owns our hierarchy_mount() from here on. */
		ctx->root = NULL;
		ret = containerfs_fill_super(sb, sb->s_fs_info);
		if (ret) {
			deactivate_locked_super(sb);
			return ret;
		}
		sb->s_flags |= SB_ACTIVE;
		containerfs_log(sb->s_fs_info);
	}
	fc->root = dget(sb->s_root);
	return 0;
}

static int containerfs_reconfigure(struct fs_context *fc)
{
	struct containerfs_root *root = fc->root->d_sb->s_fs_info;
	struct containerfs_fc *ctx = fc->fs_private;
	struct container_actor actor;
	char message[MESSAGE_MAX];
	int ret;

	containerfs_actor(&actor);
	ret = hierarchy_remount(root, ctx->options, &actor, message, sizeof(message));
	containerfs_say(fc, ret, message);
	return ret;
}

static void containerfs_fc_free(struct fs_context *fc)
{
	struct containerfs_fc *ctx = fc->fs_private;

	/* The superblock existed before, or none was made. */
	if (ctx->root)
		hierarchy_umount(ctx->root);
	kfree(ctx);
}

static const struct fs_context_operations containerfs_context_ops = {
	.parse_param	= containerfs_parse_param,
	.get_tree	= containerfs_get_tree,
	.reconfigure	= containerfs_reconfigure,
	.free		= containerfs_fc_free,
};

static int containerfs_init_fs_context(struct fs_context *fc)
{
	fc->fs_private = kzalloc(sizeof(struct containerfs_fc), GFP_KERNEL);
	if (!fc->fs_private)
		return -ENOMEM;
	fc->ops = &containerfs_context_ops;
	return 0;
}

static void containerfs_kill_sb(struct super_block *sb)
{
	struct containerfs_root *root = sb->s_fs_info;

	/* Before a new superblock can be made, and a grace period before this one is freed. */
	if (root)
		hierarchy_set_host(root, NULL);
	kill_anon_super(sb);
	if (root)
		hierarchy_umount(root);
}

struct file_system_type containerfs_type = {
	.owner			= THIS_MODULE,
	.name			= CONTAINERFS_FSTYPE,
	.init_fs_context	= containerfs_init_fs_context,
	.kill_sb		= containerfs_kill_sb,
};
MODULE_ALIAS_FS(CONTAINERFS_FSTYPE);
