#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Several subsystems in one hierarchy with ns: a task that makes namespaces gets a container
# with the files of all of them. It is frozen with its parent container, and counted in both.
# shellcheck source=../lib.sh
. "$LIB"

requires subsystem:cpuacct subsystem:freezer
ns_hierarchy cpuacct,freezer
cd "$H" || exit 1
mkdir a

used() { # CONTAINER
	cat "$1/cpuacct.usage"
}

expect_eq binding "$(wc -l < ../container.subsystems)" \
	"$(cut -f 1 ../container.subsystems | sort -u | wc -l)"
"$SYSC" write a/tasks 0 , unshare uts , spin "$T/clone" </dev/null >/dev/null 2>&1 &
PID=$!
wait_for '[ -s "$T/clone" ]'
expect_eq cloned /a/node1 "$(where "$PID")"
for file in cpuacct.usage freezer.state ns.events; do
	expect_true "has-$file" test -f "a/node1/$file"
done
expect_soon counted '[ "$(used a/node1)" -gt 0 ]'
clone=$(used a/node1)
expect_true counted-above test "$(used a)" -ge "$clone"

freeze a
expect_eq clone-frozen "FROZEN 0 1" \
	"$(cat a/node1/freezer.state a/node1/freezer.self_freezing a/node1/freezer.parent_freezing | tr '\n' ' ' | sed 's/ $//')"
expect_true clone-stands stands clone
before=$(used a/node1)
expect_true clone-stands-still stands clone
expect_eq frozen-uses-nothing "$before" "$(used a/node1)"
thaw a
expect_eq clone-runs yes "$(runs clone)"

# The time that a removed clone has used stays charged to its parent.
before=$(used a)
echo 0 > a/ns.keep_empty
end "$PID"
expect_soon clone-removed '[ ! -d a/node1 ]'
expect_true kept-above test "$(used a)" -ge "$before"
settled() {
	before=$(used a)
	"$SYSC" msleep 50 >/dev/null
	[ "$(used a)" = "$before" ]
}
expect_soon stands-above settled
rmdir a
leave_ns_hierarchy
finish
