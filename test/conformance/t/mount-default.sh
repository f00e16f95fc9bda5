#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A mount that names no subsystem has all of them, cpuset too, whose containers have no
# CPUs at first: who has not asked for it can use a new container all the same, and who
# has gets what cgroup v1 gives. (fault 6.5)
# shellcheck source=../lib.sh
. "$LIB"

# Makes a container and another one below it and says what comes of moving there.
use() { # ID RESULT OPTIONS
	result=$(try_mount "$T/m" "$3")
	[ "$result" = OK ] || skip "no hierarchy of all subsystems can be made: $result"
	dir=$T/m/$TEST_NAME.$$
	mkdir "$dir" "$dir/b"
	expect_errno "$1-tasks" "$2" write "$dir/b/tasks" 0
	expect_errno "$1-procs" "$2" write "$dir/cgroup.procs" 0
	rmdir "$dir/b" "$dir"
}

# Whoever makes namespaces elsewhere on the machine is to hold nothing here.
quiet=
has v1 || quiet=clone_flags=none
mkdir "$T/m"
use all ENOSPC "all${quiet:+,$quiet}"
expect_errno all-clone-children '0\n' read "$T/m/cgroup.clone_children"
unmount "$T/m" >/dev/null
use default ENOSPC "$quiet"
expect_errno default-clone-children '0\n' read "$T/m/cgroup.clone_children"
# The file is the same whichever it was: what is written there counts.
echo 0 > "$T/m/cgroup.clone_children"
mkdir "$T/m/$TEST_NAME"
expect_errno switched-off ENOSPC write "$T/m/$TEST_NAME/tasks" 0
rmdir "$T/m/$TEST_NAME"
unmount "$T/m" >/dev/null
finish
