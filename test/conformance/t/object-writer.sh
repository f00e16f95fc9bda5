#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What ns.hold takes is the writing thread's, wherever the thread is: in a thread that has
# unshared by itself, in another PID namespace, and where no /proc can be seen.
# shellcheck source=../lib.sh
. "$LIB"

requires dac pidns
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a b
requires_empty_pidns a

inode() { # CONTAINER NAME
	sed -n "s/^$2 //p" "$1/ns.hold"
}
of() { # PID NAME: the same of a process
	readlink "/proc/$1/ns/$2" | sed 's/.*\[//;s/\]//'
}

puppet
answer=$(tell 0 thread)
thread=${answer#* }
tell 1 unshare uts >/dev/null
expect_eq thread OK "$(tell 1 write "$H/a/ns.hold" uts)"
expect_eq leader OK "$(tell 0 write "$H/b/ns.hold" uts)"
expect_eq thread-own "$(of "$PUPPET/task/$thread" uts)" "$(inode a uts)"
expect_eq leader-own "$(of $$ uts)" "$(inode b uts)"
end_puppet

# In its own PID namespace a process has other numbers; those are not looked for outside.
expect_errno pid-ns "OK OK" unshare pid,net , \
	sh "$SYSC unshare ipc , hold a net ipc pid , hold b mnt | sed 's/OK OK OK/OK/'"
expect_false pid-ns-net test "$(inode a net)" = "$(of $$ net)"
expect_false pid-ns-ipc test "$(inode a ipc)" = "$(of $$ ipc)"
expect_eq pid-ns-mnt "$(of $$ mnt)" "$(inode b mnt)"
# Its one process has exited, so nobody is born there.
expect_errno pid-ns-over "OK ENOMEM" enter a pid , fork

expect_errno no-proc "OK OK OK OK OK" unshare mnt,net , mount none none / rec,private - , \
	mount tmpfs none /proc - - , hold a mnt net , sh "test ! -e /proc/self && echo OK"
expect_false no-proc-net test "$(inode a net)" = "$(of $$ net)"
expect_errno no-proc-enter "OK OK" enter a mnt,net , sh "test ! -e /proc/self && echo OK"

# A root that no name leads to: that of a chroot whose directory is gone.
mkdir "$T/root"
expect_errno gone-root "OK OK OK OK" open 0 a/ns.hold wronly , chdir "$T/root" , rmdir "$T/root" , \
	write @0 root
expect_eq root-is-there 1 "$(grep -c '^root$' a/ns.hold)"

# What is neither a namespace nor a directory.
expect_errno file "OK EINVAL" open 0 /etc/passwd rdonly , hold a @0
expect_errno not-open EBADF write a/ns.hold 900
expect_errno path "OK OK" open 0 /proc/self/ns/uts path , hold a @0
expect_errno own-directory "OK OK" open 0 b rdonly , hold a @0
expect_errno own-file "OK EINVAL" open 0 b/tasks rdonly , hold a @0
expect_errno rmdir "OK OK" rmdir a , rmdir b
finish
