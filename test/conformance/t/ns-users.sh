#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# max_user_clones: how many automatic containers, empty ones too, one user may cause,
# wherever they are. Beyond it the call succeeds all the same, and the task stays where it
# is. A user stays the same user in user namespaces of his own. A quarter of the containers
# may be empty, over all directories.
# shellcheck source=../lib.sh
. "$LIB"

requires userns
ns_hierarchy max_user_clones=8
cd "$H" || exit 1
mkdir a b

as_user() { # UID DIR WORD...
	uid=$1 dir=$2
	shift 2
	rm -f "$T/out"
	"$SYSC" write "$dir/tasks" 0 , as "$uid,$uid,$uid" , "$@" , pause >"$T/out" 2>&1 &
	PID=$!
	wait_for "grep -qs '^OK [A-Z]* ' '$T/out'"
}

as_user 4711 a unshare user,uts , unshare uts , unshare uts , unshare uts
one=$PID
expect_eq four /a/node1/node1/node1/node1 "$(where "$one")"
as_user 4711 b unshare user,uts , unshare uts , unshare uts , unshare uts , unshare uts
two=$PID
expect_eq four-more /b/node1/node1/node1/node1 "$(where "$two")"
expect_eq beyond-succeeds "OK OK OK OK OK OK OK " "$(cat "$T/out")"
expect_eq beyond-is-counted "refused 1" "$(grep refused b/node1/node1/node1/node1/ns.events)"
as_user 4711 b unshare user,uts
expect_eq another-process-stays /b "$(where "$PID")"
end "$PID"
as_user 4712 b unshare user,uts
three=$PID
expect_eq another-user /b/node2 "$(where "$three")"
"$SYSC" write b/tasks 0 , unshare uts >/dev/null
expect_eq root-has-no-limit "node1 node2 node3" "$(containers b)"

# Empty ones count, but those beyond a quarter are removed, so there is room again.
end "$one"
all() {
	find a b -mindepth 1 -type d | wc -l | tr -d ' '
}
expect_soon quarter-is-kept '[ "$(all)" = 8 ]'
as_user 4711 a unshare user,uts
expect_true room-again test "$(where "$PID")" != /a
end "$PID" "$two" "$three"
expect_soon of-all-a-quarter '[ "$(all)" -le 4 ]'
finish
