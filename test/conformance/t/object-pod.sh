#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A pod: two containers hold the same net, ipc and pid namespaces, and each a mnt of its
# own. The end of one is nothing to the other.
# shellcheck source=../lib.sh
. "$LIB"

requires dac pidns
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir pod pod/1 pod/2
requires_empty_pidns pod
expect_errno made "OK OK" unshare ipc,net,pid , hold pod ipc net pid
i=0
for part in 1 2; do
	i=$((i + 1))
	expect_errno "shared-$i" "OK OK OK OK" held 0 pod ipc , held 1 pod net , held 2 pod pid , \
		hold pod/$part @0 @1 @2
	expect_errno "own-$i" "OK OK" unshare mnt , hold pod/$part mnt
done
held() { # CONTAINER NAME
	sed -n "s/^$2 //p" "$1/ns.hold"
}
i=0
for name in ipc net pid; do
	i=$((i + 1))
	expect_eq "same-1-$i" "$(held pod $name)" "$(held pod/1 $name)"
	expect_eq "same-2-$i" "$(held pod $name)" "$(held pod/2 $name)"
done
expect_false other-mnt test "$(held pod/1 mnt)" = "$(held pod/2 mnt)"

# The process that keeps the PID namespace is the pod's; the first to be forked is number 1.
member() { # CONTAINER NAME,...
	answer=$("$SYSC" enter "$1" "$2" , fork)
	PID=${answer#OK }
	echo "$PID" > "$1/cgroup.procs"
}
member pod ipc,net,pid
keeper=$PID
expect_eq keeper 1 "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$keeper/status")"
member pod/1 mnt,ipc,net,pid
one=$PID
member pod/2 mnt,ipc,net,pid
two=$PID
member pod/2 mnt,ipc,net,pid
three=$PID
expect_eq net "$(readlink "/proc/$one/ns/net")" "$(readlink "/proc/$two/ns/net")"
expect_eq pid "$(readlink "/proc/$one/ns/pid")" "$(readlink "/proc/$two/ns/pid")"
expect_false mnt test "$(readlink "/proc/$one/ns/mnt")" = "$(readlink "/proc/$two/ns/mnt")"

echo 1 > pod/1/container.kill
expect_soon killed '[ -z "$(ids pod/1/tasks)" ]'
expect_eq others-live "$(sorted "$two" "$three")" "$(ids pod/2/tasks)"
expect_eq keeper-lives "$keeper" "$(ids pod/tasks)"
expect_errno not-dead "0 0 0" ostat pod dead , ostat pod/1 dead , ostat pod/2 dead
expect_errno removed OK rmdir pod/1
expect_errno still "OK OK" enter pod/2 mnt,ipc,net , write "$H/pod/2/tasks" 0

# The kernel ends all of the PID namespace with its number 1.
kill -9 "$keeper"
expect_soon all '[ -z "$(ids pod/2/tasks)" ]'
expect_errno rmdir "OK OK" rmdir pod/2 , rmdir pod
finish
