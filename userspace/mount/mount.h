/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mount.containerfs: what its parts ask of each other.
 *
 * Errors are negative errno; the reason is in words where a function says so.
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

/* What the program does by the name umount.fuse.containerfs; exit status. */
int umount_main(int argc, char **argv);

/* --- options.c: libmount's flags and the rest --- */

/* MS_* as MOUNT_ATTR_*. */
uint64_t options_attr(unsigned long flags);
/* MS_SHARED, MS_PRIVATE, MS_SLAVE or MS_UNBINDABLE among the options, or 0. */
unsigned long options_propagation(struct libmnt_context *cxt);
/* Was an access time policy asked for? */
bool options_have_atime(unsigned long flags);
/* Remove what the mount table shows of every FUSE mount; was there any? */
bool options_strip_fuse(char **options);
/* Of what is given twice in the options of a remount the last one counts; false: no memory. */
bool options_last_counts(struct libmnt_context *cxt);
/* @options, with those of @more added, or in place of the same with another value; NULL: no memory. */
char *options_merge(const char *options, const char *more);

/* --- client.c: a conversation with containerfsd --- */

/*
 * Ask the daemon @rq, with descriptor @send along (-1: none).  @start: start
 * one if none runs.  Returns -errno if it could not be asked, its reason being
 * in @reply->text; else 0, the answer in @reply.  *@received (may be NULL) is
 * the descriptor that came with it, or -1.
 */
int client_ask(const struct control_request *rq, int send, bool start,
	       struct control_reply *reply, int *received);

/* --- busy.c --- */

/*
 * What is to be said of a hierarchy that @text, why something was -EBUSY, names: where it
 * is mounted, and how it ends.  For free(); NULL: nothing.
 */
char *busy_place(const char *text);

/* --- stale.c --- */

/* Unmount what a killed daemon has left in this mount namespace. */
void stale_unmount(void);

#endif /* _MOUNT_CONTAINERFS_H */
