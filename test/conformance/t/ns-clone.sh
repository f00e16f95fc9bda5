#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container_clone: a task that makes new namespaces, or is made with new ones, gets a
# container of its own below its container, numbered within the parent. The task is there
# when the call returns.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1

# One namespace, one container.
expect_eq unshare-one "same" "$(unshare -u sh -c \
	"echo \$\$ > '$T/pid'; exec cat '$H/node1/tasks'" > "$T/tasks"
	cmp "$T/pid" "$T/tasks" >/dev/null 2>&1 && echo same || cat "$T/pid" "$T/tasks")"

# Each further clone of the same parent gets the next number; a nested one starts
# again at 1.
unsharer uts
two=$PID
expect_eq next-number /node2 "$(where "$two")"
puppet
expect_eq nested-outer OK "$(tell 0 unshare uts)"
expect_eq nested-outer-place /node3 "$(where "$PUPPET")"
expect_eq nested-inner OK "$(tell 0 unshare net)"
expect_eq nested-inner-place /node3/node1 "$(where "$PUPPET")"
child=$(tell 0 fork)
expect_eq nested-fork /node3/node1 "$(where "$child")"
kill -9 "$child"
end_puppet
end "$two"

# One call is one container, however many namespaces it makes.
unsharer mnt,uts,ipc,net
expect_eq many-at-once /node4 "$(where "$PID")"
end "$PID"
for kind in mnt uts ipc user pid net cgroup time; do
	before=$(count_of clones ns.events)
	"$SYSC" unshare "$kind" >/dev/null
	expect_eq "kind-$kind" $((before + 1)) "$(count_of clones ns.events)"
done

# ns.is_clone tells a clone.
mkdir made
expect_errno is-clone "reg 0444" stat node1/ns.is_clone type mode
expect_errno is-clone-of-clone '1\n' read node1/ns.is_clone
expect_errno is-clone-of-inner '1\n' read node3/node1/ns.is_clone
expect_errno is-clone-of-made '0\n' read made/ns.is_clone
expect_errno is-clone-of-top ENOENT stat "$TOP/ns.is_clone" mode
expect_errno is-clone-write EINVAL write made/ns.is_clone 1
mv node1 renamed
expect_errno is-clone-renamed '1\n' read renamed/ns.is_clone
mv renamed node1

# Each directory has its own numbers, and does not use them again.
mkdir a
puppet
echo "$PUPPET" > a/tasks
tell 0 unshare uts >/dev/null
expect_eq own-numbers /a/node1 "$(where "$PUPPET")"
end_puppet
rmdir a/node1
unshare_once
mkdir b b/node1 b/node3
spawn_in_b() {
	"$SYSC" write b/tasks 0 , unshare uts >/dev/null
}
spawn_in_b
expect_eq taken-numbers-are-skipped "node1 node2 node3" "$(containers b)"
spawn_in_b
expect_eq taken-numbers-are-skipped-again "node1 node2 node3 node4" "$(containers b)"
rmdir b/node4
spawn_in_b
expect_eq numbers-are-not-reused "node1 node2 node3 node5" "$(containers b)"
"$SYSC" write a/tasks 0 , unshare uts >/dev/null
expect_eq numbers-are-not-reused-below node2 "$(containers a)"

# Only the calling thread moves.
puppet
answer=$(tell 0 thread)
one=${answer#* }
mkdir c
echo "$PUPPET" > c/cgroup.procs
tell 1 unshare uts >/dev/null
expect_eq thread-moves /c/node1 "$(where "$one")"
expect_eq thread-others-stay /c "$(where "$PUPPET")"
end_puppet

# clone(2) and clone3(2) move the child, not the parent.
puppet
mkdir d
echo "$PUPPET" > d/tasks
child=$(tell 0 clone uts)
expect_eq clone-child /d/node1 "$(where "$child")"
expect_eq clone-parent /d "$(where "$PUPPET")"
second=$(tell 0 clone3 mnt,pid)
expect_eq clone3-child /d/node2 "$(where "$second")"
third=$(tell 0 clone -)
expect_eq clone-without /d "$(where "$third")"
kill -9 "$child" "$second" "$third"
end_puppet

# setns moves no task.
unsharer uts
spawn
expect_errno setns "OK /" setns "/proc/$PID/ns/uts" , \
	sh "grep -qx \$PPID '$H/tasks' && echo /"
puppet
expect_eq setns-other OK "$(tell 0 setns "/proc/$(cat node*/tasks | sed 1q)/ns/uts")"
expect_eq setns-other-stays / "$(where "$PUPPET")"
end_puppet
finish
