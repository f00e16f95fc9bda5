#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A container has no root of its own: the root is that of the mount namespace that it
# holds, and whoever may enter another mount namespace finds the root of that.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a "$T/x"
expect_errno held "OK OK OK OK OK" unshare mnt , mount none none / rec,private - , \
	mount tmpfs none "$T/x" - - , mkdir "$T/x/inside" , hold a mnt
expect_false outside test -d "$T/x/inside"
expect_errno inside "OK inside" enter a mnt , sh "ls $T/x"
expect_errno out-again "OK OK OK OK" open 0 /proc/self/ns/mnt rdonly , write a/tasks 0 , \
	enter a mnt , setns @0
expect_errno root-of-it "OK OK OK OK " open 0 /proc/self/ns/mnt rdonly , write a/tasks 0 , \
	enter a mnt , setns @0 , sh "ls $T/x"

# It has gone out of the namespace, not of the container.
"$SYSC" open 0 /proc/self/ns/mnt rdonly , write a/tasks 0 , enter a mnt , setns @0 , \
	pause >/dev/null &
PID=$!
expect_soon stays 'grep -qx "$PID" a/tasks'
end "$PID"

# A root that is held besides is where to begin, and no wall either.
mkdir "$T/x/new"
expect_errno hold-root "OK OK" open 0 "$T/x" rdonly,directory , hold a @0
expect_errno enter-root "OK dir" enter a root , stat /new type
expect_errno rmdir OK rmdir a
finish
