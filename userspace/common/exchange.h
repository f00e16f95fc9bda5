/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One question to containerfsd and its answer (control.h), for the clients.
 */
#ifndef _CONTAINERFS_EXCHANGE_H
#define _CONTAINERFS_EXCHANGE_H

#include "control.h"

/*
 * Where the daemon listens that this program asks: $CONTAINERFS_SOCKET, or the
 * machine's.  A program that is set-user-ID does not read the environment.
 */
const char *exchange_where(void);

/*
 * Send @request over @sock (endpoint_connect()), with descriptor @fd beside it
 * (-1: none), and wait for the answer, at most @seconds.  Returns 0 with the
 * daemon's answer in @reply, its error too, and in *@received the descriptor that
 * came with the answer, for close(), or -1.  Otherwise -errno:
 *
 *  -ETIMEDOUT		no answer came; @reply->text is a sentence that says why
 *  -ECONNRESET, -EPIPE	the daemon was just ending and has done nothing
 *  -EPROTO		the answer is not one of this version
 */
int exchange(int sock, const struct control_request *request, int fd, int seconds,
	     struct control_reply *reply, int *received);

#endif /* _CONTAINERFS_EXCHANGE_H */
