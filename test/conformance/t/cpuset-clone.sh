#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cpuset and ns in one hierarchy: a container that appears by itself has its
# parent's CPUs and memory, less what exclusive siblings have, and the task in it
# runs in any case.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs subsystem:ns subsystem:cpuset

# Other namespaces on this machine get no container beside those of this script.
new_hierarchy ns,cpuset,clone_flags=none
CPUSET=$H
cpuset_size

# The affinity of a task of DIR that has just unshared.
unshared() { # DIR
	"$SYSC" write "$1/tasks" 0 , unshare uts , affinity 0 2>&1
}
clone_dir() { # CPUS: a container whose clones count
	mkdir "$1"
	fill "$1" "$2"
	echo uts > "$1/ns.clone_flags"
}

cd "$H" || exit 1
clone_dir a "$FIRST"
expect usable "OK OK $FIRST" unshared a
expect_errno copies "$FIRST\\n $MEMS\\n" read a/node1/cpuset.cpus , read a/node1/cpuset.mems
spawn a/node1
expect_eq takes-others "$FIRST" "$(affinity "$PID")"
expect nested "OK OK $FIRST" unshared a/node1
expect_errno nested-copies "$FIRST\\n" read a/node1/node1/cpuset.cpus
end "$PID"
wait_for '[ -z "$(cat a/node1/tasks)" ]'
remove_containers a
rmdir a

# Beside an exclusive container: the CPUs that are left.
clone_dir b "$ALL"
mkdir b/x
fill b/x "$LAST"
expect_errno exclusive-parent OK write b/cpuset.cpu_exclusive 1
expect_errno exclusive-child OK write b/x/cpuset.cpu_exclusive 1
if [ "$CPUS" -gt 1 ]; then
	rest=$(cpus_in "$ALL" | sed "s/ $LAST\$//")
	"$SYSC" write b/tasks 0 , unshare uts , pause >/dev/null 2>&1 &
	PID=$!
	expect_soon rest '[ "$(cpus_in "$(affinity "$PID")")" = "$rest" ]'
	end "$PID"
	expect_eq rest-cpus "$rest" "$(cpus_in "$(cat b/node1/cpuset.cpus)")"
	wait_for '[ -z "$(cat b/node1/tasks)" ]'
	rmdir b/node1
fi
# None is left: the clone has its parent's, and no other task can come.
expect_errno exclusive-all OK write b/x/cpuset.cpus "$ALL"
expect nothing-left "OK OK $ALL" unshared b
node=$(containers b | sed 's/ x$//')
expect_errno nothing-left-cpus '\n' read "b/$node/cpuset.cpus"
expect_errno nothing-left-attach ENOSPC write "b/$node/tasks" 0
wait_for "[ -z \"\$(cat 'b/$node/tasks')\" ]"
remove_containers "$H"
finish
