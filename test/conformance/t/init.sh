#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.init: the exit of that process is the death of the container, and how it has
# ended is there for every reader, whoever its parent is.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
cd "$H" || exit 1
none='pid 0\nstate none\n'
dead() { # DIR
	sed -n 's/^dead //p' "$1/container.events"
}
line() { # DIR WORD
	sed -n "s/^$2 //p" "$1/container.init"
}

mkdir a a/b other
spawn a
init=$PID
spawn a/b
below=$PID
spawn other
bystander=$PID
expect_errno mode 0644 stat a/container.init mode
expect_false not-at-the-top test -e container.init
expect_errno none "$none" read a/container.init
i=0
for bad in x -1 '1 2' '\n'; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/container.init "$bad"
done
expect_errno not-here EINVAL write a/container.init "$bystander"
expect_errno below EINVAL write a/container.init "$below"
expect_errno no-such ESRCH write a/container.init 999999999
expect_errno as-user "OK open:EACCES" as 1000,1000,1000 , write a/container.init "$init"
chmod 666 a/container.init
expect_errno not-my-process "OK EACCES" as 1000,1000,1000 , write a/container.init "$init"
chmod 644 a/container.init
expect_errno still-none "$none" read a/container.init

expect_errno named OK write a/container.init "$init"
expect_errno running "pid $init\\nstate running\\n" read a/container.init
expect_errno again EBUSY write a/container.init "$init"
expect_eq lives 0 "$(dead a)"

kill -15 "$init"
expect_soon dies '[ "$(dead a)" = 1 ]'
expect_eq below-dies 1 "$(dead a/b)"
wait "$init" 2>/dev/null
expect_eq its-signal 143 $?
wait "$below" 2>/dev/null
expect_eq below-killed 137 $?
expect_eq pid 0 "$(line a pid)"
expect_eq state exited "$(line a state)"
expect_eq status 15 "$(line a status)"
for word in user_usec system_usec maxrss_kb minflt majflt nvcsw nivcsw; do
	i=$((i + 1))
	expect_true "used-$i" test "$(line a $word)" -ge 0
done
expect_true memory test "$(line a maxrss_kb)" -gt 0
expect_errno too-late ECANCELED write a/container.init "$bystander"
expect_soon bystander-lives '[ "$(state_of "$bystander")" = S ]'
end "$bystander"

# The exit status, of a process that its parent has not waited for.
mkdir status
"$SYSC" sh "echo \$\$ > status/tasks; echo \$\$ > status/container.init; exit 44" >/dev/null
expect_soon exit-status '[ "$(line status status)" = 11264 ]'

# By the id of a thread; a process ends with its last thread.
mkdir threads
"$SYSC" write threads/tasks 0 , write threads/container.init 0 , threads 3 , pause >/dev/null 2>&1 &
many=$!
wait_for '[ "$(wc -l < threads/cgroup.procs)" = 1 ] && [ -d "/proc/$many/task" ]'
expect_soon threads-run '[ "$(line threads pid)" = "$many" ]'
kill -9 "$many"
wait "$many" 2>/dev/null
expect_soon threads-end '[ "$(line threads status)" = 9 ]'

# It stays the init when it moves away.
mkdir mover elsewhere
spawn mover
expect_errno mover-named OK write mover/container.init "$PID"
expect_errno moves OK write elsewhere/tasks "$PID"
expect_eq mover-lives 0 "$(dead mover)"
end "$PID"
expect_soon mover-dies '[ "$(dead mover)" = 1 ]'
expect_eq elsewhere-lives 0 "$(dead elsewhere)"

# poll: PRI when it is named and when it ends, HUP at its end.
mkdir polled
spawn polled
"$SYSC" open 0 polled/container.init rdonly , read @0 , poll @0 -1 PRI > "$T/poll" &
poller=$!
wait_poll $poller
echo "$PID" > polled/container.init
wait "$poller"
expect_eq poll-named "OK $none PRI|ERR" "$(cat "$T/poll")"
"$SYSC" open 0 polled/container.init rdonly , read @0 , poll @0 -1 PRI , \
	lseek @0 0 , poll @0 0 PRI > "$T/poll" &
poller=$!
wait_poll $poller
end "$PID"
wait "$poller"
expect_eq poll-ended "OK pid $PID\\nstate running\\n PRI|ERR|HUP OK PRI|ERR|HUP" "$(cat "$T/poll")"
finish
