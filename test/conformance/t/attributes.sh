#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# chmod, chown, utimens and truncate on containers and their files: all work,
# for they are how a container is delegated, and truncate (O_TRUNC is what
# the shell's > does) changes nothing.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a
for path in a a/tasks; do
	expect_errno "chmod-$path" "OK 0700" chmod "$path" 0700 , stat "$path" mode
	expect_errno "chmod-sticky-$path" "OK 1777" chmod "$path" 1777 , stat "$path" mode
	expect_errno "chown-$path" "OK 1000 1001" chown "$path" 1000 1001 , stat "$path" uid gid
	expect_errno "chown-group-$path" "OK 1000 5" chown "$path" -1 5 , stat "$path" uid gid
	expect_errno "utimens-$path" "OK 1000000" utimens "$path" 1000000 , stat "$path" mtime
	expect_errno "chmod-as-other-$path" "OK EPERM" as 1001,1001,1001 , chmod "$path" 0777
	expect_errno "chown-as-other-$path" "OK EPERM" as 1001,1001,1001 , chown "$path" 1001 1001
	expect_errno "chmod-as-owner-$path" "OK OK 0711" as 1000,1000,1000 , chmod "$path" 0711 , stat "$path" mode
	expect_errno "chown-as-owner-$path" "OK EPERM" as 1000,1000,1000 , chown "$path" 1001 -1
done
expect_errno chmod-top "OK 0750" chmod . 0750 , stat . mode
expect_errno chmod-top-back OK chmod . 0555
expect_errno chmod-stays 0711 stat a/tasks mode
expect_errno siblings-stay "0644 0 0" stat a/cgroup.procs mode uid gid
mkdir b
expect_errno new-ones-are-root "0644 0 0" stat b/tasks mode uid gid

spawn b
size=$("$SYSC" stat b/tasks size)
for length in 0 10; do
	expect_errno "truncate-$length" "OK $size" truncate b/tasks "$length" , stat b/tasks size
done
expect_errno truncate-nothing-moved "$PID\\n" read b/tasks
expect_errno truncate-directory EISDIR truncate b 0
expect_errno open-truncating "OK OK" open 0 b/tasks wronly,trunc , write @0 "$PID"
expect_errno ftruncate "OK OK" open 0 b/tasks wronly , ftruncate @0 0
echo 1 > b/notify_on_release
expect_errno truncate-keeps-the-value 'OK 1\n' truncate b/notify_on_release 0 , read b/notify_on_release
end "$PID"
finish
