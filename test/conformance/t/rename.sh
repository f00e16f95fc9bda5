#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# rename: within one parent, to a free name, of a container only. Tasks and
# settings stay with the container.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a a/c b

expect_errno free-name OK rename a x
expect_true free-name-is-there test -d x/c
expect_false free-name-was test -e a
expect_errno back OK rename x a
expect_errno to-itself OK rename a a
expect_errno existing EEXIST rename a b
expect_errno onto-file ENOTDIR rename a tasks
expect_errno other-parent EIO rename a b/a
expect_errno to-parent EIO rename a/c c
expect_errno below-itself EINVAL rename a a/d
expect_errno newline EINVAL rename a "a${nl}b"
expect_errno nothing ENOENT rename nothing c
expect_errno file ENOTDIR rename tasks other
expect_errno file-below ENOTDIR rename a/tasks a/other
expect_errno file-to-file ENOTDIR rename tasks cgroup.procs
expect_errno top EBUSY rename "$H" "$H.x"
expect_errno dot EBUSY rename a/. x
expect_errno as-user "OK EACCES" as 1000,1000,1000 , rename a x
for flag in noreplace whiteout; do
	expect_errno "flag-$flag" EINVAL rename a x "$flag"
done
expect_errno flag-exchange EINVAL rename a b exchange
expect_errno no-flag OK rename a x -
expect_errno no-flag-back OK rename x a -

spawn a
echo 1 > a/notify_on_release
expect_errno populated OK rename a moved
expect_eq populated-task /moved "$(where "$PID")"
expect_true populated-child test -d moved/c
expect_eq populated-setting 1 "$(cat moved/notify_on_release)"
if has v1; then
	expect_true proc-follows grep -q "name=$NAME:/moved\$" "/proc/$PID/cgroup"
fi
expect_errno old-name-is-free OK mkdir a
expect_eq old-name-is-new '' "$(ids a/tasks)"
expect_errno busy-as-before EBUSY rmdir moved
exec 7<moved/notify_on_release
expect_errno open-file-survives OK rename moved again
expect_eq open-file-reads 1 "$(cat <&7)"
exec 7<&-
end "$PID"

n255=$(printf '%0255d' 1)
expect_errno name-255 OK rename b "$n255"
expect_errno name-255-back OK rename "$n255" b
expect_errno name-256 OK rename b "0$n255"
[ -d b ] || mv "0$n255" b
expect_errno odd-name OK rename b 'a b:c,.d'
expect_true odd-name-is-there test -d 'a b:c,.d'
finish
