/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the control socket, the event loop and the options of mount.containerfs. */
#ifndef TEST_CONTROL_H
#define TEST_CONTROL_H

#include "../quiet_check.h"

TCase *loop_tests(void);
TCase *socket_tests(void);
TCase *actor_tests(void);
TCase *options_tests(void);
TCase *failure_tests(void);

/* fakes.c: may the next actor mount? */
extern _Bool fake_sys_admin;
/* fakes.c: the last line of the log */
extern char fake_log[1024];

#endif
