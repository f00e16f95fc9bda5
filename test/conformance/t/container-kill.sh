#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.kill: "1" kills every task in the container and below, also those
# that fork meanwhile; nothing else is accepted and no other task is hit.
#
# This does not write to the file of the top container, because all tasks are in there.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
cd "$H" || exit 1
mkdir a a/b a/b/c other
spawn a
one=$PID
spawn a/b/c
two=$PID
spawn other
bystander=$PID
i=0
for bad in 0 2 -1 x '1 1' '\n'; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/container.kill "$bad"
done
expect_soon bad-kills-nobody '[ "$(state_of "$one") $(state_of "$two")" = "S S" ]'
expect_errno as-user "OK open:EACCES" as 1000,1000,1000 , write a/container.kill 1

expect_errno kill OK write a/container.kill 1
wait "$one" 2>/dev/null
expect_eq killed-by-signal 137 $?
wait "$two" 2>/dev/null
expect_eq killed-below-by-signal 137 $?
expect_soon bystander-lives '[ "$(state_of "$bystander")" = S ]'
expect_eq empty '' "$(ids a/tasks)$(ids a/b/tasks)$(ids a/b/c/tasks)"
expect_errno rmdir OK rmdir a/b/c
expect_errno empty-is-fine OK write a/container.kill '1\n'

# A write kills once: a task that comes later lives.
spawn a
expect_soon later-lives '[ "$(state_of "$PID")" = S ]'
end "$PID" "$bystander"

"$SYSC" write a/b/tasks 0 , storm 1000000 4 >/dev/null 2>&1 &
storm=$!
wait_for '[ -n "$(cat a/b/tasks)" ]'
expect_errno storm OK write a/container.kill 1
expect_soon storm-ends '[ -z "$(cat a/b/tasks)" ]' 5
kill -9 "$storm" 2>/dev/null
wait "$storm" 2>/dev/null
finish
