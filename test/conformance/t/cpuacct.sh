#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The cpuacct subsystem: CPU time is charged to the container where it was used, the numbers
# agree with the kernel's accounting of the processes, and the files have their
# formats and errors.
# shellcheck source=../lib.sh
. "$LIB"
requires subsystem:cpuacct
read -r _ _ slices < /proc/self/schedstat
[ "$slices" -gt 0 ] || skip "needs a kernel with CONFIG_SCHED_INFO"

H=$T/h
mount_hierarchy "$H" cpuacct
mkdir "$H/cpuacct-a" "$H/cpuacct-b" "$H/cpuacct-a/c"
a=$H/cpuacct-a b=$H/cpuacct-b c=$H/cpuacct-a/c

# For sh -c: burn NANOSECONDS uses that much CPU time, as the shell itself measures it,
# and prints how much it was. (Not in a subshell, whose time is not the shell's.)
burn='burn() {
		read -r begin rest < /proc/$$/schedstat
		now=$begin
		while [ $((now - begin)) -lt "$1" ]; do
			i=0
			while [ $i -lt 500 ]; do i=$((i + 1)); done
			read -r now rest < /proc/$$/schedstat
		done
		echo $((now - begin))
	}'
# A process that enters DIR and burns; with SYSC it then stays until it is killed. Run by sh -c "$burner" sh DIR NANOSECONDS [SYSC]; DIR - is where it is.
burner=$burn'
	[ "$1" = - ] || echo 0 > "$1/tasks"
	burn "$2"
	[ -z "$3" ] || exec "$3" pause'
used() { # DIR [FILE]
	cat "$1/cpuacct.${2:-usage}"
}

# Are two times within so many per cent of each other, apart from what is used besides burning?
close_to() { # NUMBER NUMBER PERCENT
	awk -v a="$1" -v b="$2" -v p="$3" -v s="$slack" 'BEGIN {
		d = a > b ? a - b : b - a
		exit !(d <= b * p / 100 + s)
	}'
}

# Small numbers or none, as text.
form() { # FILE
	"$SYSC" read "$1" 2>&1 | sed 's/^\([0-9][0-9]* \)*\\n$/numbers/;s/^cpu user system\\n\([0-9]* [0-9]* [0-9]*\\n\)*$/table/'
}

## Formats and errors

expect_errno mode-usage 0644 stat "$a/cpuacct.usage" mode
for file in usage_user usage_sys usage_percpu usage_percpu_user usage_percpu_sys usage_all stat; do
	expect_errno "mode-$file" 0444 stat "$a/cpuacct.$file" mode
	expect_errno "write-$file" EINVAL write "$a/cpuacct.$file" 0
done
for file in usage usage_user usage_sys; do
	expect_errno "new-$file" '0\n' read "$b/cpuacct.$file"
done
expect_errno new-stat 'user 0\nsystem 0\n' read "$b/cpuacct.stat"
for file in usage_percpu usage_percpu_user usage_percpu_sys; do
	expect "$file-of-top" numbers form "$H/cpuacct.$file"
	expect "$file-of-child" numbers form "$b/cpuacct.$file"
done
expect usage_all-of-top table form "$H/cpuacct.usage_all"
expect usage_all-of-child table form "$b/cpuacct.usage_all"
expect_true top-stat sh -c "grep -qx 'user [0-9]*' '$H/cpuacct.stat' && grep -qx 'system [0-9]*' '$H/cpuacct.stat'"

n=0
for value in 1 abc -1 ' 0' '0 0' 0x 1.0 ''; do
	n=$((n + 1))
	[ -n "$value" ] || continue
	expect_errno "write-bad-$n" EINVAL write "$b/cpuacct.usage" "$value"
	expect_errno "write-bad-top-$n" EINVAL write "$H/cpuacct.usage" "$value"
done
expect_errno write-too-large ERANGE write "$b/cpuacct.usage" 18446744073709551616
for value in 0 0x0 00 +0; do
	expect_errno "write-zero-$value" OK write "$b/cpuacct.usage" "$value"
done
top=$(used "$H")
expect_errno write-top OK write "$H/cpuacct.usage" 0
expect_true top-is-not-reset test "$(used "$H")" -ge "$top"

## Accuracy

# Twice what a process uses that burns nothing, but begins and ends.
for _ in 1 2; do
	sh -c "$burner" sh "$a" 0 >/dev/null
done
wait_for "[ ! -s '$a/tasks' ]"
slack=$(($(used "$a") + 3000000))

top=$(used "$H")
sh -c "$burner" sh "$c" 1000000000 > "$T/c" &
one=$!
sh -c "$burner" sh "$b" 1000000000 > "$T/b" &
two=$!
wait "$one" "$two"
expect_soon exited-child "close_to \"\$(used '$c')\" \"\$(cat '$T/c')\" 2" 5
expect_soon exited "close_to \"\$(used '$b')\" \"\$(cat '$T/b')\" 2" 5
expect_true parent-has-it close_to "$(used "$a")" "$(used "$c")" 0
# User and system time are counted in ticks, so the comparison is rough.
expect_true user-time test "$(used "$b" usage_user)" -gt 300000000
expect_true stat-agrees awk -v used="$(used "$b")" '{ sum += $2 }
	END { exit !(sum <= used / 10000000 && sum >= used / 10000000 - 2) }' "$b/cpuacct.stat"
expect_true top-has-it test $(($(used "$H") - top)) -gt 1000000000

## On which CPU

# The Nth number of DIR's cpuacct.usage_percpu, from 0.
on_cpu() { # DIR N
	used "$1" usage_percpu | awk -v n="$2" '{ print $(n + 1) }'
}

sum() { # DIR FILE
	used "$1" "$2" | awk '{ for (i = 1; i <= NF; i++) n += $i; printf "%.0f", n }'
}

if [ "$(nproc)" -gt 1 ]; then
	mkdir "$H/cpuacct-d"
	d=$H/cpuacct-d
	# A shell that burns on one CPU, on another, and on the first again, where it exits.
	sh -c "$burn"'
		echo 0 > "$1/tasks"
		for step in "0 400000000" "1 200000000" "0 100000000"; do
			"$2" affinity $$ "${step% *}" > /dev/null
			printf "%s " "${step% *}"
			burn "${step#* }"
		done' sh "$d" "$SYSC" > "$T/cpus"
	# beginning, end and three programs
	slack=$((slack * 4))
	for cpu in 0 1; do
		burned=$(awk -v cpu=$cpu '$1 == cpu { sum += $2 } END { print sum }' "$T/cpus")
		# An error would charge a fifth or more to the wrong CPU; what programs use is less.
		expect_soon used-on-$cpu "close_to \"\$(on_cpu '$d' $cpu)\" $burned 5" 5
		expect_true user-and-system-on-$cpu awk -v cpu=$cpu -v burned="$burned" '
			$1 == cpu { used = $2 + $3; exit !(used > burned / 2 && used < burned * 3 / 2) }' \
			"$d/cpuacct.usage_all"
	done
	# The kernel may count the last instructions between two reads.
	expect_soon sum-of-cpus "[ \$(used '$d') = \$(sum '$d' usage_percpu) ]" 5
	expect_soon sum-of-user-of-cpus \
		"[ \$(used '$d' usage_user) = \$(sum '$d' usage_percpu_user) ]" 5
	expect_soon all-agrees "[ \"\$(used '$d' usage_percpu_sys)\" = \
		\"\$(awk 'NR > 1 { printf \"%s \", \$3 }' '$d/cpuacct.usage_all')\" ]" 5
	expect_errno reset-of-cpus OK write "$d/cpuacct.usage" 0
	expect_eq cpus-are-reset 0 "$(used "$d" usage_percpu | tr -d ' 0' | wc -w)"
	rmdir "$d"
fi

## Where it was used

# What a task used before it came is not counted; what it used before it left stays.
sh -c "$burner" sh - 300000000 "$SYSC" > "$T/before" &
PID=$!
wait_for "[ -s '$T/before' ]"
before=$(used "$a")
echo "$PID" > "$a/tasks"
expect_true not-from-before test $(($(used "$a") - before)) -lt 50000000
end "$PID"

before=$(used "$b")
sh -c "$burner" sh "$b" 300000000 "$SYSC" > "$T/stays" &
PID=$!
wait_for "[ -s '$T/stays' ]"
echo "$PID" > "$a/tasks"
expect_true stays-when-moved test $((($(used "$b") - before) * 100)) -ge $(($(cat "$T/stays") * 98))
expect_true does-not-go-along test $(($(used "$a") - before)) -lt 1050000000
end "$PID"

# Children count from their first instruction on, also short-lived processes.
before=$(used "$b")
sh -c 'echo 0 > "$1/tasks"; i=0; while [ $i -lt 100 ]; do "$2" msleep 0; i=$((i + 1)); done' \
	sh "$b" "$SYSC" >/dev/null
expect_soon short-lives "[ \$((\$(used '$b') - $before)) -gt 5000000 ]" 5

## Never back, but by a reset

sh -c 'echo 0 > "$1/tasks"; while :; do (:); done' sh "$c" 2>/dev/null &
PID=$!
last=0 back=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	now=$(used "$a")
	[ "$now" -ge "$last" ] || back="$last to $now"
	last=$now
done
end "$PID"
expect_eq never-back '' "$back"
wait_for "[ ! -s '$c/tasks' ]"

above=$(used "$a")
expect_errno reset OK write "$c/cpuacct.usage" 0
expect_true is-reset test "$(used "$c")" -lt 50000000
expect_true above-is-not test "$(used "$a")" -ge "$above"
rmdir "$c"
expect_true outlives-the-child test "$(used "$a")" -ge "$above"
# In cgroup v1 this number then stands still, until as much has been used again.
stat=$(used "$b" stat)
expect_errno reset-of-stat OK write "$b/cpuacct.usage" 0
expect_eq stat-stays "$stat" "$(used "$b" stat)"
rmdir "$a" "$b"
finish
