#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fork bombs of processes, threads and namespaces run below a limit, while limits below it
# change and the bombs are moved: afterwards every count is 0.
# shellcheck source=../lib.sh
. "$LIB"

pids_hierarchy
cd "$H" || exit 1
mkdir t t/a t/a/b t/c
echo 40 > t/pids.max
bombs=
# All bombs are there before one begins, because an attach may exceed a limit.
for what in process thread unshare; do
	sh -c 'echo 0 > t/a/tasks; while [ ! -e "$1/go" ]; do "$SYSC" msleep 20; done
		exec "$SYSC" bomb "$2"' sh "$T" $what >/dev/null 2>&1 </dev/null &
	bombs="$bombs $!"
done
for pid in $bombs; do
	wait_for "grep -qx '$pid' t/a/cgroup.procs"
done
: > "$T/go"

# The PID of a killed bomb may be another process's: only processes in here are ours.
ours() { # PID
	grep -qx "$1" t/a/cgroup.procs t/a/b/cgroup.procs t/c/cgroup.procs
}

round=0 beyond=
while [ $round -lt 60 ]; do
	for step in 'a 9' 'a/b 0' 'c 4' 'a max' 'a/b 2' 'c 20' 'a 1' 'a/b 12' 'c max'; do
		dir=t/${step% *}
		echo "${step#* }" > "$dir/pids.max"
		[ "$(cat t/pids.current)" -le 40 ] || beyond=1
	done
	for pid in $bombs; do
		round=$((round + 1))
		ours "$pid" || continue
		case $((round % 4)) in
		0) echo "$pid" > t/a/cgroup.procs ;;
		1) echo "$pid" > t/c/tasks ;;
		*) echo "$pid" > t/a/b/cgroup.procs ;;
		esac
	done
done
# cgroup v1 counts a fork that it refuses for a moment.
has v1 || expect_eq never-beyond '' "$beyond"
has v1 || expect_true peak test "$(cat t/pids.peak)" -le 40
expect_true refused test "$(find t -name pids.events -exec sed 's/max //' {} + | awk '{ n += $1 } END { print n }')" -gt 0

for dir in t t/a t/a/b t/c; do
	echo 0 > $dir/pids.max
done
for pid in $bombs; do
	! ours "$pid" || end "$pid"
done
for dir in t t/a t/a/b t/c; do
	expect_soon "nobody-$(echo $dir | tr / -)" "[ \"\$(cat $dir/pids.current)\" = 0 ]" 20
	expect_eq "no-task-$(echo $dir | tr / -)" '' "$(cat $dir/tasks)"
done
leave_pids_hierarchy
finish
