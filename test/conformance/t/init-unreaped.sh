#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The end of an init is known when it exits, not when its parent can wait for it: the init of
# a PID namespace stays until each process in there is reaped, which the parent of such
# a process may never do.
# shellcheck source=../lib.sh
. "$LIB"

requires containerfs dac pidns
new_hierarchy
cd "$H" || exit 1
of() { # KEY
	sed -n "s/^$1 //p" a/container.init
}
mkdir a

puppet
tell 0 unshare pid >/dev/null
init=$(tell 0 fork)
member=$(tell 0 fork)
expect_eq first 1 "$(awk '/^NSpid/ { print $3 }' "/proc/$init/status")"
expect_eq second 2 "$(awk '/^NSpid/ { print $3 }' "/proc/$member/status")"
expect_errno named "OK OK OK" write a/cgroup.procs "$init" , write a/cgroup.procs "$member" , \
	write a/container.init "$init"
"$SYSC" open 0 a/container.init rdonly , read @0 , poll @0 -1 - > "$T/poll" &
poller=$!
wait_poll $poller
kill -KILL "$init"
wait "$poller"
expect_eq polled "OK pid $init\\nstate running\\n ERR|HUP" "$(cat "$T/poll")"
expect_eq exited "exited 9" "$(of state) $(of status)"
expect_soon dead '[ -z "$(ids a/cgroup.procs)" ]'
# The member is a zombie, for which the init waits, so that nobody can wait for the init.
expect_soon zombie '[ "$(state_of "$member")" = Z ]'
expect_false init-is-none test "$(state_of "$init")" = Z
end_puppet
finish
