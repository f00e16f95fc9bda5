#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A dead container: nobody enters it, whoever is in it or born in it is killed, and no
# call of a task fails because of that. It stays dead, and is removed by rmdir.
# shellcheck source=../lib.sh
. "$LIB"
ns_hierarchy
cd "$H" || exit 1

kill_it() { # DIR
	echo kill > "$1/container.lease"
}
dead() { # DIR
	sed -n 's/^dead //p' "$1/container.events"
}

mkdir a a/b
spawn
outsider=$PID
kill_it a
expect_soon dies '[ "$(dead a)" = 1 ]'
expect_eq below 1 "$(dead a/b)"
expect_errno tasks ECANCELED write a/tasks "$outsider"
expect_errno procs ECANCELED write a/cgroup.procs "$outsider"
expect_errno below-tasks ECANCELED write a/b/tasks "$outsider"
expect_errno self ECANCELED write a/tasks 0
expect_errno no-such ESRCH write a/tasks 999999999
expect_errno lease ECANCELED write a/container.lease kill
expect_errno init ECANCELED write a/container.init "$outsider"
expect_errno hold ECANCELED write a/ns.hold uts
expect_errno let-go ECANCELED write a/ns.hold -all
expect_errno read-hold eof read a/ns.hold
expect_soon outsider-lives '[ "$(state_of "$outsider")" = S ]'
expect_errno mkdir OK mkdir a/late
expect_eq late 1 "$(dead a/late)"
expect_errno late-tasks ECANCELED write a/late/tasks "$outsider"
expect_errno rmdir-full EBUSY rmdir a
expect_errno rename OK rename a z
expect_eq still 1 "$(dead z)"
expect_errno rmdir "OK OK OK" rmdir z/late , rmdir z/b , rmdir z
end "$outsider"

# A process of many threads, and one that forks all the time.
mkdir many
"$SYSC" write many/tasks 0 , threads 20 , pause >/dev/null 2>&1 &
threads=$!
wait_for '[ "$(wc -l < many/tasks)" -ge 21 ]'
kill_it many
wait "$threads" 2>/dev/null
expect_eq threads-killed 137 $?
expect_soon threads-gone '[ -z "$(ids many/tasks)" ]'

mkdir storm storm/below
"$SYSC" write storm/below/tasks 0 , storm 1000000 4 >/dev/null 2>&1 &
storm=$!
wait_for '[ -n "$(ids storm/below/tasks)" ]'
kill_it storm
expect_soon storm-ends '[ -z "$(ids storm/below/tasks)" ]'
expect_errno storm-rmdir "OK OK" rmdir storm/below , rmdir storm
kill -9 "$storm" 2>/dev/null
wait "$storm" 2>/dev/null

# One that makes itself namespaces: it is cloned no more, and its clones die with it.
mkdir clones
"$SYSC" write clones/tasks 0 , unshare uts , fork , pause >/dev/null 2>&1 &
cloner=$!
wait_for '[ "$(cat clones/*/tasks 2>/dev/null | wc -l)" = 2 ]'
kill_it clones
wait "$cloner" 2>/dev/null
expect_eq cloner-killed 137 $?
expect_soon clones-empty '[ -z "$(cat clones/*/tasks)" ]'
expect_eq clone-dead 1 "$(dead "clones/$(containers clones)")"
expect_eq none-refused 0 "$(sed -n 's/^refused //p' clones/ns.events)"

# A poll of container.events is woken.
mkdir polled
"$SYSC" open 0 polled/container.events rdonly , read @0 , poll @0 -1 PRI > "$T/poll" &
poller=$!
wait_poll $poller
kill_it polled
wait "$poller"
expect_eq polled "OK populated 0\\ntasks 0\\nchildren 0\\ndead 0\\n PRI|ERR" "$(cat "$T/poll")"
leave_ns_hierarchy
finish
