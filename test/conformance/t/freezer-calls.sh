#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A frozen task notices only that time has passed, except in those calls that do not go on
# after a signal handler either (epoll_wait fails with EINTR).
# shellcheck source=../lib.sh
. "$LIB"

freezer_hierarchy
cd "$H" || exit 1
mkdir a
mkfifo "$T/fifo"

# Has the process of the file said that it is about to block, and does it sleep?
blocks() { # PID FILE
	[ "$(cat "$2" 2>/dev/null)" = ready ] && [ "$(state_of "$1")" = S ]
}

blocker() { # CALL
	rm -f "$T/result"
	"$SYSC" block "$1" "$T/result" "$T/fifo" >/dev/null 2>&1 &
	PID=$!
	echo "$PID" > a/tasks
	wait_for 'blocks "$PID" "$T/result"'
}

for call in nanosleep futex read poll epoll_wait; do
	blocker "$call"
	freeze a
	expect_eq "frozen-$call" ready "$(cat "$T/result")"
	thaw a
	case $call in
	nanosleep) result=0 ;;
	futex) result=ETIMEDOUT ;;
	epoll_wait) result=EINTR ;;
	*)
		result=1
		expect_soon "sleeps-on-$call" 'blocks "$PID" "$T/result"'
		echo x > "$T/fifo" &
		;;
	esac
	wait_for '[ "$(cat "$T/result")" != ready ]'
	expect_eq "result-$call" "$result" "$(cat "$T/result")"
	wait "$PID"
	if [ "$call" = poll ] || [ "$call" = read ]; then
		# what poll left, and the newline
		dd if="$T/fifo" bs=64 count=1 iflag=nonblock >/dev/null 2>&1
	fi
done

# A timeout that passes while the task is frozen is over at the thaw.
blocker nanosleep
freeze a
"$SYSC" msleep 900 >/dev/null
expect_eq no-wake-up ready "$(cat "$T/result")"
thaw a
expect_soon wakes-at-thaw '[ "$(cat "$T/result")" = 0 ]' 2
wait "$PID"

# vfork: a parent that waits for a frozen child counts as frozen, too.
"$SYSC" write a/tasks 0 , sh 'sleep 0; exec 2>/dev/null; while :; do /bin/true; done' >/dev/null 2>&1 &
sheller=$!
wait_for '[ "$(wc -l < a/tasks)" -gt 1 ]'
for i in 1 2 3 4 5; do
	echo FROZEN > a/freezer.state
	expect_soon "shell-frozen-$i" 'is_frozen a'
	thaw a
done
kill -9 "$sheller"
for task in $(cat a/tasks); do
	kill -9 "$task" 2>/dev/null
done
wait "$sheller" 2>/dev/null
leave_freezer_hierarchy
finish
