#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A container without a process keeps its namespaces, is entered, left empty and entered
# again. EMPTY_SECONDS (1) is for how long it is empty at first; an hour is what people
# have asked for.
# shellcheck source=../lib.sh
. "$LIB"

requires dac userns pidns
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a
requires_empty_pidns a

# user comes last: whoever has a user namespace of its own may make no others in the initial
# one. What may be held is decided when the file is opened.
expect_errno made "OK OK OK OK OK OK" open 0 a/ns.hold wronly , \
	unshare mnt,uts,ipc,net,cgroup,time , \
	write /proc/sys/kernel/hostname quiet , \
	write @0 'mnt uts ipc net cgroup time' , unshare user , write @0 user
all=mnt,uts,ipc,user,net,cgroup,time
expect_errno pid "OK OK OK" open 0 a/ns.hold wronly , unshare pid , write @0 pid

# How many processes are in what is held.
users() { # NAME
	inode=$(sed -n "s/^$1 //p" a/ns.hold)
	ls -l /proc/[0-9]*/ns/"$1" 2>/dev/null | grep -c ":\[${inode:-none}\]"
}

i=0
for name in mnt uts ipc user pid net cgroup time; do
	i=$((i + 1))
	expect_eq "held-$i" 1 "$(grep -c "^$name [1-9][0-9]*\$" a/ns.hold)"
	expect_eq "nobody-$i" 0 "$(users $name)"
done
cp a/ns.hold "$T/before"

# Nothing but the container keeps them: not the inodes that were cached on the way.
echo 3 > /proc/sys/vm/drop_caches
end=$(($(date +%s) + ${EMPTY_SECONDS:-1}))
wait_for '[ "$(date +%s)" -ge "$end" ]' "$((${EMPTY_SECONDS:-1} + 10))"
echo 3 > /proc/sys/vm/drop_caches

i=0
for round in first second third; do
	i=$((i + 1))
	expect_errno "enter-$i" "OK quiet" enter a "$all" , sh 'cat /proc/sys/kernel/hostname'
	expect_eq "left-$i" 0 "$(users uts)"
	expect_true "same-$i" cmp a/ns.hold "$T/before"
done

# The first process of the PID namespace is its number 1, and takes it along.
child=$("$SYSC" enter a pid , fork)
child=${child#OK }
expect_eq one 1 "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$child/status")"
expect_eq used 1 "$(users pid)"
kill -9 "$child"
expect_soon ended '[ "$(users pid)" = 0 ]'
expect_errno over "OK ENOMEM" enter a pid , fork
expect_errno others "OK quiet" enter a "$all" , sh 'cat /proc/sys/kernel/hostname'
expect_errno goes OK rmdir a
finish
