#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.kill ends frozen tasks without a thaw, also those that they have just forked.
# The container stays frozen for tasks that come later. With ns, clones of a frozen
# container are frozen.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

freezer_hierarchy ns,clone_flags=none
cd "$H" || exit 1
echo uts > ns.clone_flags
mkdir a a/b
spinner one a
one=$PID
spawn a/b
two=$PID
freeze a
expect_errno kill OK write a/container.kill 1
wait "$one"
expect_eq killed 137 $?
wait "$two"
expect_eq killed-below 137 $?
expect_soon empty '[ -z "$(cat a/tasks a/b/tasks)" ]'
expect_eq stays-frozen FROZEN "$(cat a/freezer.state)"
spinner three a
three=$PID
expect_soon later '[ "$(cat a/freezer.state)" = FROZEN ]'
expect_true later-stands stands three
thaw a
expect_eq later-runs yes "$(runs three)"
end "$three"

"$SYSC" write a/b/tasks 0 , storm 1000000 4 >/dev/null 2>&1 &
storm=$!
wait_for '[ "$(wc -l < a/b/tasks)" -gt 4 ]'
freeze a
expect_errno kill-storm OK write a/container.kill 1
expect_soon storm-ends '[ -z "$(cat a/b/tasks)" ]' 10
wait "$storm" 2>/dev/null
thaw a

# A clone is born frozen.
puppet
echo "$PUPPET" > a/tasks
child=$(tell 0 clone uts)
expect_eq clone /a/node1 "$(where "$child" "$H")"
freeze a
expect_eq clone-frozen "FROZEN 1" "$(cat a/node1/freezer.state) $(cat a/node1/freezer.parent_freezing)"
thaw a
kill -9 "$child"
end_puppet
rmdir a/node1 2>/dev/null
leave_freezer_hierarchy
finish
