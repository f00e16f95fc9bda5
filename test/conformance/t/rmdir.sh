#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# rmdir: refused while there is a live task or a child in the container, and only then.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1

mkdir a a/b
expect_errno child EBUSY rmdir a
expect_errno empty-child OK rmdir a/b
spawn a
expect_errno task EBUSY rmdir a
expect_true task-is-still-there test "$(ids a/tasks)" = "$PID"
end "$PID"
expect_soon empty '[ -z "$(cat a/tasks)" ]'
expect_errno empty-goes OK rmdir a
expect_errno gone ENOENT rmdir a

expect_errno file ENOTDIR rmdir tasks
expect_errno nothing ENOENT rmdir nothing
mkdir a
expect_errno dot EINVAL rmdir a/.
expect_errno dot-dot ENOTEMPTY rmdir a/..
expect_errno top EBUSY rmdir "$H"
expect_errno as-user "OK EACCES" as 1000,1000,1000 , rmdir a

# One thread is enough to refuse it.
puppet
answer=$(tell 0 thread)
echo "${answer#* }" > a/tasks
expect_errno thread EBUSY rmdir a
end_puppet
expect_soon thread-gone '[ -z "$(cat a/tasks)" ]'

# A zombie is not enough.
puppet
zombie=$(tell 0 zombie)
expect_eq zombie-is-one Z "$(state_of "$zombie")"
answer=$(tell 0 write a/tasks 0)
zombie=$(tell 0 zombie)
answer=$(tell 0 write tasks 0)
expect_errno zombie-only OK rmdir a
expect_eq zombie-is-still-one Z "$(state_of "$zombie")"
end_puppet

mkdir a point
expect_true mount-on-it mount -t tmpfs none point
expect_errno mount-point EBUSY rmdir point
umount point
expect_errno no-mount-point OK rmdir point

# Neither open files nor working directories keep a container.
expect_errno open-file "OK OK" open 0 a/tasks rdonly , rmdir a
expect_errno open-directory "OK OK OK" mkdir a , open 0 a directory , rmdir a
expect_errno working-directory "OK OK OK" mkdir a , chdir a , rmdir ../a
expect_errno name-is-free-again OK mkdir a
expect_true name-is-new test -f a/tasks
finish
