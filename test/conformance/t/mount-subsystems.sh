#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Hierarchies that have subsystems: a subsystem is in at most one of them, the
# same set shows the same hierarchy, any overlap is EBUSY. On v1 the scripts
# use controllers that no hierarchy of the system holds.
# shellcheck source=../lib.sh
. "$LIB"
requires free-subsystems:1

# shellcheck disable=SC2046 # one word each
set -- $(free_subsystems)
one=$1 two=${2-}
n=$TEST_NAME.$$
mkdir "$T/a" "$T/b"

expect_mount subsystem-and-none EINVAL "$one,none"
expect_mount subsystem-and-none-named EINVAL "$one,none,name=$n"
expect_mount subsystem-and-all EINVAL "all,$one"
expect_mount unknown-subsystem EINVAL "$one,no_such_thing"
# v1 looks only at the name.
expect_mount value-for-subsystem OK "$one=1"
expect_mount twice-the-same-word OK "$one,$one"
expect_mount noprefix-not-cpuset EINVAL "$one,noprefix"

mount_hierarchy "$T/a" "$one"
expect_eq alone-again OK "$(try_mount "$T/b" "$one")"
expect_eq alone-again-same-device "$("$SYSC" stat "$T/a" dev)" \
	"$("$SYSC" stat "$T/b" dev)"
unmount "$T/b"
expect_mount add-a-name EBUSY "$one,name=$n"
expect_mount all-when-one-is-bound EBUSY all
expect_mount empty-data-is-all EBUSY ''
expect_mount null-data-is-all EBUSY -
if [ -n "$two" ]; then
	expect_mount overlap EBUSY "$one,$two"
fi
unmount "$T/a"

# The name finds a hierarchy, unless the mount asks for another set of subsystems.
wait_for "free_subsystems | grep -qx $one" 10
mount_hierarchy "$T/a" "$one,name=$n"
expect_eq found-by-name OK "$(try_mount "$T/b" "name=$n")"
expect_eq found-by-name-same-device "$("$SYSC" stat "$T/a" dev)" \
	"$("$SYSC" stat "$T/b" dev)"
unmount "$T/b"
expect_mount other-set EBUSY "none,name=$n"
if [ -n "$two" ]; then
	expect_mount other-subsystem EBUSY "$two,name=$n"
fi
expect_mount set-without-name OK "$one"
mkdir "$T/a/c"
spawn "$T/a/c"
expect_eq attach-works "$PID" "$(ids "$T/a/c/tasks")"
end "$PID"
rmdir "$T/a/c"
unmount "$T/a"

if [ -n "$two" ]; then
	wait_for "free_subsystems | grep -qx $one" 10
	mount_hierarchy "$T/a" "$one,$two"
	expect_eq order-does-not-matter OK "$(try_mount "$T/b" "$two,$one")"
	unmount "$T/b"
	expect_mount subset EBUSY "$two"
	unmount "$T/a"
fi
finish
