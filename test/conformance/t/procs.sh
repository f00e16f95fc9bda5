#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cgroup.procs: lists processes, and moves all threads of one together,
# whichever of its thread ids is written.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a" "$H/b"
puppet
answer=$(tell 0 thread)
one=${answer#* }
answer=$(tell 1 thread)
two=${answer#* }
all=$(sorted "$PUPPET" "$one" "$two")

expect_errno by-leader OK write "$H/a/cgroup.procs" "$PUPPET"
expect_eq by-leader-moves-all "$all" "$(ids "$H/a/tasks")"
expect_eq by-leader-lists-one "$PUPPET" "$(ids "$H/a/cgroup.procs")"
expect_errno by-thread OK write "$H/b/cgroup.procs" "$two"
expect_eq by-thread-moves-all "$all" "$(ids "$H/b/tasks")"
expect_eq by-thread-leaves-none '' "$(ids "$H/a/tasks")"

# A single thread by tasks: its process is then in both lists.
expect_errno one-thread OK write "$H/a/tasks" "$one"
expect_eq one-thread-moved "$one" "$(ids "$H/a/tasks")"
expect_eq others-stayed "$(sorted "$PUPPET" "$two")" "$(ids "$H/b/tasks")"
expect_eq listed-here "$PUPPET" "$(ids "$H/a/cgroup.procs")"
expect_eq listed-there "$PUPPET" "$(ids "$H/b/cgroup.procs")"
expect_errno gathered OK write "$H/a/cgroup.procs" "$PUPPET"
expect_eq gathered-all "$all" "$(ids "$H/a/tasks")"
expect_eq gathered-from '' "$(ids "$H/b/tasks")"

# 0: the writer's whole process, or by tasks the writing thread alone.
expect_eq zero-procs OK "$(tell 1 write "$H/b/cgroup.procs" 0)"
expect_eq zero-procs-moves-all "$all" "$(ids "$H/b/tasks")"
expect_eq zero-tasks OK "$(tell 1 write "$H/a/tasks" 0)"
expect_eq zero-tasks-moves-one "$one" "$(ids "$H/a/tasks")"

expect_errno bad EINVAL write "$H/a/cgroup.procs" x
expect_errno two-ids EINVAL write "$H/a/cgroup.procs" "$one $two"
expect_errno negative EINVAL write "$H/a/cgroup.procs" -1
expect_errno no-such-task ESRCH write "$H/a/cgroup.procs" 4194304
expect_errno empty-write OK write "$H/a/cgroup.procs" ''
expect_errno long E2BIG fill "$H/a/cgroup.procs" 4097 1
expect_errno spaces OK write "$H/b/cgroup.procs" " $PUPPET \n"
expect_eq spaces-moved "$all" "$(ids "$H/b/tasks")"

# New threads are born where their creator is.
answer=$(tell 2 thread)
three=${answer#* }
expect_eq new-thread /b "$(where "$three")"
end_puppet
expect_soon all-gone "[ -z \"\$(ids '$H/b/tasks')\" ]"
finish
