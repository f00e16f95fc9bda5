#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The freezer stops tasks wherever they are and whatever they do, also those that are born
# or come meanwhile. They go on when they leave, or at the thaw. No other task is stopped,
# and a task that was stopped otherwise stays so.
# shellcheck source=../lib.sh
. "$LIB"

freezer_hierarchy
cd "$H" || exit 1
mkdir a a/b c

spinner one a
one=$PID
spinner two a/b
two=$PID
spinner other c
other=$PID
expect_eq runs "yes yes yes" "$(runs one) $(runs two) $(runs other)"
freeze a
expect_true stands stands one
expect_true stands-below stands two
expect_eq bystander yes "$(runs other)"
expect_eq below-says FROZEN "$(cat a/b/freezer.state)"
expect_eq still-listed "$one" "$(ids a/tasks)"

# SIGCONT does not let a task go, and SIGSTOP takes effect later.
kill -CONT "$one"
expect_true sigcont stands one
kill -STOP "$one"
thaw a
expect_soon stopped-then '[ "$(state_of "$one")" = T ]'
expect_eq below-runs yes "$(runs two)"

# A task that was stopped before stays stopped.
freeze a
expect_eq stopped-counts FROZEN "$(cat a/freezer.state)"
thaw a
expect_soon stays-stopped '[ "$(state_of "$one")" = T ]'
expect_true stays-stopped-really stands one
kill -CONT "$one"
expect_eq continued yes "$(runs one)"

# In and out.
freeze a
echo "$other" > a/tasks
expect_soon attach-says '[ "$(cat a/freezer.state)" = FROZEN ]'
expect_true attach-in stands other
echo "$one" > c/tasks
expect_eq attach-out yes "$(runs one)"
expect_true attach-out-others stands two
echo "$two" > a/tasks
expect_true from-frozen-to-frozen stands two
freeze c
thaw a
expect_true now-the-other stands one
echo "$one" > ../tasks
expect_eq to-the-top yes "$(runs one)"
thaw c
expect_eq all-run "yes yes yes" "$(runs one) $(runs two) $(runs other)"

# A thread alone.
puppet
answer=$(tell 0 thread)
thread=${answer#* }
freeze c
echo "$thread" > c/tasks
expect_eq leader-runs OK "$(tell 0 comm x)"
thaw c
expect_eq thread-runs OK "$(tell 1 comm y)"
end_puppet

# Children: a storm of forks stops, all of it, and goes on.
"$SYSC" write a/b/tasks 0 , storm 1000000 4 >/dev/null 2>&1 &
storm=$!
wait_for '[ "$(wc -l < a/b/tasks)" -gt 4 ]'
echo FROZEN > a/freezer.state
expect_soon storm-frozen 'is_frozen a'
first=$(ids a/b/tasks)
"$SYSC" msleep 100 >/dev/null
expect_eq storm-stands "$first" "$(ids a/b/tasks)"
thaw a
expect_soon storm-goes-on '[ "$(ids a/b/tasks)" != "$first" ]'
freeze a
expect_eq storm-again FROZEN "$(cat a/freezer.state)"
kill -9 "$storm"
# Hosts differ in what SIGKILL does to a frozen task; a thawed one dies in any case.
for task in $(cat a/b/tasks); do
	kill -9 "$task" 2>/dev/null
done
thaw a
expect_soon storm-dies '[ -z "$(cat a/b/tasks)" ]'
wait "$storm" 2>/dev/null

# A task from outside forks in a frozen container: it enters first.
freeze c
"$SYSC" write c/tasks 0 , spin "$T/late" </dev/null >/dev/null 2>&1 &
late=$!
expect_soon self-attach '[ "$(ids c/tasks)" = "$late" ]'
expect_soon self-attach-frozen '[ "$(cat c/freezer.state)" = FROZEN ]'
expect_eq self-attach-stands '' "$(cat "$T/late" 2>/dev/null)"
thaw c
expect_eq self-attach-runs yes "$(runs late)"

# An exit makes no difference to the other tasks.
echo "$other" > c/tasks
freeze c
kill -9 "$late"
thaw c
wait "$late" 2>/dev/null
expect_eq dead 137 $?
expect_eq lives yes "$(runs other)"
end "$one" "$two" "$other"
leave_freezer_hierarchy
finish
