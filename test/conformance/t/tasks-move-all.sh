#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every number that `tasks` lists is written into another container, as cset does, while
# those tasks fork and end, unshare, make threads and exec from them. The write fails with
# ESRCH for a task that has ended meanwhile, and for no other reason: EINVAL would mean a
# kernel thread.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a b

uid=54322
"$SYSC" reaper , write a/tasks 0 , as $uid,$uid,$uid , fight 14 >/dev/null 2>&1 &
fight=$!
wait_for "[ \"\$(\"\$SYSC\" alive $uid)\" -ge 7 ]" 30

move_all() { # FROM TO
	tasks=$(cat "$1/tasks")
	set -- "$2"
	for task in $tasks; do
		set -- "$@" , write "$1/tasks" "$task"
	done
	[ $# -lt 3 ] || { shift 2; "$SYSC" "$@"; }
}
rounds=0
while [ "$rounds" -lt 60 ]; do
	move_all a b
	move_all b a
	rounds=$((rounds + 1))
done > "$T/moves" 2>&1
tr ' ' '\n' < "$T/moves" | sort | uniq -c > "$T/count"
expect_eq moves '' "$(awk '$2 != "OK" && $2 != "ESRCH" { print $2 }' "$T/count")"
# Tasks do come and go meanwhile, and yet most are moved.
expect_true some-moved awk '$2 == "OK" && $1 >= 200 { found = 1 } END { exit !found }' "$T/count"
expect_true some-gone grep -q ESRCH "$T/count"

# Until no task has been born meanwhile.
expect_soon all-end "\"\$SYSC\" as $uid,$uid,$uid , kill -1 9 > /dev/null;
	[ \"\$(\"\$SYSC\" alive $uid)\" = 0 ]" 30
wait "$fight" 2>/dev/null
expect_soon a-empties '[ -z "$(cat a/tasks)" ]'
expect_soon b-empties '[ -z "$(cat b/tasks)" ]'
expect_errno rmdir "OK OK" rmdir a , rmdir b
cd "$T" || exit 1
finish
