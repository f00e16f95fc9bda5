#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The groups of the kernel's own hierarchies make no difference to our freezer, whatever
# they are called, and whoever moves tasks between them. freezer.state says FROZEN only when
# all tasks stand. A task that such a move has let go stands again soon, also when no
# program reads the state.
# shellcheck source=../lib.sh
. "$LIB"

requires containerfs
[ "$("$SYSC" mount cgroup none "$T" - freezer 2>&1)" = OK ] || skip "needs the kernel's cgroup v1 freezer"
"$SYSC" umount "$T" >/dev/null
freezer_hierarchy
cd "$H" || exit 1
mkdir a a/b "$T/kernel" "$T/named"
"$SYSC" mount cgroup none "$T/kernel" - freezer >/dev/null
group=$T/kernel/..$TEST_NAME.$$
mkdir "$group" "$group/:freezer:"

# Names of groups that look like a line of /proc/PID/cgroup.
spinner one a
one=$PID
echo "$one" > "$group/:freezer:/tasks"
"$SYSC" mount cgroup none "$T/named" - "none,name=$TEST_NAME.$$" >/dev/null
mkdir -p "$T/named/x:freezer:/y"
spinner two a/b
two=$PID
echo "$two" > "$T/named/x:freezer:/y/tasks"
freeze a
expect_eq says FROZEN "$(cat a/freezer.state)"
expect_true odd-group-stands stands one
expect_true odd-path-stands stands two

# A task is moved out of the group where it is frozen: FROZEN then means that it stands.
echo "$one" > "$T/kernel/tasks"
expect_soon says-again '[ "$(cat a/freezer.state)" = FROZEN ]'
expect_true moved-stands stands one
echo "$one" > "$group/tasks"
expect_eq never-said-too-early '' "$(for i in 1 2 3 4 5 6 7 8 9 10; do
	echo "$one" > "$T/kernel/tasks"
	[ "$(cat a/freezer.state)" != FROZEN ] || [ "$("$SYSC" advances "$T/one" 20)" = no ] || echo "$i"
	echo "$two" > "$group/tasks"
	[ "$(cat a/b/freezer.state)" != FROZEN ] || [ "$("$SYSC" advances "$T/two" 20)" = no ] || echo "$i"
done)"
# No program reads freezer.state.
echo "$one" > "$T/kernel/tasks"
expect_soon brought-back 'stands one'

# A task that moves itself all the time, until it stops.
sh -c 'echo 0 > a/tasks; while :; do echo 0 > "$1"; echo 0 > "$2"; done' - "$T/kernel/tasks" "$group/tasks" \
	</dev/null >/dev/null 2>&1 &
mover=$!
expect_soon mover-inside 'grep -qx "$mover" a/tasks'
thaw a
expect_eq runs-between yes "$(runs one)"
echo FROZEN > a/freezer.state
expect_soon mover-frozen '[ "$(cat a/freezer.state)" = FROZEN ]'
ticks=$(awk '{ print $14 + $15 }' "/proc/$mover/stat")
"$SYSC" msleep 100 >/dev/null
expect_eq mover-stands "$ticks" "$(awk '{ print $14 + $15 }' "/proc/$mover/stat")"
thaw a
end "$mover" "$one" "$two"
cd / || exit 1
wait_for '[ -z "$(cat "$group/tasks" "$group/:freezer:/tasks" "$T/named/x:freezer:/y/tasks")" ]'
leave_freezer_hierarchy
rmdir "$group/:freezer:" "$group" "$T/named/x:freezer:/y" "$T/named/x:freezer:"
"$SYSC" umount "$T/named" >/dev/null
"$SYSC" umount "$T/kernel" >/dev/null
finish
