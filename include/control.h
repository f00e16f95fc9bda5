/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol between containerfsd and its clients.
 *
 * A client connects to a SOCK_SEQPACKET socket that only root can reach (endpoint.h), sends
 * one struct control_request in one packet and receives one reply in one
 * packet: struct control_reply up to and including the NUL that ends its text.
 * It may then send the next request.  The daemon closes a connection that was idle for
 * CONTROL_IDLE_SECONDS.  If a connection ends without an answer, the daemon was just
 * ending and has done nothing: the client starts a new daemon and asks that.
 *
 * Descriptors travel as SCM_RIGHTS beside the packet.  CONTROL_REMOUNT and CONTROL_SHOW
 * carry an O_PATH descriptor of any file in the mount.  The answer to CONTROL_MOUNT
 * carries a detached mount (fsmount(2)), which the client moves into place; to close
 * it before that undoes the mount.
 *
 * Strings end in NUL; the bytes behind it, and unused fields, are zero.  Numbers are in
 * the machine's byte order.  This header includes only libc.
 */
#ifndef _CONTAINERFS_CONTROL_H
#define _CONTAINERFS_CONTROL_H

#include <stdint.h>

#define CONTROL_VERSION		1u
#define CONTROL_SOCKET		"containerfsd"	/* the machine's: endpoint.h */
#define CONTROL_IDLE_SECONDS	10

#define CONTROL_SOURCE_MAX	4096	/* with NUL */
#define CONTROL_OPTIONS_MAX	4096	/* with NUL: what mount(2) takes, a page */
#define CONTROL_TEXT_MAX	16384	/* with NUL */

/* exit status of containerfsd if another daemon serves the socket already */
#define CONTROL_EXIT_RUNNING	3

enum control_op {
	CONTROL_MOUNT = 1,	/* source, options, attr */
	CONTROL_REMOUNT,	/* options, and a descriptor in the mount */
	CONTROL_SHOW,		/* a descriptor: text is the hierarchy's options */
	CONTROL_STATS,		/* text: a line a hierarchy (see stats_root()), then "name value" lines */
	CONTROL_SUBSYSTEMS,	/* text: a line a subsystem, what it can do here */
	CONTROL_DAEMON,		/* text: lines about the process, and what it could not give up */
};

struct control_request {
	uint32_t	version;
	uint32_t	op;
	uint64_t	attr;		/* MOUNT_ATTR_* of the mount */
	char		source[CONTROL_SOURCE_MAX];
	char		options[CONTROL_OPTIONS_MAX];
};

struct control_reply {
	uint32_t	version;
	int32_t		error;		/* a positive errno, or 0 */
	char		text[CONTROL_TEXT_MAX];	/* why, a warning, or what was asked for */
};

#endif /* _CONTAINERFS_CONTROL_H */
