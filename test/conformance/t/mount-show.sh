#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# /proc/mounts shows of a hierarchy: the type, the source as given, and
# the options that are not default, in one order.
# shellcheck source=../lib.sh
. "$LIB"

shown() { # FIELD DIR
	awk -v dir="$2" -v field="$1" '$2 == dir { print $field }' /proc/mounts
}

# The options of the hierarchy, without those of every mount.
options() { # DIR
	shown 4 "$1" | sed 's/^rw,//;s/\(nosuid\|nodev\|noexec\|relatime\),//g'
}

new_hierarchy
expect_eq type "$FSTYPE" "$(shown 3 "$H")"
expect_eq source none "$(shown 1 "$H")"
n=$TEST_NAME.$$
mount_hierarchy "$T/a" "name=$n,clone_children,none,release_agent=/ra,xattr" anything
expect_eq source-is-free anything "$(shown 1 "$T/a")"

has shown-options || finish
expect_eq options-none "name=$NAME" "$(options "$H")"
expect_eq options-in-order "xattr,release_agent=/ra,clone_children,name=$n" \
	"$(options "$T/a")"
echo /ra2 > "$T/a/release_agent"
echo 0 > "$T/a/cgroup.clone_children"
expect_eq options-follow-the-files "xattr,release_agent=/ra2,name=$n" \
	"$(options "$T/a")"

# A value with special characters stays one word of the table and one option of the list.
expect_errno set-special OK write "$T/a/release_agent" '/r a\t,\\,x=y\n# #'
expect_eq options-escaped 'xattr,release_agent=/r\040a\011\054\134\054x=y\012#\040#,'"name=$n" \
	"$(options "$T/a")"
finish
