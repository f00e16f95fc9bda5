#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Only a task with CAP_SYS_ADMIN in the initial user namespace may change device rules,
# whoever owns the files, and by no detour.
# shellcheck source=../lib.sh
. "$LIB"
requires dac

devices_hierarchy
mkdir "$H/a"
chmod 755 "$T"
a=$H/a
echo 'c 1:7 r' > "$a/devices.deny"

expect_errno not-openable "OK open:EACCES" as 1000,1000,1000 , write "$a/devices.allow" a
chown -R 1000 "$a"
expect_errno owner "OK EPERM" as 1000,1000,1000 , write "$a/devices.allow" a
expect_errno owner-denies "OK EPERM" as 1000,1000,1000 , write "$a/devices.deny" 'c 1:3 r'
expect_errno owner-inside "OK OK EPERM EPERM" write "$a/tasks" 0 , as 1000,1000,1000 , \
	write "$a/devices.allow" 'c 1:7 r' , open 0 /dev/full rdonly
# before the text is looked at
expect_errno owner-nonsense "OK EPERM" as 1000,1000,1000 , write "$a/devices.allow" z
expect_errno root-without-it "OK EPERM" dropcap 21 , write "$a/devices.allow" a
expect_errno user-with-it "OK OK" allcaps 1000 , write "$a/devices.allow" 'c 1:3 r'
expect_errno own-child "OK OK EPERM" as 1000,1000,1000 , mkdir "$a/b" , write "$a/b/devices.allow" a
expect_errno rules-of-own-child "OK OK EPERM" write "$a/b/tasks" 0 , as 1000,1000,1000 , \
	open 0 /dev/full rdonly
rmdir "$a/b"

# Root opened the file, and is not root any more when it writes.
expect_errno opened-by-root "OK OK EPERM" open 0 "$a/devices.allow" wronly , \
	as 1000,1000,1000 , write @0 'c 1:7 r'
# A user opened the file, and tricks a program of root's into writing to it.
expect_errno opened-by-user "OK OK OK OK" as 1000,1000,0 , open 0 "$a/devices.allow" wronly , \
	as 0,0,0 , write @0 'c 1:3 r'
if has userns; then
	expect_errno root-of-a-namespace "OK OK EPERM" as 1000,1000,1000 , unshare user , \
		write "$a/devices.allow" 'c 1:7 r'
fi
expect_in still-denied "$a" EPERM open 0 /dev/full rdonly
leave_devices_hierarchy
finish
