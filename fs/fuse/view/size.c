// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sizes of control files.
 *
 * read(2) needs no size.  But some programs ask stat(2) how much there is to copy (tar,
 * rsync), or where to begin reading (tail -c, wc -c).  So the size of a file is how many
 * bytes the caller would read.
 *
 * The kernel keeps a size for a day, and is not told when the text gets longer or shorter.
 * Here the size that the kernel has is remembered for each file: the one it was told, or
 * the end of a write beyond that, by which the kernel makes the file longer.  An open for
 * reading that finds a text of another length is answered with ESTALE.  Then the kernel
 * walks the path again and looks up each name anew.  Without a change this costs no
 * request.
 *
 * splice(2), sendfile(2) and mmap(2) fill the page cache, and give what is below the size
 * that the kernel has at the end.  Two users of a file may change that size meanwhile; then
 * the text would be cut, or NULs would follow it, with success.  So file_read() refuses
 * these, with an error on which programs go on with read(2).  If the size were 0, these
 * programs would not even ask, and end with nothing.
 */
#include <stdlib.h>

#include "again.h"
#include "size.h"
#include "tasks/tasks.h"

#define TOLD_STEP	8		/* files */

uint32_t size_now(fuse_req_t req, struct container *cont, unsigned int node)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor;
	char text[NODE_LINK_MAX];
	int len;

	if (node == CONTAINER_NODE_DIR)
		return 0;
	if (container_is_link(cont, node)) {
		len = container_readlink(cont, node, text, sizeof(text));
		return len > 0 ? (uint32_t)len : 0;
	}
	tasks_actor(ctx->pid, ctx->uid, &actor);
	return container_file_size(cont, node, &actor);
}

uint32_t size_of(const struct known *k, unsigned int node)
{
	return node < k->nr_told ? k->told[node] : SIZE_UNSURE;
}

/* If there is no memory, the size is not known. */
void size_told(struct known *k, unsigned int node, uint32_t size)
{
	unsigned int nr = (node / TOLD_STEP + 1) * TOLD_STEP;
	uint32_t *told;

	if (node == CONTAINER_NODE_DIR)
		return;
	if (nr > k->nr_told) {
		told = realloc(k->told, nr * sizeof(*told));
		if (!told)
			return;
		while (k->nr_told < nr)
			told[k->nr_told++] = SIZE_UNSURE;
		k->told = told;
	}
	k->told[node] = size;
}

void size_written(struct known *k, unsigned int node, uint64_t end)
{
	uint32_t size = size_of(k, node);

	if (size != SIZE_UNSURE && end > size)
		size_told(k, node, end < SIZE_UNSURE ? end : SIZE_UNSURE);
}

bool size_ask_again(fuse_req_t req, fuse_ino_t ino, struct known *k, unsigned int node,
		    uint32_t size)
{
	if (again_is(req, ino) || size_of(k, node) == size || !again_send(req, ino))
		return false;
	/* a caller without a path to walk, by /proc/self/fd, then asks for the attributes */
	fuse_lowlevel_notify_inval_inode(super_of(req)->se, ino, -1, 0);
	return true;
}
