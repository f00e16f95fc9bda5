#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Deep trees: containers 150 deep, and so deep that no path leads there (PATH_MAX), are
# made and used, and removed step by step, from below.
# shellcheck source=../lib.sh
. "$LIB"

# Goes down into as many new containers as it can.
descend() { # NAME DEPTH
	made=0
	while [ "$made" -lt "$2" ] && mkdir "$1" 2> /dev/null && cd -P "$1"; do
		made=$((made + 1))
	done
}

# Removes them again, each time from the top, because no shell goes up without a path.
ascend() { # NAME DEPTH
	removed=0
	while [ "$removed" -lt "$2" ]; do
		cd "$H" || break
		level=1
		while [ "$level" -lt $(($2 - removed)) ] && cd -P "$1"; do
			level=$((level + 1))
		done
		rmdir "$1" || break
		removed=$((removed + 1))
	done
	cd "$H" || exit 1
}

new_hierarchy
cd "$H" || exit 1
descend d 150
expect_eq made 150 "$made"
spawn
echo "$PID" > tasks
path=$(printf '/d%.0s' $(seq 150))
expect_eq is-there "$PID" "$(ids "$H$path/tasks")"
expect_errno busy EBUSY rmdir "$H$path"
if has containerfs; then
	expect_eq where "$path" "$({ echo "$PID" >&3; sed -n "s/.*name=$NAME://p" <&3; } 3<> "$H/container.where")"
fi
end "$PID"
cd "$H" || exit 1
wait_for "[ -z \"\$(ids '$H$path/tasks')\" ]"
find "$H" -mindepth 1 -depth -type d -exec rmdir {} \;
expect_eq removed-by-find '' "$(containers "$H")"

name=$(printf 'n%0199d' 0)
descend "$name" 40
expect_eq made-beyond 40 "$made"
spawn
echo "$PID" > tasks
expect_eq is-beyond "$PID" "$(ids tasks)"
if has containerfs; then
	path=$(printf "/$name%.0s" $(seq 40))
	expect_eq where-beyond "$path" "$({ echo "$PID" >&3; sed -n "s/.*name=$NAME://p" <&3; } 3<> "$H/container.where")"
fi
end "$PID"
wait_for '[ -z "$(ids tasks)" ]'
ascend "$name" 40
expect_eq removed-beyond 40 "$removed"
finish
