// SPDX-License-Identifier: GPL-2.0-only
#include "tests.h"
Suite *suite_basic(void){Suite *suite = suite_create("task_events"); return suite;}
