#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A removed container, as a task sees it that has it open: reads and writes fail with
# ENODEV, names with ENOENT, and a new container of the same name is another one.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
spawn

for file in tasks cgroup.procs notify_on_release cgroup.clone_children; do
	expect_errno "read-$file" "OK OK OK ENODEV" mkdir a , open 0 "a/$file" rdonly , \
		rmdir a , read @0
	expect_errno "write-$file" "OK OK OK ENODEV" mkdir a , open 0 "a/$file" wronly , \
		rmdir a , write @0 "$PID"
	expect_errno "write-nonsense-$file" "OK OK OK ENODEV" mkdir a , \
		open 0 "a/$file" wronly , rmdir a , write @0 x
done
expect_errno write-nothing "OK OK OK ENODEV" mkdir a , open 0 a/tasks wronly , \
	rmdir a , write @0 ''
expect_errno write-too-much "OK OK OK E2BIG" mkdir a , open 0 a/tasks wronly , \
	rmdir a , fill @0 4097 1
expect_eq moved-nobody / "$(where "$PID")"
# A text that was begun to be read is read to its end; then reads fail.
expect_errno read-in-the-middle "OK OK 0 OK \\n ENODEV" mkdir a , \
	open 0 a/notify_on_release rdonly , read @0 1 , rmdir a , read @0 1 , read @0 1
expect_errno new-of-that-name "OK OK OK OK ENODEV" mkdir a , open 0 a/tasks wronly , \
	rmdir a , mkdir a , write @0 "$PID"
expect_eq new-of-that-name-is-empty '' "$(ids a/tasks)"
rmdir a

expect_errno openat "OK OK OK ENOENT" mkdir a , open 0 a directory , rmdir a , \
	open 1 @0/tasks rdonly
expect_errno openat-new "OK OK OK OK ENOENT" mkdir a , open 0 a directory , rmdir a , \
	mkdir a , open 1 @0/tasks rdonly
rmdir a
expect_errno getcwd "OK OK OK ENOENT" mkdir a , chdir a , rmdir ../a , getcwd
expect_errno relative "OK OK OK ENOENT" mkdir a , chdir a , rmdir ../a , \
	open 0 tasks rdonly
expect_errno parent-is-found "OK OK OK OK" mkdir a , chdir a , rmdir ../a , \
	open 0 ../tasks rdonly
expect_errno stat-directory "OK OK OK dir" mkdir a , open 0 a directory , rmdir a , \
	stat @0 type
# Attributes are those of the open file.
for file in tasks notify_on_release; do
	expect_errno "stat-$file" "OK OK OK reg 0644 0" mkdir a , open 0 "a/$file" rdwr , rmdir a , \
		stat @0 type mode uid
	expect_errno "chmod-$file" "OK OK OK OK 0600" mkdir a , open 0 "a/$file" rdwr , rmdir a , \
		fchmod @0 600 , stat @0 mode
	expect_errno "truncate-$file" "OK OK OK OK" mkdir a , open 0 "a/$file" rdwr , rmdir a , \
		ftruncate @0 0
	expect_errno "xattr-$file" "OK OK OK OK 1 OK ENODATA" mkdir a , open 0 "a/$file" rdwr , rmdir a , \
		setxattr @0 user.x 1 , getxattr @0 user.x , rmxattr @0 user.x , getxattr @0 user.x
done
expect_errno links "OK OK OK 2" mkdir a , open 0 a directory , rmdir a , stat @0 nlink
expect_errno chmod-directory "OK OK OK OK 0700" mkdir a , open 0 a directory , rmdir a , \
	fchmod @0 700 , stat @0 mode
expect_errno close "OK OK OK OK" mkdir a , open 0 a/tasks rdonly , rmdir a , close @0
finish
