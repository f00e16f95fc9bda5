#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# When wait(2) returns, cpuacct.usage has all CPU time of the process, also what the
# kernel used for its end, when no file shows the task any more.
# shellcheck source=../lib.sh
. "$LIB"

own_container cpuacct
expect_errno here "OK OK" write "$H/tasks" 0 , reaped "$H/cpuacct.usage" 20
mkdir "$H/a"
expect_errno below "OK OK" write "$H/a/tasks" 0 , reaped "$H/cpuacct.usage" 20
leave_own_container "$T/cpuacct"
finish
