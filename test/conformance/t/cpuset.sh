#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of cpuset: lists, defaults, errors, and the rules between a
# container, its parent, its children and its siblings.
# shellcheck source=../lib.sh
. "$LIB"

cpuset_hierarchy
cd "$H" || exit 1
more=$((LAST + 1))
some=$FIRST
w() { # ID RESULT FILE VALUE
	expect_errno "$1" "$2" write "cpuset.$3" "$4"
}

## Files

for file in cpus mems cpu_exclusive mem_exclusive mem_hardwall memory_migrate sched_load_balance \
	memory_spread_page memory_spread_slab sched_relax_domain_level; do
	expect_errno "mode-$file" 0644 stat "cpuset.$file" mode
done
for file in effective_cpus effective_mems memory_pressure; do
	expect_errno "mode-$file" 0444 stat "cpuset.$file" mode
	w "write-$file" EINVAL "$file" 0
done
expect_errno mode-memory_pressure_enabled 0644 stat ../cpuset.memory_pressure_enabled mode
expect_errno no-memory_pressure_enabled ENOENT stat cpuset.memory_pressure_enabled mode
mkdir a b
for file in cpus mems effective_cpus effective_mems; do
	expect_errno "new-$file" '\n' read "a/cpuset.$file"
done
for file in cpu_exclusive mem_exclusive mem_hardwall memory_migrate memory_pressure \
	memory_spread_page memory_spread_slab; do
	expect_errno "new-$file" '0\n' read "a/cpuset.$file"
done
expect_errno new-sched_load_balance '1\n' read a/cpuset.sched_load_balance
expect_errno new-sched_relax_domain_level '-1\n' read a/cpuset.sched_relax_domain_level
expect_eq top-cpus "$ALL $MEMS" "$(echo $(cat ../cpuset.effective_cpus ../cpuset.effective_mems))"
expect_errno top-write-cpus EACCES write ../cpuset.cpus "$ALL"
expect_errno top-write-mems EACCES write ../cpuset.mems "$MEMS"

# All hosts take the default; v1 alone takes the rest.
for file in mem_hardwall memory_migrate memory_spread_page memory_spread_slab; do
	expect_errno "same-$file" OK write "a/cpuset.$file" 0
	expect_errno "other-$file" OK write "a/cpuset.$file" 1
	expect_errno "back-$file" OK write "a/cpuset.$file" 0
	expect_errno "bad-$file" EINVAL write "a/cpuset.$file" x
done
expect_errno same-sched_load_balance OK write a/cpuset.sched_load_balance 7
expect_errno other-sched_load_balance OK write a/cpuset.sched_load_balance 0
expect_errno back-sched_load_balance OK write a/cpuset.sched_load_balance 1
expect_errno same-sched_relax_domain_level OK write a/cpuset.sched_relax_domain_level -1
expect_errno bad-sched_relax_domain_level EINVAL write a/cpuset.sched_relax_domain_level -2
expect_errno word-sched_relax_domain_level EINVAL write a/cpuset.sched_relax_domain_level x
has v1 || {
	expect_errno refused-sched_relax_domain_level EOPNOTSUPP write a/cpuset.sched_relax_domain_level 0
	expect_errno refused-memory_pressure_enabled EOPNOTSUPP write ../cpuset.memory_pressure_enabled 1
}

## Lists

i=0
for list in "$FIRST" "$FIRST\n" " $FIRST " "$FIRST,$FIRST" ",$FIRST," "$FIRST,,$FIRST" "$FIRST-$FIRST" \
	"$FIRST $FIRST" "$FIRST-$FIRST:1/2"; do
	i=$((i + 1))
	expect_errno "clear-$i" OK write a/cpuset.cpus '\n'
	expect_errno "list-$i" OK write a/cpuset.cpus "$list"
	expect_errno "list-read-$i" "$FIRST\n" read a/cpuset.cpus
done
expect_errno list-all OK write a/cpuset.cpus all
expect_eq list-all-read "$ALL" "$(cat a/cpuset.cpus)"
i=0
for list in x 0x1 -1 +1 1- "$LAST-" "$more-$FIRST" "$FIRST.5" "$FIRST:1/2" "$FIRST-$LAST:2/1" \
	"$FIRST-$LAST:1/0" "$FIRST-$LAST:1" "$FIRST;$LAST"; do
	i=$((i + 1))
	expect_errno "bad-list-$i" EINVAL write a/cpuset.cpus "$list"
done
if [ "$(cat /sys/devices/system/cpu/possible)" = "$ALL" ]; then
	expect_errno too-high ERANGE write a/cpuset.cpus "$more"
	expect_errno range-too-high ERANGE write a/cpuset.cpus "$FIRST-$more"
fi
expect_errno too-long EOVERFLOW write a/cpuset.cpus 99999999999
expect_eq bad-changes-nothing "$ALL" "$(cat a/cpuset.cpus)"
expect_errno mems-all OK write a/cpuset.mems "$MEMS"
expect_errno mems-offline EINVAL write a/cpuset.mems 1023
expect_errno mems-too-high ERANGE write a/cpuset.mems 1024
expect_errno mems-bad EINVAL write a/cpuset.mems x
expect_eq mems-read "$MEMS $MEMS" "$(echo $(cat a/cpuset.mems a/cpuset.effective_mems))"
if [ "${MEMS#*[-,]}" != "$MEMS" ]; then
	has v1 || expect_errno mems-some EOPNOTSUPP write a/cpuset.mems "${MEMS%%[-,]*}"
fi
expect_errno cpus-nothing OK write a/cpuset.cpus ''
expect_eq nothing-changes-nothing "$ALL" "$(cat a/cpuset.cpus)"
expect_eq effective "$ALL" "$(cat a/cpuset.effective_cpus)"
expect_errno mems-clear OK write a/cpuset.mems '\n'
expect_errno mems-cleared '\n' read a/cpuset.mems
expect_errno cpus-clear OK write a/cpuset.cpus '\n'
expect_errno cpus-cleared '\n' read a/cpuset.cpus

## Parents and children

mkdir a/c
expect_errno not-in-parent EACCES write a/c/cpuset.cpus "$FIRST"
expect_errno mems-not-in-parent EACCES write a/c/cpuset.mems "$MEMS"
fill a "$ALL"
fill a/c "$some"
expect_errno child-keeps-cpus EBUSY write a/cpuset.cpus '\n'
expect_errno child-keeps-mems EBUSY write a/cpuset.mems '\n'
if [ "$CPUS" -gt 1 ]; then
	expect_errno child-keeps-one EBUSY write a/cpuset.cpus "$LAST"
	expect_errno shrink OK write a/cpuset.cpus "$FIRST"
	expect_errno outside-parent EACCES write a/c/cpuset.cpus "$LAST"
	expect_errno grow OK write a/cpuset.cpus "$ALL"
	expect_errno child-elsewhere OK write a/c/cpuset.cpus "$LAST"
	expect_errno child-back OK write a/c/cpuset.cpus "$FIRST"
fi

## Exclusive

expect_errno exclusive-in-shared EACCES write a/c/cpuset.cpu_exclusive 1
expect_errno exclusive-top OK write cpuset.cpu_exclusive 1
expect_errno exclusive-a OK write a/cpuset.cpu_exclusive 1
expect_errno exclusive-c OK write a/c/cpuset.cpu_exclusive 5
expect_errno exclusive-reads-1 '1\n' read a/c/cpuset.cpu_exclusive
expect_errno exclusive-bad EINVAL write a/c/cpuset.cpu_exclusive -1
expect_errno exclusive-child-keeps EBUSY write a/cpuset.cpu_exclusive 0
expect_errno overlaps EINVAL write b/cpuset.cpus "$FIRST"
mkdir a/d
expect_errno overlaps-child EINVAL write a/d/cpuset.cpus "$some"
expect_errno exclusive-c-off OK write a/c/cpuset.cpu_exclusive 0
expect_errno shared OK write a/d/cpuset.cpus "$some"
expect_errno exclusive-overlapping EINVAL write a/c/cpuset.cpu_exclusive 1
if [ "$CPUS" -gt 1 ]; then
	expect_errno apart OK write a/d/cpuset.cpus "$LAST"
	expect_errno exclusive-apart OK write a/c/cpuset.cpu_exclusive 1
	expect_errno into-exclusive EINVAL write a/d/cpuset.cpus "$FIRST"
	expect_errno exclusive-into-other EINVAL write a/c/cpuset.cpus "$LAST"
	expect_errno exclusive-apart-off OK write a/c/cpuset.cpu_exclusive 0
fi
expect_errno exclusive-a-off OK write a/cpuset.cpu_exclusive 0
expect_errno mem-exclusive-in-shared EACCES write a/cpuset.mem_exclusive 1
expect_errno mem-exclusive-top OK write cpuset.mem_exclusive 1
expect_errno mem-exclusive OK write a/cpuset.mem_exclusive 1
expect_errno mem-overlaps EINVAL write b/cpuset.mems "$MEMS"

# clone_children copies, but nothing beside an exclusive sibling.
expect_errno clone-children OK write cgroup.clone_children 1
mkdir e
expect_errno not-beside-exclusive '\n \n' read e/cpuset.cpus , read e/cpuset.mems
rmdir e
expect_errno mem-exclusive-off OK write a/cpuset.mem_exclusive 0
mkdir e
expect_errno copies "$ALL\\n $MEMS\\n" read e/cpuset.cpus , read e/cpuset.mems
expect_errno copies-no-flag '0\n 0\n' read e/cpuset.cpu_exclusive , read e/cpuset.mem_exclusive
rmdir e

expect_errno removed "OK OK ENODEV ENODEV" open 0 a/d/cpuset.cpus rdwr , rmdir a/d , write @0 0 , read @0
rmdir a/c a b
leave_cpuset_hierarchy

# Without the prefix. (On v1 the hierarchy exists already, with its own flags.)
if has containerfs; then
	mount_hierarchy "$T/plain" cpuset,noprefix
	expect_errno noprefix "$ALL\\n" read "$T/plain/cpus"
	expect_errno noprefix-tasks 0644 stat "$T/plain/tasks" mode
	expect_true noprefix-shown sh -c "has() { :; }; [ $HOST = fuse ] || grep ' $T/plain ' /proc/mounts | grep -q cpuset,noprefix"
	unmount "$T/plain" >/dev/null
fi
expect_mount noprefix-debug EINVAL cpuset,noprefix,freezer
finish
