#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The mount option ns_rules: the rules of ns_cgroup. A task can only descend, one level at
# a time, into an empty container at or below the caller's. Only a task with CAP_SYS_ADMIN
# moves other tasks or makes containers.
# shellcheck source=../lib.sh
. "$LIB"

# Off by default.
ns_hierarchy
mkdir "$H/a" "$H/a/b"
spawn
expect_errno off-two-levels OK write "$H/a/b/tasks" "$PID"
expect_errno off-upward OK write "$H/tasks" "$PID"
end "$PID"
leave_ns_hierarchy

ns_hierarchy ns_rules
cd "$H" || exit 1
if has shown-options; then
	expect_true shown grep -q " $TOP .*ns_rules" /proc/mounts
fi
mkdir a a/b c

spawn
one=$PID
spawn
two=$PID
expect_errno not-two-levels EPERM write a/b/tasks "$one"
expect_errno direct-child OK write a/tasks "$one"
expect_errno not-into-occupied EPERM write a/tasks "$two"
expect_errno already-there OK write a/tasks "$one"
expect_errno not-upward EPERM write tasks "$one"
expect_errno not-sideways EPERM write c/tasks "$one"
expect_errno further-down OK write a/b/tasks "$one"
expect_errno not-up-one EPERM write a/tasks "$one"
expect_eq places "/a/b /" "$(where "$one") $(where "$two")"
expect_errno no-such-task ESRCH write c/tasks 4194304

# CAP_SYS_ADMIN, number 21, is needed to move another task, not to move oneself.
expect_errno no-capability-other "OK EPERM" dropcap 21 , write c/tasks "$two"
expect_errno no-capability-self "OK OK" dropcap 21 , write c/tasks 0
expect_errno no-capability-mkdir "OK EPERM" dropcap 21 , mkdir x

# Only at or below one's own container.
expect_errno not-outside-own "OK EPERM" write c/tasks 0 , write a/tasks "$two"
expect_errno mkdir-outside-own "OK EPERM" write c/tasks 0 , mkdir x
expect_errno mkdir-in-own "OK OK" write c/tasks 0 , mkdir c/x
expect_errno descend-in-own "OK OK" write c/tasks 0 , write c/x/tasks 0
expect_errno no-way-back "OK OK EPERM" write c/tasks 0 , write c/x/tasks 0 , write c/tasks 0

# The rules do not apply to clones.
expect_errno clone-as-ever OK unshare uts
expect_true clone-as-ever-made test -d node1
end "$one" "$two"

finish
