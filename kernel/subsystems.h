/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of subsystems.  Included several times with SUBSYS(x) defined anew;
 * each x has a struct container_subsys x_subsys in a file of its own.  The engine
 * includes it by the include path, not as a neighbour, so that a build may have a list
 * of its own (test/unit/sample).
 */
SUBSYS(ns)
SUBSYS(debug)
SUBSYS(freezer)
SUBSYS(cpuacct)
SUBSYS(devices)
SUBSYS(pids)
SUBSYS(cpuset)
