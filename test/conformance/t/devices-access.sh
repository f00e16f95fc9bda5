#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The effect of device rules: tasks that are in a container, come into it, leave it or are
# born there open and make device nodes.
# shellcheck source=../lib.sh
. "$LIB"

devices_hierarchy
mkdir "$H/a" "$H/b" "$T/n"
a=$H/a b=$H/b n=$T/n

# All but some.
echo 'c 1:5 r' > "$a/devices.deny"
expect_in read-denied "$a" EPERM open 0 /dev/zero rdonly
expect_in read-of-both-denied "$a" EPERM open 0 /dev/zero rdwr
expect_in write-allowed "$a" OK open 0 /dev/zero wronly
expect_in other-allowed "$a" OK open 0 /dev/null rdwr
expect_in path-only-allowed "$a" OK open 0 /dev/zero path
expect_in access-denied "$a" EPERM access /dev/zero 4
expect_in access-allowed "$a" OK access /dev/zero 2
expect_in stat-allowed "$a" 0666 stat /dev/zero mode
expect_in not-in-the-other "$b" OK open 0 /dev/zero rdonly
expect_errno not-outside OK open 0 /dev/zero rdonly
expect_in mknod-allowed "$a" "OK EPERM" mknod "$n/zero" chr 1 5 , open 0 "$n/zero" rdonly
echo 'c 1:5 wm' > "$a/devices.deny"
expect_in write-denied "$a" EPERM open 0 /dev/zero wronly
expect_in mknod-denied "$a" EPERM mknod "$n/zero2" chr 1 5
expect_in mknod-of-other "$a" OK mknod "$n/null" chr 1 3
expect_in mknod-of-block "$a" OK mknod "$n/block" blk 1 5
expect_in mknod-fifo "$a" OK mknod "$n/fifo" fifo
expect_in mknod-regular "$a" OK mknod "$n/file" reg
echo 'c 1:5 rwm' > "$a/devices.allow"
expect_in allowed-again "$a" "OK OK" open 0 /dev/zero rdwr , mknod "$n/zero3" chr 1 5

# Nothing but some.
echo a > "$a/devices.deny"
expect_in nothing "$a" EPERM open 0 /dev/null rdonly
expect_in no-other "$a" EPERM open 0 /dev/zero wronly
expect_in no-block-mknod "$a" EPERM mknod "$n/block2" blk 511 7
expect_in files-are-no-devices "$a" OK open 0 "$n/file" rdwr
echo 'c 1:3 rw' > "$a/devices.allow"
echo 'c 1:5 r' > "$a/devices.allow"
echo 'c *:7 w' > "$a/devices.allow"
echo 'b 511:* m' > "$a/devices.allow"
expect_in listed "$a" "OK OK" open 0 /dev/null rdwr , open 1 /dev/zero rdonly
expect_in listed-read-only "$a" EPERM open 0 /dev/zero rdwr
expect_in listed-any-major "$a" OK open 0 /dev/full wronly
expect_in listed-any-major-write-only "$a" EPERM open 0 /dev/full rdonly
expect_in listed-any-minor "$a" OK mknod "$n/block3" blk 511 77
expect_in not-listed "$a" EPERM mknod "$n/block4" blk 510 77
expect_in not-that-type "$a" EPERM mknod "$n/chr5" chr 511 77
expect_in two-rules-are-not-one "$a" EPERM mknod "$n/null2" chr 1 3

# An open device stays open; to open it again is checked again.
expect_errno open-stays "OK OK \\x00 EPERM" open 3 /dev/full rdonly , write "$a/tasks" 0 , \
	read @3 1 , open 4 /dev/full rdonly

# A change of rules reaches the tasks that are there.
puppet
tell 0 write "$a/tasks" 0 >/dev/null
expect_eq before EPERM "$(tell 0 open 0 /dev/full rdonly)"
echo 'c 1:7 r' > "$a/devices.allow"
expect_eq allowed-meanwhile OK "$(tell 0 open 0 /dev/full rdonly)"
echo 'c 1:7 r' > "$a/devices.deny"
expect_eq denied-meanwhile EPERM "$(tell 0 open 0 /dev/full rdonly)"
echo "$PUPPET" > "$b/tasks"
expect_eq moved-out OK "$(tell 0 open 0 /dev/full rdonly)"
echo "$PUPPET" > "$a/tasks"
expect_eq moved-in EPERM "$(tell 0 open 0 /dev/full rdonly)"
echo "$PUPPET" > "$DEVICES/tasks"
expect_eq moved-to-the-top OK "$(tell 0 open 0 /dev/full rdonly)"

# Each thread has its own rules.
tell 0 thread >/dev/null
tell 1 write "$a/tasks" 0 >/dev/null
expect_eq one-thread EPERM "$(tell 1 open 0 /dev/full rdonly)"
expect_eq other-thread OK "$(tell 0 open 0 /dev/full rdonly)"
end_puppet

# Children, of all generations, and after an exec.
tries='r=; for d in full null; do if (: < /dev/$d) 2> /tmp/err; then r="$r yes"; else r="$r no"; fi; done; echo $r'
expect_in born-there "$a" "no yes" sh "cd $T; tries() { $tries; }; tries"
expect_in born-there-deeper "$a" "no yes" sh "(/bin/sh -c '(exec /bin/sh -c \"\$0\")' '$tries')"
expect_eq born-outside "yes yes" "$(sh -c "$tries")"

# Containers below.
mkdir "$a/c"
expect_in below "$a/c" "EPERM OK" open 0 /dev/full rdonly , open 0 /dev/null rdwr
echo 'c 1:3 w' > "$a/c/devices.deny"
expect_in less-below "$a/c" "EPERM OK" open 0 /dev/null wronly , open 0 /dev/null rdonly
expect_in as-before-above "$a" OK open 0 /dev/null wronly
puppet
tell 0 write "$a/c/tasks" 0 >/dev/null
expect_eq before-above-changes OK "$(tell 0 open 0 /dev/zero rdonly)"
echo 'c 1:5 r' > "$a/devices.deny"
expect_eq above-changed EPERM "$(tell 0 open 0 /dev/zero rdonly)"
echo 'c 1:5 r' > "$a/devices.allow"
expect_eq not-given-back EPERM "$(tell 0 open 0 /dev/zero rdonly)"
end_puppet

# Rules of the top container, for a number that no other program uses.
if has containerfs; then
	echo 'c 511:911 m' > "$DEVICES/devices.deny"
	expect_errno in-the-top EPERM mknod "$n/top" chr 511 911
	expect_in below-the-top "$b" EPERM mknod "$n/top" chr 511 911
	echo 'c 511:911 m' > "$DEVICES/devices.allow"
	expect_errno in-the-top-again OK mknod "$n/top" chr 511 911
	expect_in not-below-the-top "$b" EPERM mknod "$n/top2" chr 511 911
fi
leave_devices_hierarchy
finish
