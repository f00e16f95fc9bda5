#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Mounting the name of an existing hierarchy shows that hierarchy: the same
# file system on another mount point, whatever options come along.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
again=$T/again
mount_hierarchy "$again" "none,name=$NAME"
expect_eq same-device "$("$SYSC" stat "$H" dev)" "$("$SYSC" stat "$again" dev)"
expect_eq same-inode "$("$SYSC" stat "$H" ino)" "$("$SYSC" stat "$again" ino)"
mkdir "$H/a"
expect_true tree-is-shared test -d "$again/a"
spawn "$again/a"
expect_eq tasks-are-shared "$PID" "$(ids "$H/a/tasks")"
expect_errno busy-is-shared EBUSY rmdir "$again/a"
end "$PID"
expect_errno removed-here OK rmdir "$again/a"
expect_false removed-there test -e "$H/a"
unmount "$again"

expect_mount name-alone OK "name=$NAME"
expect_mount other-flags-are-ignored OK "none,xattr,name=$NAME"
expect_mount another-agent-is-ignored OK "none,release_agent=/x,name=$NAME"
expect_eq agent-is-unchanged '' "$(cat "$H/release_agent")"
expect_mount subsystem-set-differs EINVAL "none,no_such_thing,name=$NAME"

mkdir "$T/over"
expect_eq mounted-twice-on-one-point OK "$(try_mount "$T/over" "none,name=$NAME")"
expect_eq second-time-on-one-point EBUSY "$(try_mount "$T/over" "none,name=$NAME")"
unmount "$T/over"
expect_eq bind OK "$("$SYSC" mount - "$H" "$T/over" bind - 2>&1)"
expect_eq bind-same-device "$("$SYSC" stat "$H" dev)" "$("$SYSC" stat "$T/over" dev)"
unmount "$T/over"

mkdir "$H/sub"
expect_eq bind-of-a-container OK "$("$SYSC" mount - "$H/sub" "$T/over" bind -)"
spawn
echo "$PID" > "$T/over/tasks"
expect_eq attach-through-the-bind /sub "$(where "$PID")"
end "$PID"
unmount "$T/over"
rmdir "$H/sub"
finish
