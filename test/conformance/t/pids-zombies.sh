#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Zombies are in no container any more, and still count, because the limit is on process
# ids. A task that is moved takes no zombie along.
# shellcheck source=../lib.sh
. "$LIB"

pids_hierarchy
cd "$H" || exit 1
mkdir a a/b c

puppet
expect_eq enter OK "$(tell 0 write a/b/tasks 0)"
zombie=$(tell 0 zombie)
expect_eq "zombie-$DEAD" 2 "$(cat a/b/pids.current)"
expect_eq not-listed "$PUPPET" "$(cat a/b/tasks)"
echo 2 > a/pids.max
expect_eq "limit-$DEAD" "$([ "$BEYOND" = killed ] && echo KILLED || echo EAGAIN)" "$(tell 0 born process)"
expect_eq reap "$zombie" "$(tell 0 reap "$zombie" | sed "s/^OK.*/$zombie/")"
expect_eq reaped 1 "$(cat a/b/pids.current)"
expect_eq room-again OK "$(tell 0 born process 20)"
echo 1 > a/pids.max
expect_eq "beyond-$BEYOND" EAGAIN "$(tell 0 born process)"
echo max > a/pids.max

zombie=$(tell 0 zombie)
echo "$PUPPET" > c/cgroup.procs
expect_eq "parent-$DEAD" 1 "$(cat a/pids.current)"
expect_eq moved 1 "$(cat c/pids.current)"
expect_errno rmdir OK rmdir a/b
expect_eq "removed-$DEAD" 1 "$(cat a/pids.current)"
tell 0 reap "$zombie" >/dev/null
expect_eq gone 0 "$(cat a/pids.current)"
expect_eq still-there 1 "$(cat c/pids.current)"

# A leader that has exited counts until its last thread has.
expect_true start-thread expr "$(tell 0 thread)" : '1 [0-9]*'
tell 0 exit >/dev/null
wait_for '[ "$(state_of "$PUPPET")" = Z ]'
expect_true thread-lives test "$(cat c/pids.current)" -ge 1
end_puppet
expect_soon all-gone '[ "$(cat c/pids.current)" = 0 ]'
leave_pids_hierarchy
finish
