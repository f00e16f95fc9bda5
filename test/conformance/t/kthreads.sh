#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernel threads are all in the top container. kthreadd and those bound to a CPU cannot be
# moved; others can.
# shellcheck source=../lib.sh
. "$LIB"

kthread() { # NAME
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null < "$dir/comm" || continue
		[ "$comm" = "$1" ] && [ -z "$(tr -d '\0' < "$dir/cmdline")" ] &&
			echo "${dir#/proc/}" && return 0
	done
	return 1
}
[ "$(cat /proc/2/comm 2>/dev/null)" = kthreadd ] || skip "kernel threads are out of sight"

new_hierarchy
mkdir "$H/a"
expect_errno kthreadd EINVAL write "$H/a/tasks" 2
expect_errno kthreadd-procs EINVAL write "$H/a/cgroup.procs" 2
expect_eq kthreadd-is-in-top / "$(where 2)"
for name in migration/0 ksoftirqd/0 cpuhp/0; do
	pid=$(kthread "$name") || continue
	expect_errno "bound-$name" EINVAL write "$H/a/tasks" "$pid"
	expect_eq "bound-is-in-top-$name" / "$(where "$pid")"
done
for name in kswapd0 khugepaged oom_reaper; do
	pid=$(kthread "$name") || continue
	expect_errno "free-$name" OK write "$H/a/tasks" "$pid"
	expect_eq "free-moved-$name" /a "$(where "$pid")"
	expect_errno "free-back-$name" OK write "$H/tasks" "$pid"
done
expect_eq none-left '' "$(ids "$H/a/tasks")"
if has init; then
	expect_errno init OK write "$H/a/tasks" 1
	expect_errno init-back OK write "$H/tasks" 1
fi
finish
