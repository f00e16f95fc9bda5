#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own cpuset of a task stays in force beside a container's: a container
# gives no CPUs that the kernel's cpuset does not allow.
# shellcheck source=../lib.sh
. "$LIB"

requires containerfs
cpuset_hierarchy
[ "$CPUS" -gt 1 ] || skip "needs two CPUs"
cd "$H" || exit 1
mkdir a
fill a "$ALL"

# v1's cpuset where there is one, else v2's.
K=$T/kernels
mkdir "$K"
if mount -t cgroup -o cpuset none "$K" 2>/dev/null; then
	kernels=$K/$TEST_NAME.$$
	mkdir "$kernels"
	cat "$K/cpuset.mems" > "$kernels/cpuset.mems"
elif mount -t cgroup2 none "$K" 2>/dev/null && echo +cpuset 2>/dev/null > "$K/cgroup.subtree_control"; then
	kernels=$K/$TEST_NAME.$$
	mkdir "$kernels"
else
	unmount "$K" >/dev/null
	leave_cpuset_hierarchy
	skip "the kernel has no cpuset to be had"
fi
echo "$FIRST" > "$kernels/cpuset.cpus"

spawn
echo "$PID" > "$kernels/cgroup.procs"
expect_eq kernels "$FIRST" "$(affinity "$PID")"
expect_errno attach OK write a/tasks "$PID"
expect_eq kernels-stays "$FIRST" "$(affinity "$PID")"
expect_errno write-last OK write a/cpuset.cpus "$LAST"
expect_eq nothing-in-common "$FIRST" "$(affinity "$PID")"
expect_errno write-all OK write a/cpuset.cpus "$ALL"
expect_eq kernels-still "$FIRST" "$(affinity "$PID")"
end "$PID"

wait_for '[ -z "$(cat "$kernels/cgroup.procs")" ]'
rmdir "$kernels"
unmount "$K" >/dev/null
wait_for '[ -z "$(cat a/tasks)" ]'
leave_cpuset_hierarchy
finish
