#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A remount adds subsystems to a hierarchy without children and takes them
# away again.
# shellcheck source=../lib.sh
. "$LIB"
requires free-subsystems:1

# shellcheck disable=SC2046 # one word each
set -- $(free_subsystems)
one=$1
bound() {
	! free_subsystems | grep -qx "$one"
}

new_hierarchy
expect_false free-at-first bound
expect_eq add OK "$(try_remount "$H" "$one,name=$NAME")"
expect_true added bound
if has shown-options; then
	expect_true shown grep -q " $H .*[ ,]${one}[ ,]" /proc/mounts
fi
expect_eq remove OK "$(try_remount "$H" "none,name=$NAME")"
expect_soon removed '! bound'

# A file of a subsystem that has gone is no file, whatever is written. (With v1 cpuacct is
# often in use, or together with cpu.)
if free_subsystems | grep -qx cpuacct; then
	expect_eq add-cpuacct OK "$(try_remount "$H" "cpuacct,name=$NAME")"
	puppet
	expect_eq open OK "$(tell 0 open 0 "$H/cpuacct.usage" wronly)"
	expect_eq remove-cpuacct OK "$(try_remount "$H" "none,name=$NAME")"
	expect_eq write ENODEV "$(tell 0 write @0 0)"
	expect_eq write-nothing ENODEV "$(tell 0 write @0 '')"
	end "$PUPPET"
fi

mkdir "$H/a"
expect_eq add-with-children EBUSY "$(try_remount "$H" "$one,name=$NAME")"
expect_false not-added bound
finish
