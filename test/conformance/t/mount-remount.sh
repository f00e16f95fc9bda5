#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A remount may change the release agent, and the subsystems of a hierarchy without
# children (mount-rebind.sh); nothing else, and nothing if the hierarchy has children. The
# same options are no change, so the flags of a mount can always be changed with them.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
expect_eq same-options OK "$(try_remount "$H" "none,name=$NAME")"
expect_eq other-name EINVAL "$(try_remount "$H" "none,name=$NAME.x")"
expect_eq no-name EINVAL "$(try_remount "$H" none)"
expect_eq flag-added EINVAL "$(try_remount "$H" "none,xattr,name=$NAME")"
expect_eq unknown-word EINVAL "$(try_remount "$H" "none,bogus,name=$NAME")"

expect_eq agent-set OK "$(try_remount "$H" "none,release_agent=/a1,name=$NAME")"
expect_eq agent-is-set /a1 "$(cat "$H/release_agent")"
expect_eq agent-replaced OK "$(try_remount "$H" "none,release_agent=/a2,name=$NAME")"
expect_eq agent-is-replaced /a2 "$(cat "$H/release_agent")"
expect_eq agent-not-named OK "$(try_remount "$H" "none,name=$NAME")"
expect_eq agent-is-kept /a2 "$(cat "$H/release_agent")"

# The mount table of a FUSE mount says nothing of the hierarchy, so the helper asks the
# daemon for the rest.
if has fuse; then
	printf '%s\n' '/a 4\b' > "$H/release_agent"
	expect_eq options-of-the-table OK "$(try_remount "$H" "fd=3,clone_children")"
	expect_eq agent-is-kept-as-it-was '/a 4\b' "$(cat "$H/release_agent")"
	echo /a2 > "$H/release_agent"
fi

expect_eq clone-children OK "$(try_remount "$H" "none,clone_children,name=$NAME")"
expect_eq clone-children-has-no-effect 0 "$(cat "$H/cgroup.clone_children")"

mkdir "$H/a"
expect_eq with-children EBUSY "$(try_remount "$H" "none,name=$NAME")"
expect_eq agent-with-children EBUSY \
	"$(try_remount "$H" "none,release_agent=/a3,name=$NAME")"
expect_eq same-agent-with-children EBUSY \
	"$(try_remount "$H" "none,release_agent=/a2,name=$NAME")"
expect_eq xattr-with-children EINVAL "$(try_remount "$H" "none,xattr,name=$NAME")"
expect_eq read-only-with-children EBUSY "$(try_remount "$H" "none,name=$NAME" ro)"
expect_errno read-only-has-effect OK mkdir "$H/b"
expect_eq writable-with-children EBUSY "$(try_remount "$H" "none,name=$NAME" nosuid)"
expect_eq nosuid-has-effect rw,relatime "$(awk -v dir="$H" '$5 == dir { print $6 }' /proc/self/mountinfo)"
mkdir -p "$H/b"
expect_eq nothing-said EBUSY "$(try_remount "$H" "")"
rmdir "$H/b"
expect_eq agent-is-kept-then /a2 "$(cat "$H/release_agent")"
rmdir "$H/a"
# v1 counts a removed child until it is freed, a moment later.
expect_soon without-children-again \
	"[ \"\$(try_remount '$H' 'none,name=$NAME')\" = OK ]"

ro=$T/ro
mkdir "$ro"
"$SYSC" mount - "$H" "$ro" bind - >/dev/null
expect_errno bind-read-only OK mount - - "$ro" remount,bind,ro -
expect_errno bind-read-only-open open:EROFS write "$ro/tasks" 0
expect_errno bind-read-only-mkdir EROFS mkdir "$ro/a"
expect_true bind-read-only-read cat "$ro/tasks"
expect_errno writable-elsewhere OK mkdir "$H/a"
expect_true bind-shows-it test -d "$ro/a"
rmdir "$H/a"
finish
