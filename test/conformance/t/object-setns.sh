#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A container is what its tasks are in, not what namespaces they have: setns(2) into the
# namespaces of another container moves nobody, and is no clone.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
ns_hierarchy
cd "$H" || exit 1
mkdir a b
"$SYSC" write b/tasks 0 , unshare net,uts , pause >/dev/null &
PID=$!
expect_soon cloned 'grep -qsx "$PID" b/node1/tasks'
expect_errno of-a-task "OK OK OK /test/a" write a/tasks 0 , setns "/proc/$PID/ns/net" , \
	setns "/proc/$PID/ns/uts" , sh "sed -n 's/.*name=$NAME://p' $TOP/container.where"
expect_errno no-clone 'clones 0\nrefused 0\nremoved 0\n' read a/ns.events
expect_errno no-other-clone 'clones 1\nrefused 0\nremoved 0\n' read b/ns.events
end "$PID"

# The same with what a container holds.
expect_errno made "OK OK OK" write b/tasks 0 , unshare net,uts , hold b net uts
expect_errno of-a-container "OK OK" write a/tasks 0 , enter b net,uts
"$SYSC" write a/tasks 0 , enter b net,uts , pause >/dev/null &
PID=$!
expect_soon stays 'grep -qx "$PID" a/tasks'
inode=$(sed -n 's/^net //p' b/ns.hold)
expect_soon entered '[ "$(readlink "/proc/$PID/ns/net")" = "net:[$inode]" ]'
expect_eq still "$PID" "$(ids a/tasks)"
expect_eq nobody-there '' "$(ids b/tasks)"
expect_errno no-clone-either 'clones 0\nrefused 0\nremoved 0\n' read a/ns.events
end "$PID"
finish
