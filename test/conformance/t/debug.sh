#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The debug subsystem: read-only numbers about a container and about the
# reader's css_group.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs subsystem:debug

new_hierarchy debug
cd "$H" || exit 1
mkdir a b
for file in taskcount container_refcount current_css_group \
		current_css_group_refcount releasable; do
	expect_errno "mode-$file" 0444 stat "a/debug.$file" mode
	expect_errno "write-$file" EINVAL write "a/debug.$file" 1
	expect_true "line-$file" sh -c "grep -qx '[0-9a-fx]*' 'a/debug.$file'"
done

expect_errno taskcount-empty '0\n' read a/debug.taskcount
spawn a
one=$PID
spawn a
expect_errno taskcount-two '2\n' read a/debug.taskcount
expect_eq releasable-occupied 0 "$(cat a/debug.releasable)"
puppet
tell 0 thread >/dev/null
echo "$PUPPET" > a/cgroup.procs
expect_errno taskcount-threads '4\n' read a/debug.taskcount
end_puppet
expect_soon taskcount-after-exit '[ "$(cat a/debug.taskcount)" = 2 ]'
end "$one" "$PID"
expect_errno taskcount-empty-again '0\n' read a/debug.taskcount
expect_eq releasable-was-occupied 1 "$(cat a/debug.releasable)"
mkdir a/c
expect_eq releasable-with-child 0 "$(cat a/debug.releasable)"
rmdir a/c

# Tasks with the same memberships share a css_group, others do not.
group_in() { # CONTAINER
	"$SYSC" write "$1/tasks" 0 , read debug.current_css_group
}
spawn a
one=$PID
spawn b
expect_eq group-is-shared "$(group_in a)" "$(group_in a)"
expect_true group-differs test "$(group_in a)" != "$(group_in b)"
end "$one" "$PID"
expect_errno group-does-not-depend-on-the-file "OK same" write a/tasks 0 , \
	sh "cmp a/debug.current_css_group b/debug.current_css_group && echo same"
refcount() {
	"$SYSC" write a/tasks 0 , read debug.current_css_group_refcount |
		sed 's/^OK //;s/\\n//'
}
alone=$(refcount)
spawn a
expect_true refcount-grows test "$(refcount)" -gt "$alone"
end "$PID"
finish
