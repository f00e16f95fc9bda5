#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What cpuset does to tasks: attach, a write of cpus, fork and a move back set
# the affinity; sched_setaffinity(2) narrows it and does not widen it.
# shellcheck source=../lib.sh
. "$LIB"

cpuset_hierarchy
cd "$H" || exit 1
mkdir a b
expect_errno attach-empty ENOSPC write a/tasks 0
expect_errno no-mems OK write a/cpuset.cpus "$FIRST"
expect_errno attach-without-mems ENOSPC write a/tasks 0
expect_errno no-cpus "OK OK" write a/cpuset.cpus '\n' , write a/cpuset.mems "$MEMS"
expect_errno attach-without-cpus ENOSPC write a/tasks 0
expect_errno attach-procs-without-cpus ENOSPC write a/cgroup.procs 0
fill a "$FIRST"
fill b "$LAST"

## Attach, writes, back

spawn a
expect_eq attached "$FIRST" "$(affinity "$PID")"
expect_errno no-emptying ENOSPC write a/cpuset.cpus '\n'
expect_errno no-emptying-mems ENOSPC write a/cpuset.mems '\n'
expect_errno write-other OK write a/cpuset.cpus "$LAST"
expect_eq written "$LAST" "$(affinity "$PID")"
expect_errno write-all OK write a/cpuset.cpus "$ALL"
expect_eq grown "$ALL" "$(affinity "$PID")"
expect_errno move OK write b/tasks "$PID"
expect_eq moved "$LAST" "$(affinity "$PID")"
expect_errno back OK write ../tasks "$PID"
expect_eq all-again "$ALL" "$(affinity "$PID")"
end "$PID"

# Children and grandchildren, from their first instruction.
expect_errno write-first OK write a/cpuset.cpus "$FIRST"
expect_eq born "$FIRST" "$(sh -c 'echo 0 > a/tasks; "$0" affinity 0' "$SYSC")"
expect_eq grandchild "$FIRST" "$(sh -c 'echo 0 > a/tasks; sh -c "$0 affinity 0; :"' "$SYSC")"

# All threads of a process, and one of them.
puppet
answer=$(tell 0 thread)
thread=${answer#* }
echo "$PUPPET" > a/cgroup.procs
expect_eq threads "$FIRST $FIRST" "$(affinity "$PUPPET") $(affinity "$thread")"
echo "$thread" > b/tasks
expect_eq one-thread "$FIRST $LAST" "$(affinity "$PUPPET") $(affinity "$thread")"
end_puppet
wait_for '[ -z "$(cat a/tasks b/tasks)" ]'

## sched_setaffinity

spawn a
if [ "$CPUS" -gt 1 ]; then
	expect_errno widen OK affinity "$PID" "$ALL"
	expect_soon widened-is-clamped '[ "$(affinity "$PID")" = "$FIRST" ]'
	expect_errno outside EINVAL affinity "$PID" "$LAST"
	expect_soon outside-stays '[ "$(affinity "$PID")" = "$FIRST" ]'
	# by itself, and by what it has forked
	expect_errno self "OK OK" write a/tasks 0 , affinity 0 "$ALL"
	sh -c 'echo 0 > a/tasks; "$0" affinity 0 "$1"; exec "$0" pause' "$SYSC" "$ALL" >"$T/self" 2>&1 &
	other=$!
	wait_for '[ -s "$T/self" ]'
	expect_soon self-is-clamped '[ "$(affinity "$other")" = "$FIRST" ]'
	end "$other"
	expect_errno write-both OK write a/cpuset.cpus "$ALL"
	expect_errno narrow OK affinity "$PID" "$LAST"
	expect_eq narrowed "$LAST" "$(affinity "$PID")"
	expect_eq child-of-narrowed "$LAST" "$(sh -c 'echo 0 > a/tasks
		"$0" affinity $$ "$1" > /dev/null; "$0" affinity 0' "$SYSC" "$LAST")"
	expect_errno wider-again OK affinity "$PID" "$ALL"
	expect_eq widened-within "$ALL" "$(affinity "$PID")"
	# a choice of its own does not let the task keep other CPUs
	expect_errno narrow-again OK affinity "$PID" "$LAST"
	expect_errno write-away OK write a/cpuset.cpus "$FIRST"
	expect_eq driven-away "$FIRST" "$(affinity "$PID")"
	# by a number of another pid namespace
	if has pidns; then
		expect_errno number-of-pidns "OK $FIRST" unshare pid , sh "echo 0 > a/tasks
			$SYSC affinity 1 $ALL >/dev/null; i=0
			while [ \"\$($SYSC affinity 1)\" != $FIRST ] && [ \$i -lt 500 ]; do
				i=\$((i + 1)); $SYSC msleep 20 >/dev/null
			done; $SYSC affinity 1"
	fi
fi
end "$PID"
wait_for '[ -z "$(cat a/tasks)" ]'

## Tasks that are not touched, and tasks that cannot be

spawn
[ "$CPUS" = 1 ] || "$SYSC" affinity "$PID" "$FIRST" >/dev/null
expect_errno elsewhere OK write a/cpuset.cpus "$LAST"
expect_eq not-touched "$FIRST" "$(affinity "$PID")"
end "$PID"
for pid in $(ps 2>/dev/null | awk '/migration\/0|ksoftirqd\/0/ && !/awk/ { print $1; exit }'); do
	expect_errno bound-kthread EINVAL write a/tasks "$pid"
done

## CPUs that go and come

cpu=/sys/devices/system/cpu/cpu$LAST/online
if [ "$CPUS" -gt 1 ] && has containerfs && [ -z "${KEEP_CPUS-}" ] && [ -w "$cpu" ] && echo 0 2>/dev/null > "$cpu"; then
	rest=$(cat "$CPUSET/cpuset.cpus")
	fill b "$FIRST"
	echo 1 > "$cpu"
	wait_for '[ "$(cat "$CPUSET/cpuset.cpus")" = "$ALL" ]'
	fill b "$FIRST,$LAST"
	spawn b
	echo 0 > "$cpu"
	expect_false offline-is-gone test "$rest" = "$ALL"
	expect_soon offline-effective '[ "$(cat b/cpuset.effective_cpus)" = "$FIRST" ]'
	expect_true offline-is-kept sh -c "grep -q '$LAST' b/cpuset.cpus"
	expect_soon offline-affinity '[ "$(affinity "$PID")" = "$FIRST" ]'
	expect_errno offline-is-refused EINVAL write a/cpuset.cpus "$LAST"
	echo 1 > "$cpu"
	expect_soon online-affinity '[ "$(affinity "$PID")" != "$FIRST" ]'
	end "$PID"
fi
leave_cpuset_hierarchy
finish
