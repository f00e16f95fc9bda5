# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the conformance scripts share. Each of them, and run, sources this.
#
# A script consists of checks. Each has an id, which is unique in its script and is
# never reused for another meaning, because the file differences refers to it as
# "<script>/<id>". A check that fails prints file:line, the id, the expected and the
# actual text, and the script goes on. `finish`, which must be the last line, turns the
# failures into the exit status. A loop over values numbers its checks from 1, so new
# values go to its end. Expected texts are literal, except that newlines in an output of
# sysc are compared as "\n".
#
# Nothing here sleeps for a fixed time: wait_for waits, with an upper bound, for what the
# kernel does asynchronously. `run` sets T (a directory of the test's own), HOST, SYSC and
# CFS_MOUNT, and cleans up afterwards, so no script needs to unmount or kill what it does
# not test.
# shellcheck disable=SC2034

checks=0
failures=0
finished=
nl='
'

## Checks

# The lines of differences for this host and script: "CHECK EXPECTED # REASON".
DIFFERENCES=$(sed -n "s|^${HOST}[[:space:]]*${TEST_NAME}/||p" \
	"${LIB%/*}/differences")

# The expectation for this host: the given one, or that of differences.
expectation() { # ID EXPECTED
	case $nl$DIFFERENCES in
	*"$nl$1"[[:space:]]*)
		printf '%b' "$(printf '%s\n' "$DIFFERENCES" |
			sed -n "s|^$1[[:space:]]*||;T;s|[[:space:]]*#.*||p")" ;;
	*) printf '%s\n' "$2" ;;
	esac
}

# The line of the check. A loop completes an id, so the start of the id is searched for.
line_of() { # ID
	id=$1
	while :; do
		line=$(grep -n -- "[ \"]$id" "$0" | sed -n '1s/:.*//p')
		[ -n "$line" ] && break
		case $id in
		*-*) id=${id%-*} ;;
		*) break ;;
		esac
	done
	echo "${line:-?}"
}

expect_eq() { # ID EXPECTED ACTUAL
	checks=$((checks + 1))
	expected=$(expectation "$1" "$2")
	if [ "$expected" = "$3" ]; then
		[ -z "$VERBOSE" ] || echo "ok $1: $3"
		return 0
	fi
	failures=$((failures + 1))
	printf '%s:%s: %s\n  expected: %s\n  came:     %s\n' \
		"${0##*/}" "$(line_of "$1")" "$1" "$expected" "$3"
	return 1
}

# Checks the output of a command, standard error included.
expect() { # ID EXPECTED COMMAND...
	check_id=$1
	check_text=$2
	shift 2
	expect_eq "$check_id" "$check_text" "$("$@" 2>&1)"
}

# Checks the result of one sysc line: OK, an errno, a value; or several.
expect_errno() { # ID RESULT WORD...
	check_id=$1
	check_text=$2
	shift 2
	expect_eq "$check_id" "$check_text" "$("$SYSC" "$@" 2>&1)"
}

# Checks the result of a mount, which is undone again.
expect_mount() { # ID RESULT OPTIONS
	mkdir -p "$T/try"
	result=$(try_mount "$T/try" "$3")
	expect_eq "$1" "$2" "$result"
	[ "$result" != OK ] || unmount "$T/try" >/dev/null
}

# Checks that a condition becomes true within a time.
expect_soon() { # ID CONDITION [SECONDS]
	if wait_for "$2" "${3:-10}"; then
		expect_eq "$1" true true
	else
		expect_eq "$1" true "still false: $2"
	fi
}

# Checks that a command succeeds or fails, whatever it prints.
expect_true() { # ID COMMAND...
	check_id=$1
	shift
	if "$@" >/dev/null 2>&1; then
		expect_eq "$check_id" true true
	else
		expect_eq "$check_id" true "false: $*"
	fi
}

expect_false() { # ID COMMAND...
	check_id=$1
	shift
	if "$@" >/dev/null 2>&1; then
		expect_eq "$check_id" false "true: $*"
	else
		expect_eq "$check_id" false false
	fi
}

# Waits until process PID sleeps in poll(2).
wait_poll() { # PID
	wait_for 'case $(cat "/proc/'"$1"'/wchan") in *poll*) ;; *) false ;; esac'
}

wait_for() { # CONDITION [SECONDS]
	polls=$((${2:-10} * 50))
	while ! eval "$1"; do
		polls=$((polls - 1))
		[ "$polls" -gt 0 ] || return 1
		"$SYSC" msleep 20 >/dev/null
	done
}

finish() {
	finished=1
	if [ "$checks" = 0 ]; then
		echo "no check was made"
		exit 1
	fi
	[ "$failures" = 0 ] || echo "$failures of $checks checks failed"
	exit $((failures > 0))
}

skip() { # REASON
	finished=1
	echo "skip: $*"
	exit 77
}

at_exit() {
	status=$?
	[ -z "${FREEZER-}" ] || thaw_all "$FREEZER"
	if [ -s "$T/probe-failed" ]; then
		sed "s|^|${0##*/}: |" "$T/probe-failed"
		exit 1
	fi
	[ -n "$finished" ] && exit $status
	echo "${0##*/}: ended before finish, status $status"
	exit 1
}

[ -z "$TEST_NAME" ] || trap at_exit EXIT

## What there is

has() { # FEATURE
	case $1 in
	v1 | fuse | module) [ "$HOST" = "$1" ] ;;
	containerfs) [ "$HOST" != v1 ] ;;
	dac) [ "$(id -u)" = 0 ] ;;
	# The mount table of FUSE has no place for a file system's own options.
	shown-options) [ "$HOST" != fuse ] ;;
	# A machine may hide process 1 from root, and then BPF does not show it.
	init) [ "$HOST" != fuse ] || readlink /proc/1/ns/pid >/dev/null 2>&1 ;;
	userns) [ "$("$SYSC" unshare user 2>&1)" = OK ] ;;
	pidns) [ "$("$SYSC" unshare pid 2>&1)" = OK ] ;;
	subsystem:*) subsystems | grep -qx "${1#*:}" ;;
	free-subsystems:*) [ "$(free_subsystems | wc -l)" -ge "${1#*:}" ] ;;
	*) echo "has: no feature $1" >&2; return 1 ;;
	esac
}

# Skips unless the host can hold a PID namespace without a process, as containerfsd cannot
# before Linux 6.11.
requires_empty_pidns() { # CONTAINER
	[ "$("$SYSC" unshare pid , hold "$1" pid)" != "OK EOPNOTSUPP" ] ||
		skip "needs a host that holds a PID namespace without a process"
	"$SYSC" write "$1/ns.hold" -pid >/dev/null
}

requires() { # FEATURE...
	for feature; do
		has "$feature" || skip "needs $feature"
	done
}

# Prints a line for each subsystem. If the host does not answer, this keeps the reason,
# because the caller may be in a pipe. The script then fails with the reason at its end
# (at_exit), whatever it made of the empty answer, in particular a skip.
subsystem_table() {
	if has v1; then
		cat /proc/cgroups 2>> "$T/probe-failed"
		return
	fi
	mkdir -p "$T/probe"
	result=$(try_mount "$T/probe" "none,name=probe-$$")
	if [ "$result" != OK ]; then
		echo "cannot mount a hierarchy to look for subsystems: $result" >> "$T/probe-failed"
		return 1
	fi
	cat "$T/probe/container.hierarchies" 2>> "$T/probe-failed"
	unmount "$T/probe" >/dev/null
}

subsystems() {
	subsystem_table | awk '!/^#/ && $4 == 1 { print $1 }'
}

# Prints the subsystems that are in no hierarchy. Of v1 only those that no system depends on;
# and not ns, in which containers appear by themselves.
free_subsystems() {
	subsystem_table | awk -v host="$HOST" '/^#/ || $4 != 1 || $2 != 0 || $1 == "ns" { next }
		host != "v1" || $1 == "net_prio" || $1 == "net_cls" || $1 == "perf_event" { print $1 }'
}

## Mounts

case $HOST in
v1) FSTYPE=cgroup KERNEL_TYPE=cgroup ;;
module) FSTYPE=containerfs KERNEL_TYPE=containerfs ;;
fuse) FSTYPE=fuse.containerfs KERNEL_TYPE= ;;
esac

# The errno that a mount helper names in parentheses, or OK.
helper_result() { # COMMAND...
	if message=$("$@" 2>&1); then
		echo OK
		return 0
	fi
	name=$(printf '%s\n' "$message" | sed -n 's/.*(\(E[A-Z0-9]*\)).*/\1/p')
	echo "${name:-no errno: $message}"
	return 1
}

# Prints OK or the errno. OPTIONS "-" is a NULL pointer.
try_mount() { # DIR OPTIONS [SOURCE]
	case ",$2," in
	*,name=*) echo ",$2," | sed 's/.*,name=\([^,]*\),.*/\1/' >> "$T/names" ;;
	esac
	if [ -n "$KERNEL_TYPE" ]; then
		"$SYSC" mount "$KERNEL_TYPE" "${3:-none}" "$1" - "$2"
	elif [ "$2" = - ] || [ -z "$2" ]; then
		# shellcheck disable=SC2086 # CFS_MOUNT is a command line
		helper_result $CFS_MOUNT "${3:-none}" "$1"
	else
		# shellcheck disable=SC2086
		helper_result $CFS_MOUNT "${3:-none}" "$1" -o "$2"
	fi
}

# Prints OK or the errno. FLAGS as of sysc mount, OPTIONS "" for none.
try_remount() { # DIR OPTIONS [FLAG,...]
	if [ -n "$KERNEL_TYPE" ]; then
		"$SYSC" mount "$KERNEL_TYPE" none "$1" "remount${3:+,$3}" "$2"
	else
		# shellcheck disable=SC2086
		helper_result $CFS_MOUNT none "$1" -o "remount${3:+,$3}${2:+,$2}"
	fi
}

# Mounts, or ends the script: for mounts that a script builds upon. A subsystem is busy
# while a mount namespace of an earlier script still holds a copy of its mount, and the
# kernel takes some time to free those.
mount_hierarchy() { # DIR OPTIONS [SOURCE]
	mkdir -p "$1"
	at=$1 options=$2 source=${3:-none}
	wait_for 'result=$(try_mount "$at" "$options" "$source"); [ "$result" != EBUSY ]' 20
	if [ "$result" != OK ]; then
		echo "cannot mount $2: $result"
		exit 1
	fi
}

hierarchies_made=0

# Mounts a fresh named hierarchy at $H; its name is $NAME.
new_hierarchy() { # [OPTION,...]
	hierarchies_made=$((hierarchies_made + 1))
	NAME=$TEST_NAME.$$.$hierarchies_made
	H=$T/h$hierarchies_made
	mount_hierarchy "$H" "${1:-none},name=$NAME"
}

# Unmounts, allowing for a moment in which it is busy.
#
# v1 counts a removed container as a child until it is freed, some time after rmdir, and
# an umount within that time leaves the hierarchy alive for good. Once all have been freed,
# a remount does not fail with EBUSY any more.
unmount() { # DIR
	if has v1 && [ -z "$(containers "$1")" ] && grep -q " / $1 " /proc/self/mountinfo; then
		options=$(awk -v dir="$1" '$2 == dir { print $4 }' /proc/mounts |
			sed 's/^r[wo],//;s/relatime,//')
		wait_for "[ \"\$(try_remount '$1' '$options')\" != EBUSY ]" 5
	fi
	wait_for "[ \"\$('$SYSC' umount '$1')\" != EBUSY ]" 5
}

remove_containers() { # MOUNTPOINT
	find "$1" -depth -mindepth 1 -type d -exec rmdir {} + 2>/dev/null
}

hierarchy_exists() { # NAME; v1 only
	grep -q "^[0-9]*:[^:]*name=$1:" /proc/self/cgroup
}

# Unmounts the last mount of a hierarchy and waits until it is destroyed,
# which v1 does some time later.
umount_wait() { # DIR NAME
	unmount "$1"
	if has v1; then
		wait_for "! hierarchy_exists '$2'" 10
	fi
}

## Tasks

# A process that does nothing; its pid is $PID. In DIR, if one is given.
spawn() { # [DIR]
	"$SYSC" pause </dev/null >/dev/null 2>&1 8>&- 9>&- &
	PID=$!
	[ -z "${1-}" ] || echo "$PID" > "$1/tasks"
}

# Kills children of this shell and reaps them.
end() { # PID...
	kill -9 "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

state_of() { # PID
	sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null
}

# The container that a task is in, "/" for the top, by the tasks files.
where() { # PID [HIERARCHY]
	root=${2:-$H}
	find "$root" -name tasks -exec grep -lx "$1" {} + 2>/dev/null |
		sed "s|^$root||;s|/tasks\$||;s|^\$|/|"
}

# The ids in a file on one line.
ids() { # FILE
	tr '\n' ' ' < "$1" | sed 's/ $//'
}

# Numbers in ascending order on one line, as tasks files list them.
sorted() { # NUMBER...
	printf '%s\n' "$@" | sort -n | tr '\n' ' ' | sed 's/ $//'
}

# The children that are directories, on one line.
containers() { # DIR
	(cd "$1" 2>/dev/null && for name in * .[!.]*; do
		[ -d "$name" ] && echo "$name"
	done) | sort | tr '\n' ' ' | sed 's/ $//'
}

# A puppet (see sysc_puppet.c), spoken to by tell; one at a time. Its pid is
# $PUPPET.
puppet() {
	rm -f "$T/strings" "$T/answers"
	mkfifo "$T/strings" "$T/answers"
	"$SYSC" puppet <"$T/strings" >"$T/answers" &
	PUPPET=$!
	exec 8>"$T/strings" 9<"$T/answers"
	read -r reply <&9
}

tell() { # THREAD COMMAND...
	echo "$*" >&8
	read -r reply <&9
	echo "$reply"
}

end_puppet() {
	end "$PUPPET"
	exec 8>&- 9<&-
}

# An agent that logs how it is run, one line a time, into $AGENT.log.
make_agent() { # [NAME]
	AGENT=$T/${1:-agent}
	printf '#!%s agent\n' "$SYSC" > "$AGENT"
	chmod 755 "$AGENT"
	: > "$AGENT.log"
}

# How often the agent ran for a container.
agent_runs() { # PATH
	grep -c "^$1 argc" "$AGENT.log"
}

# shellcheck source=lib_subsystems.sh
. "${LIB%/*}/lib_subsystems.sh"
