#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Threads of io_uring under the freezer: they stop with their process, and what waits
# for them goes on after the thaw.
# shellcheck source=../lib.sh
. "$LIB"

freezer_hierarchy
cd "$H" || exit 1
mkdir a
"$SYSC" uring > "$T/said" 2>&1 &
PID=$!
wait_for '[ -s "$T/said" ]'
read -r SAID POLL WORKER < "$T/said"
[ "$SAID" = "$PID" ] || skip "no io_uring: $SAID"
expect_errno process OK write a/cgroup.procs "$PID"
expect_eq listed "$(printf '%s\n' "$PID" "$POLL" "$WORKER" | sort -n | xargs)" "$(ids a/tasks)"
expect_true frozen freeze a
expect_errno thaw OK write a/freezer.state THAWED
expect_soon thawed '[ "$(cat a/freezer.state)" = THAWED ]'
# one thread alone: the others go on
mkdir b
expect_errno worker OK write b/tasks "$WORKER"
expect_true worker-frozen freeze b
expect_eq worker-alone THAWED "$(cat a/freezer.state)"
expect_errno poller OK write b/tasks "$POLL"
expect_true poller-frozen wait_for 'is_frozen b'
expect_errno thaw-both OK write b/freezer.state THAWED
expect_soon thawed-both '[ "$(cat b/freezer.state)" = THAWED ]'
end "$PID"
expect_soon gone '[ -z "$(cat a/tasks b/tasks)" ]'
leave_freezer_hierarchy
finish
