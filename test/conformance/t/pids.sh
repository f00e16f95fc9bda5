#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The pids subsystem: what its files hold and take, and where tasks count. A fork beyond a
# limit fails, is counted, and leaves nothing behind.
# shellcheck source=../lib.sh
. "$LIB"

pids_hierarchy
cd "$H" || exit 1
mkdir a a/b c

number() { # FILE
	cat "$1/pids.current" "$1/pids.peak" | tr '\n' ' '
}

## Files

for file in max current events peak; do
	expect_errno "root-has-no-$file" open:ENOENT read "../../pids/pids.$file"
done
expect modes "644 444 444 444" sh -c 'echo $(stat -c %a a/pids.max a/pids.current a/pids.events a/pids.peak)'
expect_errno new-max 'max\n' read a/pids.max
expect_errno new-current '0\n' read a/pids.current
expect_errno new-events 'max 0\n' read a/pids.events
expect_errno new-peak '0\n' read a/pids.peak
i=0
for good in 0 ' 3 \n' 4194304 0x10 010 +7 'max' ' max \n'; do
	i=$((i + 1))
	expect_errno "good-$i" OK write a/pids.max "$good"
	expect_errno "good-$i-holds" "$(printf '%s' '0 3 4194304 16 8 7 max max' | cut -d' ' -f$i)\\n" read a/pids.max
done
i=0
for bad in -1 abc MAX 4194305 '\n' ' ' '3 3' 'max 3' 3x 1.0; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/pids.max "$bad"
done
expect_errno too-large ERANGE write a/pids.max 99999999999999999999
expect_errno bad-changes-nothing 'max\n' read a/pids.max
for file in current events peak; do
	expect_errno "write-$file" EINVAL write "a/pids.$file" 0
done

## Counting

spawn a/b
one=$PID
spawn a
two=$PID
expect_eq below "2 2 " "$(number a)"
expect_eq here "1 1 " "$(number a/b)"
expect_errno fork-counts 'OK 4' write a/tasks 0 , sh 'read -r n < a/pids.current; echo "$n"'
wait_for '[ "$(cat a/pids.current)" = 2 ]'
puppet
echo "$PUPPET" > c/tasks
expect_true start-thread expr "$(tell 0 thread)" : '1 [0-9]*'
expect_true start-another expr "$(tell 1 thread)" : '2 [0-9]*'
expect_eq threads "3 3 " "$(number c)"
expect_eq threads-listed 3 "$(wc -l < c/tasks)"
tell 2 exit >/dev/null
expect_soon thread-ends '[ "$(cat c/pids.current)" = 2 ]'
echo "$PUPPET" > a/b/cgroup.procs
expect_eq process-moved "0 3 " "$(number c)"
expect_eq process-came "3 3 " "$(number a/b)"
# A move within a: the containers above do not see it.
echo "$PUPPET" > a/cgroup.procs
expect_eq process-moved-up "1 3 " "$(number a/b)"
expect_eq nothing-above 4 "$(cat a/pids.current)"
end_puppet
expect_soon process-ends '[ "$(cat a/pids.current)" = 2 ]'

## Limits

echo 3 > a/pids.max
expect_errno within "OK OK" write a/b/tasks 0 , born process 0
wait_for '[ "$(cat a/pids.current)" = 2 ]'
peak=$(cat c/pids.peak)
echo 1 > c/pids.max
expect_errno "process-$BEYOND" "OK EAGAIN" write c/tasks 0 , born process
expect_errno event 'max 1\n' read c/pids.events
# (its shell says when it is killed)
expect "thread-$BEYOND" "OK EAGAIN" sh -c 'exec 2>/dev/null; "$SYSC" write c/tasks 0 , born thread; :'
expect_errno another-event 'max 2\n' read c/pids.events
wait_for '[ "$(cat c/pids.current)" = 0 ]'
expect_eq peak-stays "$peak" "$(cat c/pids.peak)"
expect_errno "process-below-$BEYOND" "OK EAGAIN" write a/b/tasks 0 , born process
# The refusal counts where the forking task is, not where the limit is.
expect_errno event-below 'max 1\n' read a/b/pids.events
expect_errno no-event-above 'max 0\n' read a/pids.events
wait_for '[ "$(cat a/pids.current)" = 2 ]'

# A task that forks and waits is not hindered by its dead children.
echo 2 > c/pids.max
expect_errno loop "OK OK" write c/tasks 0 , born process 300
expect_errno loop-no-event 'max 2\n' read c/pids.events
expect_errno loop-of-shells "OK OK" write c/tasks 0 , sh "echo OK"

# An attach, or a lower limit, may make the count exceed the limit.
wait_for '[ "$(cat c/pids.current)" = 0 ]'
echo 1 > c/pids.max
echo "$one" > c/tasks
expect_errno "attached-beyond-$BEYOND" "OK EAGAIN" write c/tasks 0 , born process
echo "$two" > c/tasks
expect_eq attached 2 "$(cat c/pids.current)"
expect_errno lower OK write c/pids.max 0
expect_errno "lowered-$BEYOND" "OK EAGAIN" write c/tasks 0 , born process
expect_errno raise OK write c/pids.max max
expect_errno raised "OK OK" write c/tasks 0 , born process
end "$one" "$two"
expect_soon nobody '[ "$(cat c/pids.current)" = 0 ]'
expect_errno zero OK write c/pids.max 0
expect_errno "zero-$BEYOND" "OK EAGAIN" write c/tasks 0 , born process

# Children do not inherit the limit.
mkdir c/d
expect_errno child-has-none 'max\n' read c/d/pids.max
expect_errno rmdir-limited OK rmdir c/d

# A waiter is woken by a refusal; cgroup v1 has forgotten that, from Linux 6.11 on.
puppet
echo 1 > c/pids.max
tell 0 open 0 "$H/c/pids.events" rdonly >/dev/null
tell 0 read @0 >/dev/null
expect_eq quiet none "$(tell 0 poll @0 100 PRI)"
echo "0 poll @0 10000 PRI" >&8
"$SYSC" write c/tasks 0 , born process >/dev/null
read -r answer <&9
has v1 || expect_true woken expr "$answer" : '.*PRI'
end_puppet
expect_errno removed "OK OK ENODEV" open 0 a/b/pids.max rdwr , rmdir a/b , write @0 3
leave_pids_hierarchy
finish
