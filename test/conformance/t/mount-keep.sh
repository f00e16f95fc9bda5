#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# At its last umount a hierarchy without children dies; one with children
# lives on, with its tasks and settings, and comes back by its name.
#
# v1 counts a removed child until it is freed, some time after rmdir. So there unmount
# waits for that first, and umount_wait waits until the hierarchy has died. containerfs
# counts only live children, and must have destroyed the hierarchy at once.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy none,release_agent=/kept
echo 1 > "$H/notify_on_release"
mkdir "$H/a" "$H/a/b"
spawn "$H/a/b"
task=$PID
echo 1 > "$H/a/notify_on_release"
unmount "$H"
if has v1; then
	expect_true keep-lives hierarchy_exists "$NAME"
	expect_true keep-has-the-task grep -q "name=$NAME:/a/b\$" "/proc/$task/cgroup"
fi
spawn
newcomer=$PID
mount_hierarchy "$H" "name=$NAME"
expect_eq keep-tree a "$(containers "$H")"
expect_eq keep-task /a/b "$(where "$task")"
expect_eq keep-others-in-top / "$(where "$newcomer")"
expect_eq keep-agent /kept "$(cat "$H/release_agent")"
expect_eq keep-flag 1 "$(cat "$H/a/notify_on_release")"

# Forks while nothing is mounted are not lost.
puppet
echo "$PUPPET" > "$H/a/tasks"
unmount "$H"
child=$(tell 0 fork)
mount_hierarchy "$H" "none,name=$NAME"
expect_eq keep-forks /a "$(where "$child")"
kill -9 "$child"
end_puppet
end "$task" "$newcomer"
expect_soon keep-empties "[ -z \"\$(ids '$H/a/tasks')\" ]"

rmdir "$H/a/b" "$H/a"
umount_wait "$H" "$NAME"
mount_hierarchy "$H" "none,name=$NAME"
expect_eq die-after-rmdir 0 "$(cat "$H/notify_on_release")"
expect_eq die-forgets-the-agent '' "$(cat "$H/release_agent")"
expect_eq die-has-no-children '' "$(containers "$H")"

# A second mount keeps the hierarchy alive; only the last umount counts.
echo 1 > "$H/notify_on_release"
mount_hierarchy "$T/second" "name=$NAME"
unmount "$H"
expect_eq second-mount-keeps 1 "$(cat "$T/second/notify_on_release")"
umount_wait "$T/second" "$NAME"
expect_eq new-name-needs-none EINVAL "$(try_mount "$H" "name=$NAME")"

# Tasks in the top container alone do not keep a hierarchy.
mount_hierarchy "$H" "none,name=$NAME"
expect_eq fresh-again 0 "$(cat "$H/notify_on_release")"

# An open file keeps the mount busy.
exec 7<"$H/tasks"
expect_errno open-file-is-busy EBUSY umount "$H"
expect_errno open-file-detach OK umount "$H" detach
exec 7<&-
finish
