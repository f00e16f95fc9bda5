#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A forced umount unmounts one mount. The other mounts of the hierarchy go on with all
# that is in it, also those of single containers and those in other mount namespaces.
# With FUSE the kernel ends the connection of all of them: they come back by themselves,
# and a new mount is good at once.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mount_hierarchy "$T/forced" "name=$NAME"
mount_hierarchy "$T/other" "name=$NAME"
mkdir -p "$H/a/b" "$T/sub"
"$SYSC" mount - "$H/a" "$T/sub" bind - > /dev/null
"$SYSC" mount - - "$T/sub" remount,bind,ro - > /dev/null
spawn "$H/a/b"
before=$("$SYSC" stat "$H/a" ino)

# Another mount namespace, whose mounts do not follow.
mkfifo "$T/hold"
unshare -m --propagation private sh -c "echo \$\$ > '$T/ns'; read -r word < '$T/hold'" &
wait_for "[ -s '$T/ns' ]"
ns=$(cat "$T/ns")

expect_errno forced OK umount "$T/forced" force
expect_false forced-is-gone grep -q " $T/forced " /proc/self/mountinfo
mount_hierarchy "$T/new" "name=$NAME"
expect_true new-shows-it test -d "$T/new/a/b"
expect_eq new-has-the-task "$PID" "$(ids "$T/new/a/b/tasks")"
# Reads that no cache can answer.
expect_soon first-again "grep -qx $PID '$H/a/b/tasks' 2> /dev/null"
expect_soon other-again "grep -qx $PID '$T/other/a/b/tasks' 2> /dev/null"
expect_soon sub-again "grep -qx $PID '$T/sub/b/tasks' 2> /dev/null"
expect_eq sub-is-itself "$before" "$("$SYSC" stat "$T/sub" ino)"
expect_errno sub-is-read-only EROFS mkdir "$T/sub/c"
expect_errno writable OK mkdir "$H/c"
expect_true is-one-hierarchy test -d "$T/other/c"
expect_eq same-device "$("$SYSC" stat "$T/new" dev)" "$("$SYSC" stat "$H" dev)"
expect_soon namespace-again "nsenter -t $ns -m grep -qx $PID '$T/other/a/b/tasks' 2> /dev/null"
expect_eq where /a/b "$(where "$PID")"
echo > "$T/hold"

# In use: nothing is unmounted.
(cd "$T/other" && exec "$SYSC" pause) > /dev/null 2>&1 &
user=$!
wait_for "[ \"\$(readlink /proc/$user/cwd)\" = '$T/other' ]"
expect_errno in-use EBUSY umount "$T/other" force
expect_soon in-use-again "grep -qx $PID '$T/other/a/b/tasks' 2> /dev/null"
expect_soon others-again "grep -qx $PID '$H/a/b/tasks' 2> /dev/null"
end "$user" "$PID"

# The last mount: a container made by mkdir keeps the hierarchy, as after any umount.
unmount "$T/sub" > /dev/null
unmount "$T/new" > /dev/null
unmount "$T/other" > /dev/null
expect_errno last OK umount "$H" force
mount_hierarchy "$H" "name=$NAME"
expect_eq kept "a c" "$(containers "$H")"
finish
