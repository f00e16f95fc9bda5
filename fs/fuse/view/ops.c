// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of request handlers, in the order of struct fuse_lowlevel_ops, and how a
 * connection begins.  Each file of handlers has the protocol's order, too.
 */
#include "dir.h"
#include "file.h"
#include "inode.h"
#include "node.h"
#include "object.h"
#include "xattr.h"
#include "base/base.h"

/*
 * Only names, attributes and listings are cached, and nothing is spliced.  O_TRUNC comes
 * as a SETATTR, because the answer to that tells the kernel the size.  Otherwise the
 * kernel would take the size for 0, and splice(2) would end without an error.
 */
static void ops_init(void *userdata, struct fuse_conn_info *conn)
{
	conn->want = conn->capable & (FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_IOCTL_DIR);
	if (nodes_connect(userdata))
		log_err("no memory for a connection: it will answer ESTALE");
}

const struct fuse_lowlevel_ops containerfs_ops = {
	.init		= ops_init,
	.lookup		= dir_lookup,
	.forget		= inode_forget,
	.forget_multi	= inode_forget_multi,
	.getattr	= inode_getattr,
	.setattr	= inode_setattr,
	.readlink	= object_readlink,
	.mknod		= dir_refuse_mknod,
	.mkdir		= dir_mkdir,
	.unlink		= dir_refuse_unlink,
	.rmdir		= dir_rmdir,
	.symlink	= dir_refuse_symlink,
	.rename		= dir_rename,
	.link		= dir_refuse_link,
	.open		= file_open,
	.read		= file_read,
	.write		= file_write,
	.poll		= file_poll,
	.release	= file_release,
	.opendir	= dir_open,
	.releasedir	= dir_release,
	.readdir	= dir_read,
	.statfs		= inode_statfs,
	.setxattr	= xattr_set,
	.getxattr	= xattr_get,
	.listxattr	= xattr_list,
	.removexattr	= xattr_remove,
	.create		= dir_refuse_create,
	.ioctl		= object_ioctl,
};
