#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A mount that names no subsystem has all of them. A new container of cpuset has no CPUs;
# so that it can be used all the same, such a mount has clone_children. A mount that names
# cpuset behaves as in cgroup v1.
# shellcheck source=../lib.sh
. "$LIB"

# Makes a container and another one below it, and prints the result of moving there.
use() { # ID RESULT OPTIONS
	result=$(try_mount "$T/m" "$3")
	[ "$result" = OK ] || skip "no hierarchy of all subsystems can be made: $result"
	dir=$T/m/$TEST_NAME.$$
	mkdir "$dir" "$dir/b"
	expect_errno "$1-tasks" "$2" write "$dir/b/tasks" 0
	expect_errno "$1-procs" "$2" write "$dir/cgroup.procs" 0
	rmdir "$dir/b" "$dir"
}

# Tasks that make namespaces elsewhere on the machine must not make containers here.
quiet=
has v1 || quiet=clone_flags=none
mkdir "$T/m"
use all ENOSPC "all${quiet:+,$quiet}"
expect_errno all-clone-children '0\n' read "$T/m/cgroup.clone_children"
unmount "$T/m" >/dev/null
use default ENOSPC "$quiet"
expect_errno default-clone-children '0\n' read "$T/m/cgroup.clone_children"
# A write to the file counts, whatever the default was.
echo 0 > "$T/m/cgroup.clone_children"
mkdir "$T/m/$TEST_NAME"
expect_errno switched-off ENOSPC write "$T/m/$TEST_NAME/tasks" 0
rmdir "$T/m/$TEST_NAME"
unmount "$T/m" >/dev/null
finish
