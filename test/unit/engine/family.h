/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_ENGINE_FAMILY_H
#define _TEST_ENGINE_FAMILY_H

#include "tools.h"

/*
 * In a hierarchy with ns: a with the tasks 10 and 11, a/b with 12, c with 13. Task 14 is in
 * the top container.
 */
extern struct container *top, *a, *b, *c;

/* The fixture of a case. */
void family_setup(void);
void family_teardown(void);

#endif /* _TEST_ENGINE_FAMILY_H */
