/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the control socket, the event loop and the options of mount.containerfs. */
#ifndef TEST_CONTROL_H
#define TEST_CONTROL_H

#include "../cases.h"
#include "../quiet_check.h"

#define CASES(X)	\
	X(loop)		\
	X(parts)	\
	X(socket)	\
	X(actor)	\
	X(options)	\
	X(failure)
CASES_DECLARE(CASES)

/* fakes.c: may the next actor mount? */
extern _Bool fake_sys_admin;
/* fakes.c: the last line of the log */
extern char fake_log[1024];

#endif
