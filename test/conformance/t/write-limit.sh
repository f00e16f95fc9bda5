#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A writer with RLIMIT_FSIZE. Control files have no size, so cgroup v1 and the module apply
# no limit. With FUSE the kernel cuts the text at the limit, and a number that has been cut
# is another number: such a write is refused.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a
spawn
number=$PID
short=$((${#number} - 1))
is_in() { # ID DIR
	expect_eq "$1" "$2" "$(where "$number")"
}

for file in tasks cgroup.procs; do
	expect_errno "cut-$file" "OK OK" fsize $short , write "a/$file" "$number"
	is_in "cut-$file-place" "$(has fuse && echo / || echo /a)"
	echo "$number" > tasks
	expect_errno "whole-$file" "OK OK" fsize ${#number} , write "a/$file" "$number\n"
	is_in "whole-$file-place" "$(has fuse && echo / || echo /a)"
	echo "$number" > tasks
	expect_errno "enough-$file" "OK OK" fsize $((${#number} + 1)) , write "a/$file" "$number\n"
	is_in "enough-$file-place" /a
	echo "$number" > tasks
done
# If the cut number were taken, another task would be moved.
expect_eq nobody-else '' "$(ids a/tasks)"
expect_errno flag-cut "OK OK 0\\n" fsize 1 , write a/notify_on_release 00 , read a/notify_on_release
expect_errno flag-fits "OK OK 1\\n" fsize 2 , write a/notify_on_release 1 , read a/notify_on_release
expect_errno nothing-left "OK OK" fsize 0 , write a/notify_on_release 0

# The position grows from write to write.
expect_errno kept-open "OK OK OK OK" fsize 4 , open 0 a/notify_on_release wronly , \
	write @0 '1\n' , write @0 1
expect_errno kept-open-cut "OK OK OK OK" fsize 4 , open 0 a/notify_on_release wronly , \
	write @0 '1\n' , write @0 00
expect_errno kept-open-beyond "OK OK OK OK OK" fsize 4 , open 0 a/notify_on_release wronly , \
	write @0 '1\n' , write @0 '0\n' , write @0 '1\n'
has dac && expect_errno by-a-user "OK OK OK OK" chown a/notify_on_release 1000 1000 , \
	as 1000,1000,1000 , fsize 1 , write a/notify_on_release 00
finish
