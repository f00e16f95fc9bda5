#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a container holds is also to be had by symbolic links, as far as the host has a process
# whose descriptors can be shown: then every program that takes a file of a namespace works.
# shellcheck source=../lib.sh
. "$LIB"

requires dac fuse
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a b
links() { # DIR: the names of the links there are, as a listing has them
	find "$1" -maxdepth 1 -type l | sed 's,.*/,,' | sort | tr '\n' ' '
}
inode() { # NAME
	sed -n "s/^$1 //p" a/ns.hold
}

expect_eq none '' "$(links a)"
expect_errno absent ENOENT stat a/ns.net type
expect_errno held "OK OK OK" unshare net,uts , write /proc/sys/kernel/hostname linked , \
	hold a net uts root
expect_eq listed 'ns.net ns.root ns.uts ' "$(links a)"
expect_eq others '' "$(links b)"
expect_errno attributes "0777 link" stat a/ns.net mode type
expect_eq size "$(readlink a/ns.uts | tr -d '\n' | wc -c)" "$(stat -c %s a/ns.uts)"
expect_eq leads "net:[$(inode net)]" "$(readlink "$(readlink a/ns.net)")"
expect_eq inode "$(inode net)" "$(stat -Lc %i a/ns.net)"

# Nobody makes, removes or renames one.
expect_errno unlink EPERM unlink a/ns.net
expect_errno symlink EPERM symlink /tmp a/ns.ipc
expect_errno mkdir EEXIST mkdir a/ns.ipc
expect_errno rename ENOTDIR rename a/ns.net a/ns.ipc

# Programs that know nothing of containers.
expect enter linked nsenter --uts=a/ns.uts uname -n
expect_errno bind "OK OK" sh "touch $T/file && mount --bind a/ns.net $T/file && echo OK" , \
	sh "nsenter --net=$T/file true && echo OK"
expect_eq bound "$(inode net)" "$(stat -c %i "$T/file")"
umount "$T/file"
if command -v ip >/dev/null; then
	expect netns "net:[$(inode net)]" unshare -m sh -c 'mount -t tmpfs none /run &&
		mkdir /run/netns && ln -s "$PWD/a/ns.net" /run/netns/linked &&
		ip netns exec linked readlink /proc/self/ns/net'
fi

# A root is a directory, in which files are made from outside.
mkdir "$T/tree" "$T/tree/etc"
expect_errno root "OK OK" open 0 "$T/tree" rdonly,directory , hold a @0
expect_true root-list ls a/ns.root/etc
expect_errno root-made "OK OK" mkdir a/ns.root/made , mknod a/ns.root/pipe fifo
expect_true root-there test -d "$T/tree/made"
expect_true copied cp "$LIB" a/ns.root/etc/lib
expect_true copy cmp "$LIB" "$T/tree/etc/lib"

# Who may not look at the daemon does not get there, though the link is shown.
chmod 755 "$T"
expect_errno user "OK EACCES" as 1000,1000,1000 , stat a/ns.root/etc type
expect_errno user-read "OK link" as 1000,1000,1000 , stat a/ns.net type
if has pidns; then
	expect_false other-proc unshare -p -f --mount-proc stat -L a/ns.net
fi

# A link goes with what it leads to, and nobody is led to what comes after.
old=$(readlink a/ns.uts)
expect_errno let-go OK write a/ns.hold -uts
expect_errno gone ENOENT stat a/ns.uts type
expect_eq gone-list 'ns.net ns.root ' "$(links a)"
expect_false gone-there test -e "$old"
expect_errno again "OK OK" unshare uts , hold a uts
expect_eq again-leads "uts:[$(inode uts)]" "$(readlink "$(readlink a/ns.uts)")"
exec 7<a
expect_errno removed "OK OK" rmdir a , mkdir a
expect_eq removed-gone '' "$(links a)"
exec 7<&-
finish
