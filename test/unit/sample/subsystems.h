/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subsystems of the engine that this program tests: all of containerfs, and the
 * sample. The engine is compiled with this folder before kernel/ (see the Makefile),
 * so this list takes the place of kernel/subsystems.h.
 */
#include "../../../kernel/subsystems.h"
SUBSYS(sample)
