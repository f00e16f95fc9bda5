#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Without a PID namespace a container has no init: its first process may go, the others
# live on; all may go, and the container is as before.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a
expect_errno made "OK OK" unshare uts,ipc,net , hold a uts ipc net

member() {
	"$SYSC" enter a uts,ipc,net , write a/tasks 0 , pause >/dev/null &
	PID=$!
	wait_for 'grep -qx "$PID" a/tasks'
}

i=0
for round in first second third; do
	i=$((i + 1))
	member
	first=$PID
	member
	second=$PID
	expect_eq "both-$i" "$(sorted "$first" "$second")" "$(ids a/tasks)"
	end "$first"
	expect_soon "one-$i" '[ "$(ids a/tasks)" = "$second" ]'
	expect_errno "alive-$i" 0:0:0 ostat a dead state init
	expect_eq "not-killed-$i" S "$(state_of "$second")"
	end "$second"
	expect_soon "empty-$i" '[ -z "$(ids a/tasks)" ]'
	expect_errno "not-dead-$i" 0:0:0 ostat a dead state init
done
expect_errno goes OK rmdir a
finish
