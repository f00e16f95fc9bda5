#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# exec keeps the container of the thread that calls it. If the thread is not the leader,
# it takes over the leader's id, and the process is where the thread was.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a" "$H/b" "$H/c"

puppet
echo "$PUPPET" > "$H/a/tasks"
expect_eq by-leader OK "$(tell 0 exec)"
expect_eq by-leader-stays /a "$(where "$PUPPET")"
end_puppet

puppet
answer=$(tell 0 thread)
one=${answer#* }
answer=$(tell 0 thread)
two=${answer#* }
echo "$PUPPET" > "$H/a/tasks"
echo "$one" > "$H/b/tasks"
echo "$two" > "$H/c/tasks"
expect_eq by-thread OK "$(tell 1 exec)"
expect_eq by-thread-is-leader "$PUPPET" "$(tell 0 gettid)"
expect_eq by-thread-place /b "$(where "$PUPPET")"
expect_eq by-thread-alone "$PUPPET" "$(ids "$H/b/tasks")"
expect_eq by-thread-leader-gone '' "$(ids "$H/a/tasks")"
expect_eq by-thread-other-gone '' "$(ids "$H/c/tasks")"
expect_eq by-thread-procs "$PUPPET" "$(ids "$H/b/cgroup.procs")"
child=$(tell 0 fork)
expect_eq by-thread-then-fork /b "$(where "$child")"
kill -9 "$child"
expect_errno by-thread-old-id ESRCH write "$H/c/tasks" "$one"
expect_errno by-thread-can-move OK write "$H/c/tasks" "$PUPPET"
expect_eq by-thread-moved /c "$(where "$PUPPET")"
end_puppet
expect_soon empty-b "[ -z \"\$(cat '$H/b/tasks')\" ]"
expect_errno rmdir-a OK rmdir "$H/a"
expect_errno rmdir-b OK rmdir "$H/b"
finish
