#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The core files of a container, with their modes, and those that only the top container
# has.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
expect_errno mkdir OK mkdir "$H/a" 0755

for file in tasks cgroup.procs notify_on_release cgroup.clone_children; do
	expect_errno "top-$file" "reg 0644 0 0 1" \
		stat "$H/$file" type mode uid gid nlink
	expect_errno "child-$file" "reg 0644 0 0 1" \
		stat "$H/a/$file" type mode uid gid nlink
done
expect_errno top-release-agent "reg 0644" stat "$H/release_agent" type mode
expect_errno top-sane-behavior "reg 0444" stat "$H/cgroup.sane_behavior" type mode
expect_errno child-release-agent ENOENT stat "$H/a/release_agent" mode
expect_errno child-sane-behavior ENOENT stat "$H/a/cgroup.sane_behavior" mode
expect_errno no-such-file ENOENT stat "$H/nothing" mode

if has v1; then
	expect_eq v1-listing-top "cgroup.clone_children cgroup.procs cgroup.sane_behavior notify_on_release release_agent tasks" \
		"$(find "$H" -maxdepth 1 -type f | sed 's|.*/||' | sort | tr '\n' ' ' | sed 's/ $//')"
	expect_eq v1-listing-child "cgroup.clone_children cgroup.procs notify_on_release tasks" \
		"$(find "$H/a" -maxdepth 1 -type f | sed 's|.*/||' | sort | tr '\n' ' ' | sed 's/ $//')"
fi
for file in tasks cgroup.procs notify_on_release cgroup.clone_children; do
	expect_true "listed-$file" sh -c "ls '$H/a' | grep -qx $file"
done
expect_true dots-are-listed sh -c "ls -a '$H/a' | grep -qx '\.\.'"

expect_errno sane-behavior-reads '0\n' read "$H/cgroup.sane_behavior"
expect_errno sane-behavior-write EINVAL write "$H/cgroup.sane_behavior" 1
expect_errno sane-behavior-write-as-user "OK open:EACCES" as 1000,1000,1000 , write "$H/cgroup.sane_behavior" 1
finish
