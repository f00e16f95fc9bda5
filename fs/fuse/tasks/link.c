// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracker of the kernel's tasks: link.h.
 */
#include <stddef.h>

#include "link.h"

struct task_events *te;
