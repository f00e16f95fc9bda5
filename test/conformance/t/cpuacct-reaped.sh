#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a process has used is in cpuacct.usage when wait(2) returns: also what the kernel
# did for its end, after nobody sees the task any more. (fault 6.6)
# shellcheck source=../lib.sh
. "$LIB"

own_container cpuacct
expect_errno here "OK OK" write "$H/tasks" 0 , reaped "$H/cpuacct.usage" 20
mkdir "$H/a"
expect_errno below "OK OK" write "$H/a/tasks" 0 , reaped "$H/cpuacct.usage" 20
leave_own_container "$T/cpuacct"
finish
