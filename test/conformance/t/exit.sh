#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A task leaves its container when it exits, not when it is reaped; a leader
# that has exited before its threads stands for them in cgroup.procs alone.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a" "$H/b"

# Zombies.
puppet
tell 0 write "$H/a/tasks" 0 >/dev/null
zombie=$(tell 0 zombie)
expect_eq zombie Z "$(state_of "$zombie")"
expect_eq zombie-is-not-listed "$PUPPET" "$(ids "$H/a/tasks")"
expect_eq zombie-is-no-process "$PUPPET" "$(ids "$H/a/cgroup.procs")"
if has v1; then
	expect_true zombie-in-proc-is-in-top grep -q "name=$NAME:/\$" "/proc/$zombie/cgroup"
fi
expect_errno zombie-attach OK write "$H/b/tasks" "$zombie"
expect_errno zombie-attach-procs OK write "$H/b/cgroup.procs" "$zombie"
expect_eq zombie-moved-nobody '' "$(ids "$H/b/tasks")"
expect_eq zombie-parent-stays "$PUPPET" "$(ids "$H/a/tasks")"
tell 0 reap "$zombie" >/dev/null
expect_errno zombie-reaped ESRCH write "$H/b/tasks" "$zombie"
end_puppet
expect_soon gone "[ -z \"\$(cat '$H/a/tasks')\" ]"

# A dead leader.
puppet
answer=$(tell 0 thread)
one=${answer#* }
echo "$PUPPET" > "$H/a/cgroup.procs"
expect_eq dead-leader OK "$(tell 0 exit)"
expect_soon dead-leader-is-dead "[ \"\$(state_of $PUPPET)\" = Z ]"
expect_eq dead-leader-tasks "$one" "$(ids "$H/a/tasks")"
expect_eq dead-leader-procs "$PUPPET" "$(ids "$H/a/cgroup.procs")"
expect_errno dead-leader-keeps-it-busy EBUSY rmdir "$H/a"
expect_errno dead-leader-by-tasks OK write "$H/b/tasks" "$PUPPET"
expect_eq dead-leader-by-tasks-moved-nobody '' "$(ids "$H/b/tasks")"
expect_eq dead-leader-by-tasks-left "$one" "$(ids "$H/a/tasks")"
expect_errno dead-leader-by-procs OK write "$H/b/cgroup.procs" "$PUPPET"
expect_eq dead-leader-by-procs-moved "$one" "$(ids "$H/b/tasks")"
expect_eq dead-leader-by-procs-lists "$PUPPET" "$(ids "$H/b/cgroup.procs")"
expect_errno dead-leader-thread OK write "$H/a/tasks" "$one"
expect_eq dead-leader-thread-moved "$one" "$(ids "$H/a/tasks")"
child=$(tell 1 fork)
expect_eq dead-leader-fork /a "$(where "$child")"
kill -9 "$child"
answer=$(tell 1 thread)
expect_eq dead-leader-new-thread /a "$(where "${answer#* }")"
end_puppet
expect_soon dead-leader-all-gone "[ -z \"\$(cat '$H/a/tasks')\" ]"

# A thread that exits.
puppet
answer=$(tell 0 thread)
one=${answer#* }
echo "$one" > "$H/a/tasks"
expect_eq thread-exit OK "$(tell 1 exit)"
expect_soon thread-gone "[ -z \"\$(cat '$H/a/tasks')\" ]"
expect_errno thread-gone-id ESRCH write "$H/a/tasks" "$one"
expect_eq thread-gone-others / "$(where "$PUPPET")"
end_puppet
finish
