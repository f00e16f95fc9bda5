#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tour.sh [end]: containerfs in some twenty commands. `make demo` runs it.
#
# Each line that begins with "$" is run as it stands, and its output follows. The
# tour happens in one container, DIR/tour. It begins by ending what an earlier tour
# left there, so it can be run again and again. It leaves the mount, and the
# sandboxes that it started, for you to look at; `tour.sh end` ends them and
# unmounts.
#
# DIR is $DEMO_DIR, or /containers. If the subsystem ns is mounted elsewhere already, DIR is
# that mount, which stays in the end. Needs root and a build, and likes bubblewrap.
set -u

case ${1-} in
-h | --help)
	sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac
top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
build=$top/build
dir=${DEMO_DIR:-/containers}
PATH=$build:$PATH
CONTAINERFSD=$build/containerfsd
export PATH CONTAINERFSD

fail() {
	echo "tour: $*" >&2
	exit 1
}

say() {
	echo
	printf '# %s\n' "$@"
}

run() {
	printf '$ %s\n' "$1"
	eval "$1"
}

# The same in the background, and without our terminal.
start() {
	printf '$ %s &\n' "$1"
	eval "exec $1" < /dev/null > /dev/null 2>&1 &
}

# Until the command succeeds, ten seconds at most.
wait_for() {
	tries=200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "waited in vain for: $*"
		sleep 0.05
	done
}

is_mounted() {
	awk -v dir="$dir" '$2 == dir && $3 ~ /^(fuse\.)?containerfs$/ { found = 1 }
		END { exit !found }' /proc/self/mounts
}

# Prints where a hierarchy with the subsystem ns is mounted.
ns_mount() {
	awk '$3 ~ /^(fuse\.)?containerfs$/ { print $2 }' /proc/self/mounts | while read -r mount; do
		mount=$(printf %b "$mount")
		[ ! -e "$mount/ns.events" ] || printf '%s\n' "$mount"
	done | head -n 1
}

runs_in() { # COMMAND CONTAINER
	containerctl tree -nr -o COMMANDS "$2" | grep -q -- "$1"
}

is_empty() { # CONTAINER
	! grep -q 'populated 1' "$1/container.events"
}

# Threads that were killed take a moment to exit, so more than one round.
clear_tour() {
	[ -d "$tour" ] || return 0
	echo 1 > "$tour/container.kill"
	wait_for is_empty "$tour"
	find "$tour" -depth -type d -exec rmdir {} +
}

[ "$(id -u)" = 0 ] || fail "only root can mount a hierarchy"
is_ours=yes
if ! is_mounted && [ -z "${DEMO_DIR-}" ]; then
	there=$(ns_mount)
	[ -z "$there" ] || { dir=$there is_ours=; }
fi
tour=$dir/tour
if [ "${1-}" = end ]; then
	is_mounted || fail "$dir is not mounted"
	clear_tour
	[ $is_ours ] || exit 0
	exec umount "$dir"
fi
[ -x "$build/containerfsd" ] || fail "build first: make"
# In a chroot, or where another sandbox forbids it, there is no bubblewrap.
box=bwrap
bwrap --ro-bind / / --proc /proc --dev /dev --unshare-all true 2> /dev/null || box=unshare

echo "# A tour of containerfs. What begins with \$ is run as it stands."
run "PATH=$build:\$PATH"

say "A hierarchy is mounted, with all subsystems; ns is the one that watches namespaces."
mkdir -p "$dir" || exit 1
if is_mounted; then
	echo "# ($dir is mounted already, from an earlier tour, by you, or by containerctl run.)"
else
	run "mount.containerfs none $dir" || exit 1
fi
[ -e "$dir/ns.events" ] || fail "$dir is a hierarchy without the subsystem ns: umount $dir, or" \
	"choose another directory by DEMO_DIR"
clear_tour
run "containerctl hierarchies"
run "containerctl subsystems"

say "A container is a directory, and its files are its controls."
run "mkdir $tour"
run "ls $tour"
if grep -qx none "$tour/ns.clone_flags"; then
	say "The hierarchy was mounted with clone_flags=none; in here, clones are to have containers."
	run "echo mnt uts ipc user pid net cgroup time > $tour/ns.clone_flags"
fi

say "A task that writes 0 to tasks moves in; its children are born there."
run "echo 0 > $tour/tasks"
start "sleep 3600"
run "containerctl where \$!"
run "cat $tour/cgroup.procs"

say "A task that makes itself a namespace is given a container of its own," \
	"at once: it can look at it with its next system call."
run "unshare --uts sh -c 'containerctl where \$\$'"

say "One below the other, as the sandboxes are; numbers count per directory."
run "unshare --uts sh -c 'unshare --ipc containerctl tree $tour'"

say "They are empty now, and are kept for a while to be looked at."
run "containerctl ls $tour"
run "cat $tour/ns.events"

say "A task can choose the name of its next container..."
start "sh -c 'echo database > $tour/ns.next_name; exec unshare --net sleep 3600'"
wait_for runs_in sleep "$tour/database"

say "...and a container that of all sandboxes in it."
run "echo '%c-%d' > $tour/ns.clone_name"

if [ $box = bwrap ]; then
	say "Sandboxes need not know: this is bubblewrap as it is."
	start "bwrap --ro-bind / / --proc /proc --dev /dev --unshare-pid --unshare-net sleep 3600"
	start "bwrap --ro-bind / / --dev /dev --unshare-all sh -c 'sleep 3600; :'"
else
	say "Sandboxes need not know. (bubblewrap is missing or may not run here.)"
	start "unshare --pid --net --fork sleep 3600"
	start "unshare --mount --ipc --pid --fork sh -c 'sleep 3600; :'"
fi
wait_for sh -c "containerctl ls -nr -o COMMANDS,PATH $tour | grep -c 'sleep.*/$box' | grep -qx 2"
run "containerctl tree $tour"

say "What they use, as a list here and live on a terminal; and all of one."
run "containerctl top -n 1 $tour"
run "containerctl stat $tour/database"

say "All tasks of a sandbox can be ended at once, whatever they do."
first=$(containerctl ls -nr -o DIRECTORY,COMMANDS "$tour" |
	sed -n "s/^\([^ ]*\/$box-[0-9]*\) .*sleep.*/\1/p" | head -n 1)
run "containerctl kill $first"
wait_for is_empty "$first"
run "containerctl tree $tour"

say "A limit stops the clones, never the sandbox; refusals are counted."
run "echo 0 > $tour/ns.max_clones"
run "unshare --uts sh -c 'containerctl where \$\$'"
run "cat $tour/ns.events"
run "echo max > $tour/ns.max_clones"

say "A job in a container of its own: named, measured, and when it is over nothing of it" \
	"is left, though its daemon has a session and a parent of its own."
run "containerctl run --rm --stats $tour/job -- sh -c 'setsid sh -c \"sleep 3600 & sleep 3600\" & sleep 0.2; containerctl ps $tour/job; exit 3'; echo \"status \$?\""
run "test -e $tour/job || echo \"there is no job any more\""

say "The rest is left for you, in $dir. To look on:" \
	"	PATH=$build:\$PATH; containerctl top; man $top/userspace/man/containerfs.5" \
	"To end it${is_ours:+, and the mount}:" \
	"	${DEMO_DIR+DEMO_DIR=$dir }$top/userspace/demo/tour.sh end"
