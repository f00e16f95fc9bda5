#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.lease: the container dies when the last copy of the descriptor is closed,
# by whomever and however. To open the file is nothing.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
cd "$H" || exit 1
dead() { # DIR
	sed -n 's/^dead //p' "$1/container.events"
}
# Makes a container with one process in it, $PID.
fill() { # DIR
	mkdir "$1"
	spawn "$1"
}

mkdir a
expect_errno mode 0200 stat a/container.lease mode
expect_false not-at-the-top test -e container.lease
expect_errno read-as-user "OK open:EACCES" as 1000,1000,1000 , read a/container.lease
expect_errno no-read EINVAL read a/container.lease
i=0
for bad in x remove 'kill x' killremove '\n' ' '; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/container.lease "$bad"
done
expect_errno only-open "OK OK" open 0 a/container.lease wronly , close @0
expect_errno as-user "OK open:EACCES" as 1000,1000,1000 , write a/container.lease kill
expect_eq lives 0 "$(dead a)"

# A close, of one lease of two, and of a copy.
fill two
bystander=$PID
spawn two
exec 5>two/container.lease 6>two/container.lease
echo kill >&5
echo kill >&6
echo kill >&6
exec 7>&5
exec 5>&-
exec 6>&-
expect_eq copy-is-open 0 "$(dead two)"
exec 7>&-
expect_soon last-close '[ "$(dead two)" = 1 ]'
wait "$PID" 2>/dev/null
expect_eq killed 137 $?
wait "$bystander" 2>/dev/null
expect_eq killed-too 137 $?
expect_soon empty '[ -z "$(ids two/tasks)" ]'
expect_errno rmdir OK rmdir two

# Whose holder is killed.
fill holder
victim=$PID
mkdir holder/below
spawn holder/below
"$SYSC" open 0 holder/container.lease wronly , write @0 kill , pause >/dev/null 2>&1 &
holder=$!
wait_for '[ "$("$SYSC" ostat holder leases)" = 1 ]'
kill -9 "$holder"
expect_soon holder-killed '[ "$(dead holder)" = 1 ]'
expect_eq below-dies 1 "$(dead holder/below)"
wait "$victim" 2>/dev/null
expect_eq holder-victim 137 $?
wait "$PID" 2>/dev/null
expect_eq holder-victim-below 137 $?

# A child that has the descriptor holds the lease; an exec does not close it.
fill child
"$SYSC" sh 'exec 5>child/container.lease; echo kill >&5; exec sleep 300 >/dev/null 2>&1 &
	echo $!' > "$T/child"
child=$(cat "$T/child")
expect_eq child-holds 0 "$(dead child)"
kill -9 "$child"
expect_soon child-gone '[ "$(dead child)" = 1 ]'
end "$PID"

# In a message that nobody has received.
fill message
expect_errno in-flight "OK OK OK OK OK OK" socketpair 0 1 , open 2 message/container.lease wronly , \
	write @2 kill , sendfd @0 @2 , close @2 , msleep 1
expect_soon message-lost '[ "$(dead message)" = 1 ]'
end "$PID"

# remove: when it is dead and empty, with all below.
fill gone
mkdir gone/below gone/below/deep
echo kill remove > gone/container.lease
expect_soon removed '[ ! -e gone ]'
wait "$PID" 2>/dev/null
expect_eq removed-killed 137 $?

# In any lease, also as a second write.
for words in 'kill;remove kill' 'remove  kill;kill'; do
	i=$((i + 1))
	fill any
	exec 5>any/container.lease 6>any/container.lease
	echo "${words%;*}" >&5
	echo "${words#*;}" >&6
	exec 5>&- 6>&-
	expect_soon "any-$i" '[ ! -e any ]'
	wait "$PID" 2>/dev/null
done
fill upgrade
exec 5>upgrade/container.lease
echo kill >&5
echo kill remove >&5
exec 5>&-
expect_soon upgrade '[ ! -e upgrade ]'
wait "$PID" 2>/dev/null

# The name is free again, and the lease of the container that had it means nothing.
mkdir again
exec 5>again/container.lease
echo kill remove >&5
rmdir again
mkdir again
exec 5>&-
"$SYSC" msleep 50 >/dev/null
expect_eq not-the-next 0 "$(dead again)"
finish
