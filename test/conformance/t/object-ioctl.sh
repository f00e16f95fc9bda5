#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The ioctls of a container's directory: what they tell and give, whom, and their errors;
# and that a lease which was taken so ends with the last copy of the descriptor.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a a/below
requires_empty_pidns a

# CONTAINERFS_IOC_STAT
expect_errno stat 40:0:0:0:0:0:0:0:0:1 ostat a size held state leases init keyring dead clone top ns
expect_errno stat-top 1:1 ostat "$TOP" top ns
expect_errno stat-longer EINVAL ostat a size=48 size
expect_errno stat-newer "OK 40 40 EINVAL" open 0 a rdonly , ostat-as @0 40 , ostat-as @0 1020 , \
	ostat-as @0 36
expect_errno stat-shorter EINVAL ostat a size=39 size
expect_errno stat-nothing EINVAL ostat a size=0 size
expect_errno stat-other ENOTTY ostat "$T" size
expect_errno stat-fault "OK EFAULT" open 0 a rdonly , ioctl @0 0xc028cf02 8
expect_errno stat-user "OK 0:1" as 1000,1000,1000 , ostat a held ns
expect_errno file "OK ENOTTY" open 0 a/tasks rdonly , ostat @0 size
expect_errno path "OK EBADF" open 0 a path , ostat @0 size
expect_errno unknown "OK ENOTTY" open 0 a rdonly , ioctl @0 0xcf09
expect_false ids test "$("$SYSC" ostat a id)" = "$("$SYSC" ostat a/below id)"
expect_errno hierarchy "$("$SYSC" ostat "$TOP" hierarchy)" ostat a hierarchy
expect_errno removed "OK OK OK ENODEV ENODEV" mkdir gone , open 0 gone rdonly , rmdir gone , \
	ostat @0 size , lease @0 kill
"$SYSC" write a/tasks 0 , write a/container.init 0 , pause >/dev/null &
PID=$!
expect_soon init '[ "$("$SYSC" ostat a state init)" = "1:$PID" ]'
expect_errno init-hidden "OK 1:0" unshare pid , sh "$SYSC ostat a state init"
end "$PID"
expect_errno init-gone 2:0:1 ostat a state init dead
mkdir b

# CONTAINERFS_IOC_LEASE: flags, and who may
i=0
for flags in - remove 0x4 0x5 0x80000001; do
	i=$((i + 1))
	expect_errno "flags-$i" "OK EINVAL" open 0 b rdonly , lease @0 $flags
done
expect_errno lease-top "OK EINVAL" open 0 "$TOP" rdonly , lease @0 kill
expect_errno lease-dead "OK ECANCELED" open 0 a rdonly , lease @0 kill
expect_errno lease-below "OK ECANCELED" open 0 a/below rdonly , lease @0 kill
expect_errno lease-user "OK OK EACCES" as 1000,1000,1000 , open 0 b rdonly , lease @0 kill
expect_errno leases 0:0 ostat b leases dead
expect_errno lease "OK OK 1 OK 1" open 0 b rdonly , lease @0 kill , ostat b leases , \
	lease @0 kill , ostat b leases
expect_errno lease-was-last 0:1 ostat b leases dead
expect_errno rmdir "OK OK OK" rmdir b , rmdir a/below , rmdir a
mkdir b
expect_errno owner "OK OK OK OK" chown b/container.lease 1000 1000 , as 1000,1000,1000 , \
	open 0 b rdonly , lease @0 kill
expect_errno owner-has-killed 1 ostat b dead
rmdir b

# What keeps it: a copy, a child, a message under way, and nothing that was opened besides.
keeps() { # ID WORD...: after these the lease of @0 has one more copy, and is closed
	id=$1
	shift
	mkdir a
	spawn a
	expect_errno "$id" "OK OK $keeps_results OK 0:1 OK" open 0 a rdonly , lease @0 kill , "$@" , \
		close @0 , ostat a dead leases , open 1 a rdonly
	expect_soon "$id-dead" '[ "$("$SYSC" ostat a dead leases)" = 1:0 ]'
	expect_soon "$id-killed" '[ -z "$(ids a/tasks)" ]'
	wait "$PID" 2>/dev/null
	expect_errno "$id-goes" OK rmdir a
}
keeps_results=OK
keeps dup dup 2 @0
keeps_results="OK OK"
keeps message socketpair 2 3 , sendfd @2 @0
keeps_results="OK OK OK"
keeps received socketpair 2 3 , sendfd @2 @0 , recvfd 4 @3

mkdir a
spawn a
victim=$PID
child=$("$SYSC" open 0 a rdonly , lease @0 kill , fork)
child=${child##* }
expect_errno child 0:1 ostat a dead leases
expect_eq victim-lives "$victim" "$(ids a/tasks)"
kill -9 "$child"
expect_soon child-gone '[ "$("$SYSC" ostat a dead leases)" = 1:0 ]'
expect_soon victim-dead '[ -z "$(ids a/tasks)" ]'
wait "$victim" 2>/dev/null

# With "remove" it goes with all below, once it is empty.
rmdir a
mkdir a a/x a/x/y
spawn a/x/y
expect_errno remove "OK OK" open 0 a rdonly , lease @0 kill,remove
expect_soon gone '[ ! -d a ]'
wait "$PID" 2>/dev/null

# Who has the hierarchy read-only leases nothing, where the host can see that.
if has module; then
	mkdir "$T/ro"
	expect_errno read-only "OK OK OK EROFS" mount none "$TOP" "$T/ro" bind - , \
		mount none none "$T/ro" bind,remount,ro - , open 0 "$T/ro/test" rdonly , lease @0 kill
	"$SYSC" umount "$T/ro" > /dev/null
fi

# CONTAINERFS_IOC_GET
mkdir a
expect_errno hold "OK OK OK" unshare net,pid , hold a net pid root , sh 'echo OK'
if has fuse; then
	expect_errno get EOPNOTSUPP get 0 a net
	finish
fi
expect_errno get "OK yes" get 0 a net , cloexec @0
mkdir c
expect_errno get-hold "OK OK" get 0 a net , hold c @0
expect_eq get-inode "$(grep '^net ' a/ns.hold)" "$(cat c/ns.hold)"
expect_errno get-twice "OK OK OK OK" get 0 a net , get 1 a net , close @0 , setns @1
expect_errno get-pid "OK OK" get 0 a pid , setns @0
expect_errno get-root "OK EBADF" get 0 a root , ioctl @0 0
expect_errno get-not-held ENOENT get 0 a uts
i=0
for type in cred keyring 0x0 0x40020000 0x8; do
	i=$((i + 1))
	expect_errno "get-none-$i" EINVAL get 0 a $type
done
expect_errno get-user "OK EPERM" as 1000,1000,1000 , get 0 a net
expect_errno get-removed "OK OK OK ENODEV" mkdir gone , open 0 gone rdonly , rmdir gone , get 1 @0 net
# A descriptor outlives what the container held.
expect_errno get-kept "OK OK OK" get 0 a net , rmdir a , setns @0
finish
