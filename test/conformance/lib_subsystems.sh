# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The part of lib.sh that only scripts about one subsystem need. Each mounts the subsystem
# with a container of the script's own, because on v1 other programs use it. The leave_
# function undoes at the end what was done to tasks.
# shellcheck disable=SC2034

# Mounts a subsystem at $T/SUBSYSTEM, with a container of this script's own, $H: on v1 other
# programs may use the subsystem.
own_container() { # SUBSYSTEM [OPTION,...]
	requires "subsystem:$1"
	mount_hierarchy "$T/$1" "$1${2:+,$2}"
	H=$T/$1/$TEST_NAME.$$
	mkdir "$H" || exit 1
}

leave_own_container() { # MOUNTPOINT
	cd / || exit 1
	wait_for '[ -z "$(find "$H" -name tasks -exec cat {} +)" ]'
	find "$H" -depth -type d -exec rmdir {} +
	unmount "$1" >/dev/null
}

## The freezer

# Mounts the freezer at $FREEZER.
freezer_hierarchy() { # [OPTION,...]
	FREEZER=$T/freezer
	own_container freezer "$@"
}

# Thaws all containers that this script may have frozen.
thaw_all() { # MOUNTPOINT
	find "$1" -path "$1/$TEST_NAME.*" -name freezer.state 2>/dev/null | while read -r state_file; do
		echo THAWED > "$state_file"
	done
}

leave_freezer_hierarchy() {
	thaw_all "$FREEZER"
	leave_own_container "$FREEZER"
	FREEZER=
}

# Is the container FROZEN? v1 asks a program that reads FREEZING to write FROZEN again,
# because a task can miss that it is to stop.
is_frozen() { # CONTAINER
	[ "$(cat "$1/freezer.state")" = FROZEN ] || {
		has v1 && echo FROZEN > "$1/freezer.state"
		false
	}
}

# Freezes, and waits until all tasks have stopped.
freeze() { # CONTAINER
	echo FROZEN > "$1/freezer.state"
	frozen_dir=$1
	wait_for 'is_frozen "$frozen_dir"'
}

thaw() { # CONTAINER
	echo THAWED > "$1/freezer.state"
}

# A process that counts in $T/NAME; its pid is $PID. In DIR, if one is given.
spinner() { # NAME [DIR]
	"$SYSC" spin "$T/$1" </dev/null >/dev/null 2>&1 8>&- 9>&- &
	PID=$!
	[ -z "${2-}" ] || echo "$PID" > "$2/tasks"
	spinning=$T/$1
	wait_for '[ -s "$spinning" ]'
}

# Does the process run? A machine under load may take this long to let it.
runs() { # NAME
	"$SYSC" advances "$T/$1" 5000
}

# A frozen task does not begin to run again by itself, so little time is enough.
stands() { # NAME
	[ "$("$SYSC" advances "$T/$1" 100)" = no ]
}

## Devices

# Mounts devices at $DEVICES.
devices_hierarchy() { # [OPTION,...]
	DEVICES=$T/devices
	own_container devices "$@"
}

leave_devices_hierarchy() {
	leave_own_container "$DEVICES"
}

# A process enters a container, then does what the sysc words say.
expect_in() { # ID CONTAINER RESULT WORD...
	check_id=$1
	check_dir=$2
	check_text=$3
	shift 3
	expect_errno "$check_id" "OK $check_text" write "$check_dir/tasks" 0 , "$@"
}

## pids

# Mounts pids at $PIDS. $BEYOND is "refused" or "killed": what the host does with a fork
# beyond a limit. $DEAD is "counted" or "forgotten": whether zombies count.
pids_hierarchy() { # [OPTION,...]
	PIDS=$T/pids
	own_container pids "$@"
	BEYOND=refused DEAD=counted
	has v1 && return
	case $(sed -n 's/^pids	//p' "$PIDS/container.subsystems") in
	enforced:*is\ killed*until\ they\ exit*) BEYOND=killed DEAD=forgotten ;;
	enforced:*is\ killed*) BEYOND=killed ;;
	enforced:*until\ they\ exit*) DEAD=forgotten ;;
	enforced:*) ;;
	*) skip "needs pids enforced" ;;
	esac
}

leave_pids_hierarchy() {
	leave_own_container "$PIDS"
}

## cpuset

# The numbers of a list like "0-2,5".
cpus_in() { # LIST
	echo "$1" | tr ',' '\n' | awk -F- 'NF { for (i = $1; i <= $NF; i++) printf "%s%d", n++ ? " " : "", i }'
}

# Mounts cpuset at $CPUSET; $H has all CPUs and nodes. $ALL and $MEMS are the lists of the
# system's CPUs and nodes, $CPUS how many CPUs, $FIRST and $LAST two of them.
cpuset_hierarchy() { # [OPTION,...]
	CPUSET=$T/cpuset
	own_container cpuset "$@"
	cpuset_size
	fill "$H" "$ALL"
}

cpuset_size() {
	ALL=$(cat "$CPUSET/cpuset.cpus") MEMS=$(cat "$CPUSET/cpuset.mems")
	FIRST=$(cpus_in "$ALL" | cut -d ' ' -f 1)
	LAST=$(cpus_in "$ALL" | sed 's/.* //')
	CPUS=$(cpus_in "$ALL" | wc -w)
}

# Gives a container CPUs, and all memory nodes.
fill() { # DIR CPUS
	echo "$2" > "$1/cpuset.cpus"
	echo "$MEMS" > "$1/cpuset.mems"
}

leave_cpuset_hierarchy() {
	leave_own_container "$CPUSET"
}

# The affinity of a task, as a list.
affinity() { # PID
	"$SYSC" affinity "$1"
}

## The ns subsystem of containerfs

# Mounts ns, with other options if given, as a fresh hierarchy at $TOP. The script itself
# goes into the container $H below, because other programs that make namespaces on this
# machine get containers in the top one.
ns_hierarchy() { # [OPTION,...]
	requires containerfs subsystem:ns
	new_hierarchy "ns${1:+,$1}"
	TOP=$H
	H=$TOP/test
	mkdir "$H"
	echo $$ > "$H/tasks"
}

# Leaves it, so that the hierarchy can die.
leave_ns_hierarchy() {
	cd / || exit 1
	echo $$ > "$TOP/tasks"
	remove_containers "$TOP"
	umount_wait "$TOP" "$NAME"
}

# Starts a process that makes namespaces and pauses; its pid is $PID.
unsharer() { # NAMESPACE,...
	rm -f "$T/unsharer"
	"$SYSC" unshare "$1" , pause </dev/null >"$T/unsharer" 2>&1 8>&- 9>&- &
	PID=$!
	wait_for "[ -s '$T/unsharer' ]"
}

# Runs a process that makes namespaces and ends.
unshare_once() {
	"$SYSC" unshare uts >/dev/null
}

# A counter out of an events file.
count_of() { # NAME FILE
	sed -n "s/^$1 //p" "$2"
}
