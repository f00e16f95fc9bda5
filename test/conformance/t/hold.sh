#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.hold: a container holds namespaces, a root, credentials and a keyring, without a
# process. A write that fails changes nothing, and nothing is inherited.
# shellcheck source=../lib.sh
. "$LIB"
requires dac
ns_hierarchy clone_flags=none
cd "$H" || exit 1

inode() { # NAME: of this shell's namespace
	readlink "/proc/self/ns/$1" | tr -dc 0-9
}

mkdir a a/b
expect_errno mode 0644 stat a/ns.hold mode
expect_false not-at-the-top test -e "$TOP/ns.hold"
expect_errno nothing eof read a/ns.hold
expect_errno uts OK write a/ns.hold uts
expect_errno held "uts $(inode uts)\\n" read a/ns.hold
i=0
for bad in x 'net x' '\n' - -x net,uts 1x all -uts- 0; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/ns.hold "$bad"
done
i=0
for bad in 77 'net 77' '-uts 77' 2147483648 99999999999999999999; do
	i=$((i + 1))
	expect_errno "not-open-$i" EBADF write a/ns.hold "$bad"
done
expect_errno unprivileged "OK EPERM" dropcap 21 , write a/ns.hold net
expect_errno unchanged "uts $(inode uts)\\n" read a/ns.hold

# Order of the words does not matter; the last of a kind counts.
expect_errno words OK write a/ns.hold ' net	cred\nroot ipc -uts mnt '
expect_errno words-held "mnt $(inode mnt)\\nipc $(inode ipc)\\nnet $(inode net)\\nroot\\ncred 0 0" \
	sh 'sed "s/^cred 0 0.*/cred 0 0/" a/ns.hold'
expect_errno last-counts OK write a/ns.hold 'uts -uts -ipc ipc -all user'
expect_errno last-held "user $(inode user)\\n" read a/ns.hold
expect_errno let-go OK write a/ns.hold '-all'
expect_errno all-gone eof read a/ns.hold

# By descriptor: a namespace, a directory; anything else is neither.
expect_errno by-number "OK OK" open 3 /proc/self/ns/net rdonly , hold a @3
expect_errno by-number-held "net $(inode net)\\n" read a/ns.hold
expect_errno directory "OK OK" open 3 / rdonly , hold a @3
expect_errno file "OK EINVAL" open 3 /dev/null rdonly , hold a @3
expect_errno own-file "OK EINVAL" open 3 a/tasks rdonly , hold a @3
expect_errno own-directory "OK OK" open 3 a/b rdonly , hold a @3
expect_errno numbers-held "net $(inode net)\\nroot\\n" read a/ns.hold
expect_errno not-inherited "OK eof" mkdir a/late , read a/late/ns.hold
expect_errno several "OK OK" write a/b/ns.hold net , write a/late/ns.hold net

# Credentials with groups.
expect_errno cred "OK OK" open 0 a/ns.hold wronly , write @0 cred
expect_true cred-held grep -q '^cred 0 0' a/ns.hold

# Nobody is moved by it, and what was new stays when its maker has gone.
expect_errno fresh "OK OK OK" unshare uts,net , write /proc/sys/kernel/hostname made , \
	write a/ns.hold '-all uts net'
expect_false fresh-other grep -q "$(inode net)" a/ns.hold
expect_eq nobody '' "$(ids a/tasks)"
if has fuse; then
	expect_true link test -L a/ns.net
	expect_false no-link test -L a/ns.ipc
	expect_eq type "net:[$(sed -n 's/^net //p' a/ns.hold)]" "$(readlink "$(readlink a/ns.net)")"
	expect made-name made nsenter --uts=a/ns.uts cat /proc/sys/kernel/hostname
	expect_errno link-attributes "0777 link" stat a/ns.net mode type
fi
expect_errno taken EEXIST mkdir a/ns.mnt
expect_errno rename EEXIST rename a/b a/ns.mnt

# While an init runs, its pid namespace is not exchanged.
mkdir busy
spawn busy
expect_errno init OK write busy/container.init "$PID"
expect_errno busy EBUSY write busy/ns.hold pid
expect_errno not-that OK write busy/ns.hold uts
end "$PID"

expect_errno removed "OK OK ENODEV" open 0 a/late/ns.hold wronly , rmdir a/late , write @0 net
expect_errno rmdir "OK OK" rmdir a/b , rmdir a
leave_ns_hierarchy
finish
