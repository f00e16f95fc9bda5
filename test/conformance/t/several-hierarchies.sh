#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same tasks in several hierarchies at once: each subsystem sees only its own hierarchy.
# A move, freeze, count or removal in one leaves the others as they are, and a child is born
# where its creator is in each.
# shellcheck source=../lib.sh
. "$LIB"

requires subsystem:cpuacct
freezer_hierarchy
F=$H
C=$T/cpuacct/$TEST_NAME.$$
mount_hierarchy "$T/cpuacct" cpuacct
mkdir "$C"
new_hierarchy
N=$H
mkdir "$F/a" "$F/b" "$C/a" "$C/b" "$N/a" "$N/b"

places() { # PID
	echo "$(where "$1" "$F") $(where "$1" "$C") $(where "$1" "$N")"
}

used() { # CONTAINER
	cat "$1/cpuacct.usage"
}

expect_eq nowhere-yet '  /' "$(places $$)"
puppet
for dir in "$F/a" "$C/b" "$N/a"; do
	echo "$PUPPET" > "$dir/tasks"
done
expect_eq in-three '/a /b /a' "$(places "$PUPPET")"
child=$(tell 0 fork)
expect_eq child-in-three '/a /b /a' "$(places "$child")"
echo "$child" > "$N/b/tasks"
expect_eq moved-in-one '/a /b /b' "$(places "$child")"
expect_eq creator-stays '/a /b /a' "$(places "$PUPPET")"
end_puppet
kill -9 "$child"
expect_soon left-all '[ -z "$(cat "$F/a/tasks" "$C/b/tasks" "$N/a/tasks" "$N/b/tasks")" ]'

# Frozen in one: in the others the task uses no CPU time, and can be moved.
spinner one "$F/a"
echo "$PID" > "$C/a/tasks"
echo "$PID" > "$N/a/tasks"
expect_eq runs yes "$(runs one)"
before=$(used "$C/a")
expect_soon is-counted '[ "$(used "$C/a")" -gt "$before" ]'
freeze "$F/a"
expect_true stands stands one
before=$(used "$C/a")
expect_true stands-still stands one
expect_eq frozen-uses-nothing "$before" "$(used "$C/a")"
expect_errno busy EBUSY rmdir "$C/a"
expect_errno move-frozen OK write "$C/b/tasks" "$PID"
expect_errno move-frozen-too OK write "$N/b/tasks" "$PID"
expect_eq moved-frozen '/a /b /b' "$(places "$PID")"
expect_errno removed OK rmdir "$N/a"
thaw "$F/a"
expect_eq runs-again yes "$(runs one)"
expect_soon counted-elsewhere '[ "$(used "$C/b")" -gt 0 ]'
expect_eq not-where-it-was "$before" "$(used "$C/a")"

# Into a frozen container of one hierarchy and out of it, while the others do not change.
freeze "$F/b"
echo "$PID" > "$F/b/tasks"
expect_true moved-into-frozen stands one
expect_eq places-of-frozen '/b /b /b' "$(places "$PID")"
echo "$PID" > "$F/a/tasks"
expect_eq out-of-frozen yes "$(runs one)"
end "$PID"
expect_soon gone '[ -z "$(cat "$F/a/tasks" "$C/b/tasks" "$N/b/tasks")" ]'
rmdir "$C/a" "$C/b" "$C"
unmount "$T/cpuacct" >/dev/null
rmdir "$N/b"
umount_wait "$N" "$NAME"
H=$F
leave_freezer_hierarchy
finish
