#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Many things at once: forks, moves, removals and listings go on together,
# and at the end every task is where it should be and everything can be
# removed. The checks ask whether a task is lost, not which side wins.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a" "$H/b"

# All tasks there are moved to and fro, forking or not, and listed meanwhile.
spawn "$H/a"
"$SYSC" write "$H/a/tasks" 0 , storm 150 2 >"$T/storm" 2>&1 &
storm=$!
(while kill -0 "$storm" 2>/dev/null; do
	cat "$H/a/tasks" "$H/b/tasks" >/dev/null || echo "cat failed"
done) >"$T/cat" 2>&1 &
reader=$!
rounds=0
while [ "$rounds" -lt 60 ]; do
	for task in $(cat "$H/a/tasks"); do
		"$SYSC" write "$H/b/tasks" "$task"
	done
	for task in $(cat "$H/b/tasks"); do
		"$SYSC" write "$H/a/tasks" "$task"
	done
	rounds=$((rounds + 1))
done >"$T/moves" 2>&1
wait "$storm"
wait "$reader"
expect_eq storm "OK OK" "$(cat "$T/storm")"
expect_eq moves '' "$(grep -vx -e OK -e ESRCH "$T/moves" | sort -u)"
expect_true some-moved grep -qx OK "$T/moves"
expect_eq listings '' "$(cat "$T/cat")"
end "$PID"
expect_soon a-empties "[ -z \"\$(cat '$H/a/tasks')\" ]"
expect_soon b-empties "[ -z \"\$(cat '$H/b/tasks')\" ]"
expect_errno rmdir-a OK rmdir "$H/a"
expect_errno rmdir-b OK rmdir "$H/b"

# Two sides make and remove one name.
maker() {
	count=0
	while [ "$count" -lt 150 ]; do
		"$SYSC" mkdir "$H/x" , write "$H/x/tasks" 0 , write "$H/tasks" 0 , rmdir "$H/x"
		count=$((count + 1))
	done
}
maker >"$T/maker1" 2>&1 &
one=$!
maker >"$T/maker2" 2>&1 &
two=$!
wait "$one" "$two"
expect_eq makers '' "$(cat "$T/maker1" "$T/maker2" | tr ' ' '\n' |
	grep -vx -e OK -e EEXIST -e ENOENT -e open:ENOENT -e open:ENODEV -e EBUSY -e ENODEV | sort -u)"
"$SYSC" rmdir "$H/x" >/dev/null
expect_eq nothing-left '' "$(containers "$H")"
expect_eq one-top-listing 1 "$(grep -cx $$ "$H/tasks")"
finish
