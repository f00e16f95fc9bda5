#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# poll(2), select(2) and epoll(7): each event that containerfs(5) promises wakes a task that
# waits for it, in the top container and below, while no program uses the hierarchy; and so
# does the next event.
# shellcheck source=../lib.sh
. "$LIB"

asleep() {
	case $(cat "/proc/$PUPPET/wchan") in
	*poll* | *select*) ;;
	*) false ;;
	esac
}

answered() {
	[ "$("$SYSC" open 0 "$T/answers" rdonly,nonblock , poll @0 0 IN)" = "OK IN" ]
}

# No time limit, because poll(2) looks once more at its end. In the top container other
# tasks may cause the event first: then this waits again.
falls_asleep() { # HOW
	case $1 in
	epoll | edge) how=epoll_wait slot=@1 ;;
	*) how=$1 slot=@0 ;;
	esac
	tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		tell 0 lseek @0 0 >/dev/null
		tell 0 read @0 >/dev/null
		echo "0 $how $slot -1 PRI" >&8
		wait_for 'asleep || answered'
		answered || return 0
		read -r answer <&9
	done
	return 1
}

# A command wakes the waiting task; it must not touch the hierarchy.
wakes() { # ID HOW FILE COMMAND
	falls_asleep "$2"
	expect_eq "$1-sleeps" 0 $?
	eval "$4"
	expect_soon "$1" answered || cat "$3" >/dev/null
	read -r answer <&9
	expect_true "$1-answer" expr "$answer" : '.*PRI'
}

# Twice, because a first wake-up must not be the last one.
each_wakes() { # ID FILE COMMAND [COMMAND-BEFORE]
	for way in poll select epoll edge; do
		tell 0 open 0 "$2" rdonly >/dev/null
		case $way in
		epoll | edge) tell 0 epoll 1 @0 $way >/dev/null ;;
		esac
		# Before its first read a file has always changed.
		[ $way != edge ] || tell 0 epoll_wait @1 1000 >/dev/null
		for round in first again; do
			eval "${4-}"
			wakes "$1-$way-$round" $way "$2" "$3"
		done
		case $way in
		epoll | edge) tell 0 close @1 >/dev/null ;;
		esac
		tell 0 close @0 >/dev/null
	done
}

ns_hierarchy
cd / || exit 1
puppet
echo "$PUPPET" > "$TOP/tasks"
each_wakes ns-below "$H/ns.events" unshare_once
mkdir "$H/a"
each_wakes container-below "$H/a/container.events" 'end $PID' 'spawn "$H/a"'

# From here on this script is in the top container itself.
echo $$ > "$TOP/tasks"
each_wakes ns-top "$TOP/ns.events" unshare_once
each_wakes container-top "$TOP/container.events" unshare_once

# Refused clones count, and so do clones that are removed to make room.
echo 0 > "$TOP/ns.keep_empty"
each_wakes ns-top-removed "$TOP/ns.events" unshare_once
echo 0 > "$TOP/ns.max_clones"
each_wakes ns-top-refused "$TOP/ns.events" unshare_once
end_puppet
leave_ns_hierarchy

# A fork that a limit forbids, by a task that is in the container already.
has subsystem:pids || finish
new_hierarchy pids
case $(sed -n 's/^pids	//p' "$H/container.subsystems") in
enforced:*) ;;
*) finish ;;
esac
mkdir "$H/a"
echo 1 > "$H/a/pids.max"
mkfifo "$T/go"
"$SYSC" write "$H/a/tasks" 0 , open 0 "$T/go" rdonly , \
	read @0 1 , born process , read @0 1 , born process , read @0 1 , born process , \
	read @0 1 , born process , read @0 1 , born process , read @0 1 , born process , \
	read @0 1 , born process , read @0 1 , born process , pause >/dev/null 2>&1 &
forker=$!
exec 7> "$T/go"
puppet
each_wakes pids "$H/a/pids.events" "printf . >&7"
expect_errno pids-count 'max 8\n' read "$H/a/pids.events"
end_puppet
exec 7>&-
end $forker
finish
