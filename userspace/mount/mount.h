/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mount.containerfs: what its parts ask of each other.
 *
 * Errors are negative errno.
 */
#ifndef _MOUNT_CONTAINERFS_H
#define _MOUNT_CONTAINERFS_H

#include <libmount/libmount.h>
#include <stdbool.h>
#include <stdint.h>

#include "control.h"

/* --- mount.containerfs.c --- */

extern bool verbose;

/* --- umount.c --- */

/* main() of umount.fuse.containerfs. */
int umount_main(int argc, char **argv);

/* --- options.c: libmount's flags and the rest --- */

/* The MOUNT_ATTR_* of MS_* @flags. */
uint64_t options_attr(unsigned long flags);
/* MS_SHARED, MS_PRIVATE, MS_SLAVE or MS_UNBINDABLE among the options, or 0. */
unsigned long options_propagation(struct libmnt_context *cxt);
/* Was an access time policy asked for? */
bool options_have_atime(unsigned long flags);
/* Remove the options that the mount table shows for every FUSE mount; were there any? */
bool options_strip_fuse(char **options);
/* Of an option that a remount is given twice, keep the last one; false: no memory. */
bool options_last_counts(struct libmnt_context *cxt);
/* @options with those of @more added, or replaced by those; for free().  NULL: no memory. */
char *options_merge(const char *options, const char *more);

/* --- client.c: a conversation with containerfsd --- */

/*
 * Send @rq to the daemon, with descriptor @send beside it (-1: none).  @start: start a
 * daemon if none runs.  Returns 0 with the answer in @reply, and in *@received, which
 * may be NULL, the descriptor that came with it, or -1.  Returns -errno if no answer
 * came; then @reply->text is the reason.
 */
int client_ask(const struct control_request *rq, int send, bool start,
	       struct control_reply *reply, int *received);

/* --- busy.c --- */

/*
 * @text is the reason of an EBUSY.  If it names another hierarchy: where that is mounted,
 * and how it ends, for free(); else NULL.
 */
char *busy_place(const char *text);

/* --- stale.c --- */

/*
 * If no daemon of our socket lives: unmount what the last one has left in this mount
 * namespace.
 */
void stale_unmount(void);
/* Unmount @target, a dead mount, lazily; whether it is.  A failure is reported. */
bool stale_unmount_at(const char *target);

#endif /* _MOUNT_CONTAINERFS_H */
