#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.events: whether a task lives in a container or below, how many tasks and
# children it has; and a poll of it is woken when that changes.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
cd "$H" || exit 1
mkdir a
f=a/container.events
expect_errno mode 0444 stat "$f" mode
expect_errno empty 'populated 0\ntasks 0\nchildren 0\ndead 0\n' read "$f"
spawn a
expect_errno one 'populated 1\ntasks 1\nchildren 0\ndead 0\n' read "$f"
one=$PID
spawn a
mkdir a/b
expect_errno two 'populated 1\ntasks 2\nchildren 1\ndead 0\n' read "$f"
end "$one" "$PID"
rmdir a/b
expect_errno empty-again 'populated 0\ntasks 0\nchildren 0\ndead 0\n' read "$f"
expect_errno write EINVAL write "$f" 1

changes() { # ID COMMAND: polls asleep while the command runs
	tell 0 open 0 "$H/$f" rdonly >/dev/null
	tell 0 read @0 >/dev/null
	expect_eq "$1-quiet" none "$(tell 0 poll @0 100 PRI)"
	echo "0 poll @0 10000 PRI" >&8
	eval "$2"
	read -r answer <&9
	expect_true "$1" expr "$answer" : '.*PRI'
	tell 0 close @0 >/dev/null
}
puppet
spawn
changes attach-wakes "echo $PID > a/tasks"
expect_eq attach-wakes-once 'populated 1' "$(sed 1q "$f")"
changes exit-wakes "end $PID"
expect_eq exit-wakes-once 'populated 0' "$(sed 1q "$f")"
spawn a
changes leave-wakes "echo $PID > tasks"
end "$PID"
changes mkdir-wakes "mkdir a/b"
changes rmdir-wakes "rmdir a/b"
end_puppet
finish
