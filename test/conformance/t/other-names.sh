#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything that makes or removes names other than mkdir, rmdir and rename
# is refused.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a

expect_errno creat EACCES open 0 x wronly,creat
expect_errno creat-below EACCES open 0 a/x wronly,creat
expect_errno creat-existing OK open 0 a/tasks wronly,creat
expect_errno creat-exclusive EEXIST open 0 a/tasks wronly,creat,excl
expect_errno mknod-file EACCES mknod x reg
expect_errno mknod-fifo EPERM mknod x fifo
expect_errno mknod-device EPERM mknod x chr
expect_errno mknod-socket EPERM mknod x sock
expect_errno mknod-existing EEXIST mknod tasks reg
expect_errno symlink EPERM symlink tasks x
expect_errno link EPERM link tasks x
expect_errno link-directory EPERM link a x
expect_errno unlink EPERM unlink tasks
expect_errno unlink-below EPERM unlink a/tasks
expect_errno unlink-directory EISDIR unlink a
expect_errno unlink-nothing ENOENT unlink nothing
expect_errno exec EACCES execve "$H/tasks"
expect_errno exec-after-chmod "OK EACCES" chmod tasks 0755 , execve "$H/tasks"
expect_errno open-directory-to-write EISDIR open 0 a wronly
expect_errno file-as-directory ENOTDIR open 0 tasks directory
expect_eq nothing-came "a" "$(containers .)"
finish
