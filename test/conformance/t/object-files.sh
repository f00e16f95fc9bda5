#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The namespaces that a container holds can be bound to files, and a container be made
# again from the files alone; also one of which the namespaces have different owners.
# shellcheck source=../lib.sh
. "$LIB"

requires dac userns pidns
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a b
requires_empty_pidns a
expect_errno made "OK OK OK OK OK OK" open 0 a/ns.hold wronly , \
	unshare mnt,uts,ipc,net,cgroup,time , \
	write /proc/sys/kernel/hostname rebuilt , \
	write @0 'mnt uts ipc net cgroup time' , unshare user , write @0 user
expect_errno pid "OK OK OK" open 0 a/ns.hold wronly , unshare pid , write @0 pid
cp a/ns.hold "$T/before"

# A mount namespace can be bound on a private mount only.
mkdir "$T/files"
"$SYSC" mount tmpfs none "$T/files" - - , mount none none "$T/files" private - >/dev/null
i=0
for name in mnt uts ipc user pid net cgroup time; do
	i=$((i + 1))
	: > "$T/files/$name"
	expect_errno "bind-$i" "OK OK" held 0 a $name , bind @0 "$T/files/$name"
done
expect_errno goes OK rmdir a

cd "$T/files" || exit 1
i=0
for name in mnt uts ipc user pid net cgroup time; do
	i=$((i + 1))
	expect_errno "hold-$i" "OK OK" open 0 $name rdonly , hold "$H/b" @0
done
cd "$H" || exit 1
expect_true same cmp b/ns.hold "$T/before"

# What is held is the namespace, not the mount; but a descriptor of containerfsd keeps that
# busy, as any other's does.
has module && how='' || how=detach
i=0
for name in mnt uts ipc user pid net cgroup time; do
	i=$((i + 1))
	expect_errno "unbind-$i" OK umount "$T/files/$name" $how
done
expect_errno umount OK umount "$T/files" $how
answer=$("$SYSC" enter b mnt,uts,ipc,user,pid,net,cgroup,time , fork , \
	sh 'cat /proc/sys/kernel/hostname')
expect_eq enter "OK rebuilt" "${answer%% *} ${answer##* }"
child=${answer#OK }
child=${child% rebuilt}
expect_eq one 1 "$(sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$child/status")"
kill -9 "$child"

# A user namespace that owns none of the others.
mkdir c
expect_errno mixed "OK OK OK OK OK" open 0 c/ns.hold wronly , unshare mnt,net , \
	write @0 'mnt net' , unshare user , write @0 user
expect_errno enter-mixed "OK OK" enter c user,mnt,net , sh 'echo OK'
expect_errno rmdir "OK OK" rmdir b , rmdir c
finish
