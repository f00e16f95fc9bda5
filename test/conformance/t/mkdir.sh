#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mkdir: the names that a container may have, the modes that it gets, and what a new
# container starts with.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1

expect_errno plain OK mkdir a
expect_errno exists EEXIST mkdir a
expect_errno exists-as-file EEXIST mkdir tasks
expect_errno exists-as-top-file EEXIST mkdir release_agent
expect_errno top-file-below OK mkdir a/release_agent
expect_errno dot EEXIST mkdir .
expect_errno dot-dot EEXIST mkdir a/..
expect_errno newline EINVAL mkdir "x${nl}y"
expect_errno newline-last EINVAL mkdir "x$nl"
expect_errno in-nothing ENOENT mkdir nothing/a
expect_errno in-file ENOTDIR mkdir tasks/a
expect_errno nested OK mkdir a/b
expect_errno trailing-slash OK mkdir a/c/

i=0
for name in .dot ..two ... 'a space' a:b a,b 'back\slash' cgroup.foo tasks2 \
		-dash '*' "$(printf '\001\177\377')" ñ 'q"q'; do
	i=$((i + 1))
	expect_errno "name-$i" OK mkdir "$name"
	expect_true "name-is-listed-$i" test -f "./$name/tasks"
	expect_errno "name-goes-$i" OK rmdir "./$name"
done
n255=$(printf '%0255d' 1)
expect_errno name-255 OK mkdir "$n255"
expect_true name-255-is-there test -f "$n255/tasks"
expect_errno name-255-goes OK rmdir "$n255"
expect_errno name-256 OK mkdir "0$n255"
rmdir "0$n255" 2>/dev/null

umask 0
for mode in 0755 0700 0777 1777 0000; do
	expect_errno "mode-$mode" "OK OK $mode" umask 0 , mkdir "m$mode" "$mode" , stat "m$mode" mode
done
expect_errno mode-and-umask "OK OK 0750" umask 027 , mkdir m 0777 , stat m mode
expect_errno owner-is-root "0 0" stat m uid gid
expect_errno owner-as-user "OK OK OK OK 1000 1000 1000 1000" \
	mkdir u 0777 , chmod u 0777 , as 1000,1000,1000 , mkdir u/v , \
	stat u/v uid gid , stat u/v/tasks uid gid
expect_errno as-user-refused "OK EACCES" as 1000,1000,1000 , mkdir w

# Through a descriptor of the parent, and after the parent has gone.
expect_errno by-descriptor "OK OK" open 0 a directory , mkdir @0/d
expect_true by-descriptor-is-there test -d a/d
expect_errno parent-gone "OK OK OK ENOENT" mkdir gone , open 0 gone directory , \
	rmdir gone , mkdir @0/x
expect_errno parent-gone-cwd "OK OK OK ENOENT" mkdir gone , chdir gone , \
	rmdir ../gone , mkdir x

# Deep, too.
path=deep
mkdir deep
while [ "${#path}" -lt 400 ]; do
	path=$path/deeper
	mkdir "$path" || break
done
spawn "$path"
expect_eq deep "/$path" "$(where "$PID")"
end "$PID"

expect_errno empty-tasks eof read a/tasks
finish
