#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# v1 only: /proc/PID/cgroup and /proc/cgroups, to which containerfs cannot add lines. Its
# container.where and container.hierarchies are for the same use, and have the same formats
# (container-where.sh, container-hierarchies.sh). These checks fix the formats.
# shellcheck source=../lib.sh
. "$LIB"
requires v1

new_hierarchy
mkdir "$H/a" "$H/a/b c:d"
spawn "$H/a"
mine=$(grep ":name=$NAME:" "/proc/$PID/cgroup")
expect_eq line "name=$NAME:/a" "${mine#*:}"
expect_true line-begins-with-the-id expr "${mine%%:*}" : '[1-9][0-9]*$'
first_id=${mine%%:*}
echo "$PID" > "$H/a/b c:d/tasks"
expect_true odd-path grep -qx "[0-9]*:name=$NAME:/a/b c:d" "/proc/$PID/cgroup"
end "$PID"

first=$NAME
new_hierarchy
second_id=$(sed -n "s/:name=$NAME:.*//p" /proc/self/cgroup)
expect_true ids-grow test "$second_id" -gt "$first_id"
expect_eq newest-first "$NAME $first" "$(sed -n "s/.*name=\(${TEST_NAME}[^:]*\):.*/\1/p" \
	/proc/self/cgroup | tr '\n' ' ' | sed 's/ $//')"
umount_wait "$H" "$NAME"
new_hierarchy
expect_true ids-are-not-reused test "$(sed -n "s/:name=$NAME:.*//p" /proc/self/cgroup)" -gt "$second_id"

expect_eq cgroups-header "#subsys_name	hierarchy	num_cgroups	enabled" "$(sed 1q /proc/cgroups)"
expect_errno cgroups-mode 0444 stat /proc/cgroups mode
expect_false cgroups-lines sh -c "sed 1d /proc/cgroups | grep -qv '^[a-z_]*	[0-9]*	[0-9]*	[01]\$'"

# In a cgroup namespace the root is where the task was when it made it; the rest is above.
H=$T/h1
expect_errno cgroupns "OK OK name=$first:/" write "$H/a/tasks" 0 , unshare cgroup , \
	sh "sed -n 's/^[0-9]*:\(name=$first:\)/\1/p' /proc/self/cgroup"
expect_errno cgroupns-outside "OK OK name=$first:/.." write "$H/a/tasks" 0 , unshare cgroup , \
	sh "sed -n 's/^[0-9]*:\(name=$first:\)/\1/p' /proc/$$/cgroup"
expect_errno clone-into-cgroup "OK EBADF" open 0 "$H/a" directory , clone3 - @0
finish
