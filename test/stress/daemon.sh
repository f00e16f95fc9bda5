# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts that test containerfsd itself share: a socket in $dir, mount points m1 to
# m8 there, of which $m is the first; and the end of all at exit. The scripts source this.

cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-$PWD/build}
export CONTAINERFSD=${CONTAINERFSD:-$BUILD/containerfsd}
mount=${CFS_MOUNT:-$BUILD/mount.containerfs}
[ "$(id -u)" -eq 0 ] && [ -x "$CONTAINERFSD" ] && [ -x "$mount" ] && [ -c /dev/fuse ] || exit 77
grep -qw containerfs /proc/filesystems && exit 77	# no daemon is needed there

dir=$(mktemp -d "/tmp/${0##*/}.XXXXXX") || exit 2
export CONTAINERFS_SOCKET=$dir/run/sock
mkdir "$dir/run" "$dir"/m{1..8}
m=$dir/m1
failed=0

cleanup() {
	jobs -p | xargs -r kill 2> /dev/null
	while read -r point; do
		umount -l "$point"
	done < <(awk -v d="$dir/" 'index($2, d) == 1 { print $2 }' /proc/self/mounts)
	wait
	pid=$(daemon) && [ -n "$pid" ] && kill -9 $pid
	rm -rf "$dir"
}
trap cleanup EXIT

daemon() { # its pid, or nothing
	pgrep -f "^([^ ]*/)?containerfsd --socket $CONTAINERFS_SOCKET\$"
}

gone() { # no daemon any more, within 30 s
	local i
	for ((i = 0; i < 300; i++)); do
		[ -n "$(daemon)" ] || return 0
		sleep 0.1
	done
	return 1
}

ok() { # WHAT COMMAND...
	local what=$1
	shift
	"$@" && return
	echo "FAIL: $what"
	failed=1
}

mounted() { # MOUNTPOINT
	awk -v p="$1" '$2 == p { found = 1 } END { exit !found }' /proc/self/mounts
}

not() {
	! "$@"
}

fails_with() { # ERRNO COMMAND...
	local name=$1 out
	shift
	out=$("$@" 2>&1) && return 1
	[[ $out == *"($name)" ]] && return
	echo "  said: $out"
	return 1
}

wait_for() { # COMMAND...: until it succeeds, for 30 s
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}
