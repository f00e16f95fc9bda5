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
#include "size.h"
#include "tasks/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define TOLD_STEP	8		/* files */
#define NR_AGAIN	64
#define AGAIN_SECONDS	60		/* to walk a path again takes less */

/* Threads whose open was answered with ESTALE, and that will open the file again. */
static struct again {
	pid_t		tid;
	fuse_ino_t	ino;
	time_t		since;		/* monotonic */
} sent_back[NR_AGAIN];
static unsigned int nr_sent_back;

uint32_t size_now(fuse_req_t req, struct container *cont, unsigned int node)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor;

	if (node == CONTAINER_NODE_DIR)
		return 0;
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

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* Was @tid sent back when it opened @ino last? */
static bool comes_again(pid_t tid, fuse_ino_t ino)
{
	if (!nr_sent_back)
		return false;
	for (struct again *a = sent_back; a < sent_back + NR_AGAIN; a++) {
		if (a->tid == tid && a->ino == ino) {
			a->tid = 0;
			nr_sent_back--;
			return true;
		}
	}
	return false;
}

/* Remember that @tid will open @ino again; false: there is no room. */
static bool send_back(pid_t tid, fuse_ino_t ino)
{
	for (struct again *a = sent_back; a < sent_back + NR_AGAIN; a++) {
		/* a thread that was killed meanwhile never comes */
		if (a->tid && seconds() - a->since <= AGAIN_SECONDS)
			continue;
		nr_sent_back += !a->tid;
		*a = (struct again){ .tid = tid, .ino = ino, .since = seconds() };
		return true;
	}
	return false;
}

bool size_ask_again(fuse_req_t req, fuse_ino_t ino, struct known *k, unsigned int node,
		    uint32_t size)
{
	pid_t tid = fuse_req_ctx(req)->pid;

	if (comes_again(tid, ino) || size_of(k, node) == size || !send_back(tid, ino))
		return false;
	/* a caller without a path to walk, by /proc/self/fd, then asks for the attributes */
	fuse_lowlevel_notify_inval_inode(super_of(req)->se, ino, -1, 0);
	return true;
}
