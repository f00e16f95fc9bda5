/* SPDX-License-Identifier: GPL-2.0-only */
/* Callers who are sent back to walk a path again; see again.c. */
#ifndef _CONTAINERFSD_VIEW_AGAIN_H
#define _CONTAINERFSD_VIEW_AGAIN_H

#include "view.h"

/* Was the caller sent back when it asked for @ino last?  Then it is not any more. */
bool again_is(fuse_req_t req, fuse_ino_t ino);
/*
 * The caller gets ESTALE, and will ask for @ino again.  False: there is no room to remember
 * that, so that the caller must be answered now.
 */
bool again_send(fuse_req_t req, fuse_ino_t ino);

#endif /* _CONTAINERFSD_VIEW_AGAIN_H */
