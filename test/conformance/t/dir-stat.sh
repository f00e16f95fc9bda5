#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# stat and statfs of directories: type, modes, links, the magic of
# the file system.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
expect_errno top "dir 0555 0 0 2" stat . type mode uid gid nlink
expect_errno child "OK OK dir 0755 0 0 2" umask 022 , mkdir a , stat a type mode uid gid nlink
expect_errno links-of-top 3 stat . nlink
mkdir b a/c
expect_errno links-two 4 stat . nlink
expect_errno links-not-of-grandchildren 3 stat a nlink
rmdir a/c
expect_errno links-go-down 2 stat a nlink
expect_errno rename-keeps-links "OK 4" rename b x , stat . nlink
if has fuse; then
	# For FUSE the kernel answers; this checks only that it does.
	expect_true statfs "$SYSC" statfs .
else
	expect_errno statfs "0x27e0eb 4096" statfs .
	expect_errno statfs-file "0x27e0eb 4096" statfs a/tasks
fi
expect_true inodes-differ test "$("$SYSC" stat a ino)" != "$("$SYSC" stat x ino)"
expect_eq inodes-stay "$("$SYSC" stat a/tasks ino)" "$("$SYSC" stat a/tasks ino)"
expect_eq readdir-has-files 1 "$(ls a | grep -c '^tasks$')"
finish
