#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Threads of io_uring, a polling one and a worker: they are threads of the process, and
# are listed, bound to CPUs, moved alone or with it, and killed with it. A program may ask
# for their CPUs, which are among those of the container.
# shellcheck source=../lib.sh
. "$LIB"

# In DIR, with the CPU words of "sysc uring": SAID is OK, with PID, POLL, WORKER; or an errno.
uring() { # DIR [CPU [CPU]]
	dir=$1
	shift
	: > "$T/said"
	sh -c 'echo 0 > "$0/tasks" && exec "$SYSC" uring "$@"' "$dir" "$@" > "$T/said" 2>&1 &
	PID=$!
	wait_for '[ -s "$T/said" ]'
	read -r SAID POLL WORKER < "$T/said"
	[ "$SAID" != "$PID" ] || SAID=OK
}
affinities() {
	echo "$(affinity "$PID") $(affinity "$POLL") $(affinity "$WORKER")"
}
# The result of asking for CPUs outside of the container: kept, as good as refused, or escaped
outside() { # TID
	if [ "$SAID" != OK ] || wait_for '[ "$(affinity "'"$1"'")" = "$FIRST" ]' 2; then
		echo kept
	else
		echo escaped
	fi
}

: > "$T/said"
"$SYSC" uring > "$T/said" 2>&1 &
PID=$!
wait_for '[ -s "$T/said" ]'
read -r SAID POLL WORKER < "$T/said"
bound=$(($(sed 's/.*) //' "/proc/$PID/task/$POLL/stat" 2> /dev/null | cut -d ' ' -f 7) & 0x04000000))
end "$PID"
case $SAID in
E*) skip "no io_uring: $SAID" ;;
esac
cpuset_hierarchy
cd "$H" || exit 1
mkdir a b
fill a "$FIRST"
fill b "$LAST"

uring a
expect_eq listed "$(printf '%s\n' "$PID" "$POLL" "$WORKER" | sort -n | xargs)" "$(ids a/tasks)"
expect_eq one-process "$PID" "$(ids a/cgroup.procs)"
expect_eq born "$FIRST $FIRST" "$(affinity "$PID") $(affinity "$WORKER")"
[ "$CPUS" = 1 ] || expect_eq poller-born escaped "$(outside "$POLL")"
if [ $bound = 0 ]; then
	expect_errno written OK write a/cpuset.cpus "$LAST"
	expect_eq written-affinity "$LAST $LAST $LAST" "$(affinities)"
	expect_errno grown OK write a/cpuset.cpus "$ALL"
	expect_eq grown-affinity "$ALL $ALL $ALL" "$(affinities)"
	expect_errno worker-alone OK write b/tasks "$WORKER"
	expect_eq worker-alone-affinity "$ALL $ALL $LAST" "$(affinities)"
	expect_eq worker-alone-listed "$WORKER" "$(ids b/tasks)"
	expect_errno poller-alone OK write b/tasks "$POLL"
	expect_eq poller-alone-affinity "$ALL $LAST $LAST" "$(affinities)"
	expect_errno back OK write a/cgroup.procs "$POLL"
	expect_eq back-listed "" "$(ids b/tasks)"
	expect_errno all OK write b/cgroup.procs "$PID"
	expect_eq all-affinity "$LAST $LAST $LAST" "$(affinities)"
	expect_eq all-listed "" "$(ids a/tasks)"
	expect_errno setaffinity "OK OK" affinity "$POLL" "$LAST" , affinity "$WORKER" "$LAST"
else
	# The kernel marks them like its own bound threads.
	expect_errno bound-worker EINVAL write b/tasks "$WORKER"
	expect_errno bound-poller EINVAL write b/tasks "$POLL"
	expect_errno bound-process EINVAL write b/cgroup.procs "$PID"
	expect_eq bound-stays "" "$(ids b/tasks)"
fi
end "$PID"
wait_for '[ -z "$(cat a/tasks b/tasks)" ]'
expect_eq killed "" "$(cat a/tasks b/tasks)"

# CPUs that are asked for
if [ "$CPUS" -gt 1 ]; then
	expect_errno first OK write a/cpuset.cpus "$FIRST"
	uring a "$FIRST" "$FIRST"
	expect_eq asked "OK $FIRST $FIRST $FIRST" "$SAID $(affinities)"
	end "$PID"
	uring a "$LAST"
	# where the kernel does not check the CPUs, cgroup v1 does not either
	if ! has v1 || [ "$SAID" != OK ]; then
		expect_eq poller-outside kept "$(outside "$POLL")"
		end "$PID"
		uring a -1 "$LAST"
		expect_eq worker-outside kept "$(outside "$WORKER")"
	fi
	end "$PID"
	wait_for '[ -z "$(cat a/tasks b/tasks)" ]'
fi
leave_cpuset_hierarchy
finish
