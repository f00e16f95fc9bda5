#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.hierarchies of a top container, in place of /proc/cgroups: each
# subsystem with the hierarchy that it is in and the number of containers
# there.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
f=$H/container.hierarchies
tab=$(printf '\t')
expect_errno mode 0444 stat "$f" mode
mkdir "$H/a"
expect_errno only-in-top ENOENT stat "$H/a/container.hierarchies" mode
expect_eq header "#subsys_name${tab}hierarchy${tab}num_containers${tab}enabled" "$(sed 1q "$f")"
expect_eq lines '' "$(sed 1d "$f" | grep -v "^[a-z_]*${tab}[0-9]*${tab}[0-9]*${tab}[01]\$")"
expect_errno write EINVAL write "$f" 1
expect_true has-ns grep -q "^ns$tab" "$f"
expect_true has-debug grep -q "^debug$tab" "$f"

# container.subsystems says what each of them can do here.
g=$H/container.subsystems
expect_errno subsystems-mode "reg 0444" stat "$g" type mode
expect_errno subsystems-only-in-top ENOENT stat "$H/a/container.subsystems" mode
expect_errno subsystems-write EINVAL write "$g" 1
expect_eq subsystems-lines '' "$(grep -vE "^[a-z_]+$tab(enforced|accounted|unsupported): ..." "$g")"
expect_eq subsystems-names "$(sed 1d "$f" | cut -f1)" "$(cut -f1 "$g")"

requires free-subsystems:1
one=$(free_subsystems | sed 1q)
field() { # NUMBER
	awk -v name="$one" -v field="$1" '$1 == name { print $field }' "$f"
}
mkdir "$T/s"
expect_eq unmounted "0 1" "$(field 2) $(field 4)"
mount_hierarchy "$T/s" "$one,name=$TEST_NAME.$$.s"
expect_true mounted-id test "$(field 2)" -gt 0
expect_eq mounted-count 1 "$(field 3)"
mkdir "$T/s/a" "$T/s/a/b"
expect_eq count-with-children 3 "$(field 3)"
rmdir "$T/s/a/b"
expect_eq count-goes-down 2 "$(field 3)"
rmdir "$T/s/a"
umount_wait "$T/s" "$TEST_NAME.$$.s"
expect_eq unmounted-again 0 "$(field 2)"
finish
