#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A container that was given to a user as containerfs(5), Delegation, says: what the user
# can do then, and what only root can do.
# shellcheck source=../lib.sh
. "$LIB"

requires dac

set --
for name in freezer pids; do
	has v1 || ! has "subsystem:$name" || set -- "$@" "$name"
done
new_hierarchy "$(echo "${*:-none}" | tr ' ' ,)"
user=1000,1000,1000
mkdir "$H/a" "$H/other"
files=". tasks cgroup.procs"
has v1 || files="$files container.kill"
[ ! -e "$H/a/freezer.state" ] || files="$files freezer.state"
# shellcheck disable=SC2086 # words
(cd "$H/a" && chown 1000 $files)

# What the user can do.
expect_errno makes-below 'OK OK' as $user , mkdir "$H/a/b"
expect_errno below-is-hers 'dir 1000' stat "$H/a/b" type uid
expect_errno moves-in 'OK OK' as $user , write "$H/a/tasks" 0
expect_errno moves-on 'OK OK OK' as $user , write "$H/a/tasks" 0 , write "$H/a/b/cgroup.procs" 0
if has containerfs; then
	expect_errno kills 'OK OK' as $user , write "$H/a/container.kill" 1
	has subsystem:pids && expect_errno limits-below 'OK OK' as $user , write "$H/a/b/pids.max" 5
	case $(sed -n 's/^freezer	//p' "$H/container.subsystems") in
	enforced*) expect_errno freezes 'OK OK OK' as $user , write "$H/a/freezer.state" FROZEN , \
		write "$H/a/freezer.state" THAWED ;;
	esac
fi

# What the user cannot do.
expect_errno not-out 'OK OK open:EACCES' as $user , write "$H/a/tasks" 0 , write "$H/tasks" 0
expect_errno not-aside 'OK OK open:EACCES' as $user , write "$H/a/tasks" 0 , write "$H/other/tasks" 0
spawn
expect_errno not-others 'OK EACCES' as $user , write "$H/a/tasks" "$PID"
expect_errno not-here 'OK EACCES' as $user , mkdir "$H/c"
expect_errno not-itself 'OK EACCES' as $user , rmdir "$H/a"
if [ -e "$H/a/pids.max" ]; then
	echo 7 > "$H/a/pids.max"
	expect_errno not-limits 'OK open:EACCES' as $user , write "$H/a/pids.max" max
	expect_eq limit-stays 7 "$(cat "$H/a/pids.max")"
	# What chown -R would do.
	chown 1000 "$H/a/pids.max"
	expect_errno recursive-chown 'OK OK' as $user , write "$H/a/pids.max" max
fi
expect_errno removes-below 'OK OK' as $user , rmdir "$H/a/b"
expect_errno unlinks-nothing 'OK EPERM' as $user , unlink "$H/a/tasks"
finish
