#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A fresh hierarchy has every task of the system in its top container: kernel
# threads, init, and all threads of each process, but no zombies.
#
# Other tasks come and go meanwhile. So this looks only for tasks that /proc had both before
# and after; and no listed task may have been a zombie both times.
# shellcheck source=../lib.sh
. "$LIB"

puppet
tell 0 thread >/dev/null
zombie=$(tell 0 zombie)
new_hierarchy

without_init=
has init || without_init=1

# Ids of threads that are zombies, or of those that are not, in the order of sort.
threads() { # alive|zombie
	# A glob of all threads would race with those that end.
	find /proc/[0-9]*/task -maxdepth 2 -name stat ${without_init:+-not -path '/proc/1/*'} -exec cat {} + 2>/dev/null |
		awk -v want="$1" '{ id = $1; sub(/.*\) /, "")
			zombie = $1 == "Z" || $1 == "X"
			if (zombie == (want == "zombie")) print id }' | sort
}
look() {
	for kind in alive zombie; do
		threads "$kind" > "$T/$kind.before"
	done
	sort "$H/tasks" > "$T/listed"
	for kind in alive zombie; do
		threads "$kind" > "$T/$kind.after"
		# In both lists: ids that the two together have twice.
		sort "$T/$kind.before" "$T/$kind.after" | uniq -d > "$T/$kind"
	done
	# Alive both times, and not listed.
	missing=$(sort "$T/alive" "$T/listed" "$T/listed" | uniq -u | tr '\n' ' ')
	stale=$(sort "$T/zombie" "$T/listed" | uniq -d | tr '\n' ' ')
	[ -z "$missing$stale" ]
}
# /proc shows a new task before its fork is complete, so look again.
wait_for look 1

expect_true some-are-alive test "$(wc -l < "$T/alive")" -gt 10
expect_true own-zombie grep -qx "$zombie" "$T/zombie"
expect_eq all-are-listed '' "$missing"
expect_eq no-zombie-is-listed '' "$stale"
expect_eq none-twice '' "$(uniq -d "$T/listed")"
has init && expect_true init-is-listed grep -qx 1 "$H/cgroup.procs"
expect_true kthreadd-is-listed grep -qx 2 "$H/cgroup.procs"
expect_eq in-order '' "$(sort -n -c "$H/tasks" 2>&1)"
end_puppet
finish
