#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# poll(2) on control files: always readable; before its first read a file
# counts as changed.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a
spawn a
expect_errno fresh "OK IN|PRI|ERR" open 0 a/tasks rdonly , poll @0 1000
expect_errno after-read "OK $PID\\n IN" open 0 a/tasks rdonly , read @0 , poll @0 1000
expect_errno out "OK OUT|ERR" open 0 a/tasks wronly , poll @0 1000 OUT
expect_errno stays-quiet "OK $PID\\n $PID OK none" open 0 a/tasks rdonly , read @0 , \
	sh "cat a/tasks" , write tasks "$PID" , poll @0 50 PRI
end "$PID"
# Without a line shown, a read does not count as one.
expect_errno empty-file "OK eof IN|PRI|ERR" open 0 a/tasks rdonly , read @0 , poll @0 1000
expect_errno flag-fresh "OK IN|PRI|ERR" open 0 a/notify_on_release rdonly , poll @0 1000
expect_errno two-readers-differ "OK OK 0\\n IN IN|PRI|ERR" open 0 a/notify_on_release rdonly , \
	open 1 a/notify_on_release rdonly , read @0 , poll @0 1000 , poll @1 1000
finish
