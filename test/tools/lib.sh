# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of containerctl share: a hierarchy of the test's own at $m, with the
# container $t, in which the test works and below which no other program clones; checks;
# and the clean-up. A script that sources this calls `hierarchy OPTIONS` first, and ends
# with `finish`, which prints "N passed, N failed, N skipped".

cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-$PWD/build}
export CONTAINERFSD=${CONTAINERFSD:-$BUILD/containerfsd} LC_ALL=C.UTF-8
ctl=$BUILD/containerctl
[ "$(id -u)" -eq 0 ] && [ -x "$ctl" ] || exit 77

# In a mount namespace of its own, without the hierarchies of other programs, because
# containerctl chooses a hierarchy by how many there are.
if [ -z "${CTL_TEST_MOUNTS-}" ]; then
	CTL_TEST_MOUNTS=1 exec unshare --mount --propagation private "test/tools/${0##*/}" "$@"
fi
findmnt -rno TARGET -t containerfs,fuse.containerfs | tac | while read -r other; do
	umount -l "$(printf %b "$other")"
done

tmp=$(mktemp -d /tmp/containerctl.XXXXXX) || exit 2
chmod 755 "$tmp"
export CONTAINERFS_SOCKET=$tmp/run/sock
m=$tmp/m t=$tmp/m/t
passed=0 failed=0
victims=()

# Prints the process id of the daemon that serves this test, if there is one.
daemons() {
	ps -C containerfsd -o pid=,args= |
		awk -v "sock=$CONTAINERFS_SOCKET" '$NF == sock { print $1 }'
}

# Unmounts whatever the test has mounted of containerfs; this mount namespace is its own.
unmount_all() {
	findmnt -rno TARGET -t containerfs,fuse.containerfs | tac | while read -r mounted; do
		umount "$(printf %b "$mounted")" 2> /dev/null || umount -l "$(printf %b "$mounted")"
	done
}

# Containers that could not be removed keep a hierarchy, and so its daemon, alive.
end_hierarchies() {
	local id pid
	"$ctl" hierarchies -nr -o ID,NAME 2> /dev/null | awk -v "name=ctl.$$" '$2 == name { print $1 }' |
		while read -r id; do
			"$ctl" hierarchies --remove "$id" --kill
		done
	for _ in $(seq 100); do
		[ -n "$(daemons)" ] || return 0
		sleep 0.02
	done
	for pid in $(daemons); do
		kill -9 "$pid"
	done
}

# Leaves nothing of the test behind; also when the test ends by a signal.
cleanup() {
	local file
	trap '' TERM INT HUP
	# bash names each job that is killed: the last line of a test is its sums
	{
		find "$m" -name freezer.state -print0 | while read -r -d '' file; do
			echo THAWED > "$file"
		done
		[ ! -d "$t" ] || echo 1 > "$t/container.kill"
		[ ${#victims[@]} -eq 0 ] || kill -9 "${victims[@]}"
		file=$(jobs -p)
		# shellcheck disable=SC2086 # a list
		[ -z "$file" ] || kill -9 $file
		wait
		for _ in $(seq 500); do
			grep -q 'populated 1' "$t/container.events" || break
			sleep 0.02
		done
		find "$m" -mindepth 1 -depth -type d -exec rmdir {} +
		unmount_all
		end_hierarchies
	} 2> /dev/null
	rm -rf --one-file-system "$tmp"
}

hierarchy() { # OPTIONS
	mkdir "$m"
	"${CFS_MOUNT:-$BUILD/mount.containerfs}" none "$m" -o "$1,name=ctl.$$" || {
		rmdir "$m" "$tmp"
		exit 77
	}
	trap cleanup EXIT
	mkdir "$t"
}

is() { # WHAT EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAIL %s\n  expected: %s\n  came:     %s\n' "$1" "$2" "$3"
	fi
}

has() { # WHAT PATTERN TEXT
	case $3 in
	*"$2"*) passed=$((passed + 1)) ;;
	*) is "$@" ;;
	esac
}

# Prints the exit status and all output of a command.
of() {
	"$@" 2>&1
	echo "status $?"
}

# Starts a process in DIR; its id is $PID.
spawn() { # DIR [COMMAND...]
	local dir=$1
	shift
	[ $# -gt 0 ] || set -- sleep 1000
	"$@" > /dev/null 2>&1 < /dev/null &
	PID=$!
	victims+=("$PID")
	echo "$PID" > "$dir/tasks"
}

finish() {
	echo "$passed passed, $failed failed, 0 skipped"
	[ $failed -eq 0 ]
	exit
}
