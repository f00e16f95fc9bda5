# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites of the guest share. A suite is a script that is sourced, and makes
# checks. It may move the shell, and change nothing else of it.
#
# Variables, from the kernel's command line: suite, smp, test_timeout (seconds
# for one conformance script), duration (seconds of stress), cycles (of
# loading and unloading, at least; 0), tests (names of conformance scripts, or
# patterns of the shell, separated by commas; all without), bench (words for the
# suite of that name).

passed=0 failed=0 skipped=0
ko=/modules/containerfs.ko
: "${test_timeout:=240}" "${duration:=30}" "${cycles:=0}" "${tests:=}" "${bench:=}"

uptime_seconds() {
	sed 's/\..*//' /proc/uptime
}

# One check: it passes if the command succeeds; else the output of the command is shown.
check() { # NAME COMMAND...
	name=$1
	shift
	if "$@" > /tmp/check.log 2>&1; then
		passed=$((passed + 1))
		echo "ok $name"
		return 0
	fi
	failed=$((failed + 1))
	echo "FAIL $name"
	sed 's/^/    /' /tmp/check.log
	return 1
}

fails() { # COMMAND...
	! "$@"
}

skip() { # NAME REASON
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}

# The conformance scripts on a host; their counts are added.
conformance() { # HOST
	set -f
	mkfifo /tmp/conformance.pipe
	SYSC=/test/bin/sysc TEST_TIMEOUT=$test_timeout \
		/test/conformance/run "$1" $(echo "$tests" | tr , ' ') > /tmp/conformance.pipe 2>&1 &
	set +f
	tee /tmp/conformance.log < /tmp/conformance.pipe
	wait $!
	rm -f /tmp/conformance.pipe
	counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
		/tmp/conformance.log)
	if [ -z "$counts" ]; then
		check "conformance $1 came to its end" false
		return
	fi
	# shellcheck disable=SC2086 # three words
	set -- $counts
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# qemu before 8.1 translates without a lock, and may go on with a translation of code
# that another CPU has changed meanwhile. The kernel changes its code by way of a
# breakpoint, and a CPU that keeps its translation hits that for ever. So the programs
# under test must not make the kernel change code that runs all the time: each
# tracepoint has two users already, and each probed function a probe.
hold_code() {
	tracing=/sys/kernel/tracing
	[ -d $tracing/instances ] || return 0
	mkdir $tracing/instances/hold
	for dir in $tracing $tracing/instances/hold; do
		echo 0 > $dir/tracing_on
		for event in task/task_newtask sched/sched_process_exit sched/sched_process_exec \
				sched/sched_process_free sched/sched_migrate_task; do
			echo 1 > $dir/events/$event/enable
		done
	done
	if [ -w $tracing/kprobe_events ]; then
		echo 'r:hold/unshare ksys_unshare' >> $tracing/kprobe_events
		for name in devcgroup_check_permission cgroup_task_release cgroup_release \
				security_task_free perf_event_namespaces; do
			! grep -qw "$name" $tracing/available_filter_functions ||
				echo "p:hold/$name $name" >> $tracing/kprobe_events
		done
		echo 1 > $tracing/events/hold/enable
	fi
}

release_unshare() {
	[ -d /sys/kernel/tracing/events/hold ] || return 0
	echo 0 > /sys/kernel/tracing/events/hold/unshare/enable
	echo '-:hold/unshare' >> /sys/kernel/tracing/kprobe_events
}

## What must hold at the end

no_mounts() {
	! grep -E ' (containerfs|fuse\.containerfs|cgroup) ' /proc/mounts
}

# Objects are freed after a grace period, so this waits for some; and objects of a slab
# that a CPU keeps count until the cache is shrunk.
no_objects() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		for cache in /sys/kernel/slab/containerfs*/shrink; do
			[ ! -f "$cache" ] || echo 1 > "$cache"
		done
		left=$(awk '$1 ~ /^containerfs/ && $2 > 0' /proc/slabinfo)
		[ -n "$left" ] || return 0
		sleep 1
	done
	echo "$left"
	return 1
}

# Only a kernel with kmemleak can tell; it needs two scans.
no_leaks() {
	[ -w /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan > /sys/kernel/debug/kmemleak
	sleep 6
	echo scan > /sys/kernel/debug/kmemleak
	! grep . /sys/kernel/debug/kmemleak
}

clean_log() {
	! dmesg | grep -E -A 30 'WARNING:|BUG[: ]|Oops|general protection|Call Trace|blocked for more than|detected stalls|self-detected stall|refcount_t|objects remaining|Busy inodes|UBSAN|ODEBUG|new suspected memory leak|suspicious RCU|possible .*deadlock|INFO: .*lock'
}
