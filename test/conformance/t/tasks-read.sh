#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `tasks` gives all task ids in ascending order, one a line, each once, and whole whatever
# the size of the reads; nothing when there are none.
#
# v1 keeps a list for a second, so that the same open file may show ids of dead tasks even
# after lseek. So this looks at a fresh open only, except where containerfs promises more.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
a=$H/a
mkdir "$a"
expect_errno empty eof read "$a/tasks"
expect_errno empty-procs eof read "$a/cgroup.procs"

spawn "$a"
one=$PID
expect_errno one "$one\\n" read "$a/tasks"
expect_errno then-the-end "OK $one\\n eof eof" open 0 "$a/tasks" rdonly , \
	read @0 , read @0 , read @0

# busybox's cat reads in this way.
expect_errno sendfile "$one\\n" sendfile "$a/tasks"
expect_errno sendfile-flag '0\n' sendfile "$a/notify_on_release"

set -- "$one"
while [ $# -lt 40 ]; do
	spawn
	set -- "$PID" "$@"
done
for pid; do
	echo "$pid" > "$a/tasks"
done
expect_eq sorted "$(sorted "$@")" "$(ids "$a/tasks")"
expect_eq sorted-procs "$(sorted "$@")" "$(ids "$a/cgroup.procs")"
expect_errno sendfile-many "$(sorted "$@" | sed 's/ /\\n/g')\\n" sendfile "$a/tasks"
for size in 1 3 7 4096; do
	expect_eq "chunks-of-$size" "$(sorted "$@")" \
		"$("$SYSC" slurp "$a/tasks" "$size" | grep . | tr '\n' ' ' | sed 's/ $//')"
done
# The first two digits of the first number, which has three, because numbers restart at 300.
expect_errno rewound "OK $(sorted "$@" | cut -c1-2) OK $(sorted "$@" | cut -c1-2)" \
	open 0 "$a/tasks" rdonly , read @0 2 , lseek @0 0 , read @0 2
expect_eq two-readers "$(sorted "$@")" \
	"$( (cat "$a/tasks" >/dev/null & cat "$a/tasks"; wait) | tr '\n' ' ' | sed 's/ $//')"

# A listing that is read in small pieces while tasks leave has all the others.
puppet
tell 0 open 0 "$a/tasks" rdonly >/dev/null
head=$(tell 0 read @0 3)
kept=$2
first=$(sorted "$@" | sed 's/ .*//')
echo "$first" > "$H/tasks"
rest=$(tell 0 slurp @0 3 2>/dev/null; while read -r line <&9; do
	[ -n "$line" ] || break
	echo "$line"
done)
expect_true others-are-listed sh -c "printf '%s' '$head$rest' | grep -q '$kept'"
end_puppet

end "$@"
expect_errno empty-again eof read "$a/tasks"

if has containerfs; then
	spawn "$a"
	expect_errno fresh-after-lseek "OK $PID\\n OK OK eof" open 0 "$a/tasks" rdonly , \
		read @0 , write "$H/tasks" "$PID" , lseek @0 0 , read @0
	end "$PID"
fi
finish
