#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# inotify sees what a client does through the file system, and not what tasks do by
# themselves.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
expect_errno mkdir "OK OK CREATE|ISDIR:a" watch 0 . , mkdir a , events @0
expect_errno rmdir "OK OK OK DELETE|ISDIR:b" mkdir b , watch 0 . , rmdir b , events @0
expect_errno rename "OK OK MOVED_FROM|ISDIR:a MOVED_TO|ISDIR:b" watch 0 . , \
	rename a b , events @0
mv b a
expect_errno refused-mkdir "OK EEXIST none" watch 0 . , mkdir a , events @0
expect_errno chmod "OK OK ATTRIB|ISDIR:a" watch 0 . , chmod a 0755 , events @0

spawn
expect_errno write "OK OK OPEN: MODIFY: CLOSE_WRITE:" watch 0 a/tasks , \
	write a/tasks "$PID" , events @0
expect_errno write-seen-in-directory "OK OK OPEN:tasks MODIFY:tasks CLOSE_WRITE:tasks" \
	watch 0 a , write a/tasks "$PID" , events @0
expect_errno refused-write "OK EINVAL OPEN: CLOSE_WRITE:" watch 0 a/tasks , \
	write a/tasks x , events @0
expect_errno read "OK $PID\\n OPEN: ACCESS: CLOSE_NOWRITE:" watch 0 a/tasks , \
	read a/tasks , events @0
end "$PID"

puppet
tell 0 watch 0 a/tasks a . >/dev/null
tell 0 events @0 >/dev/null
echo "$PUPPET" > a/tasks
tell 0 events @0 100 >/dev/null
tell 0 events @0 >/dev/null
child=$(tell 0 fork)
expect_eq fork-is-silent none "$(tell 0 events @0)"
tell 0 kill "$child" 9 >/dev/null
tell 0 reap "$child" >/dev/null
expect_eq exit-is-silent none "$(tell 0 events @0 100)"
end_puppet
finish
