#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A new task starts in the container of the thread that made it, by fork,
# pthread_create, vfork or clone, from its first instruction on.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a" "$H/b"
puppet
answer=$(tell 0 thread)
one=${answer#* }
expect_eq start / "$(where "$PUPPET")"
echo "$PUPPET" > "$H/a/tasks"
echo "$one" > "$H/b/tasks"

child=$(tell 0 fork)
expect_eq fork-by-leader /a "$(where "$child")"
kill -9 "$child"
child=$(tell 1 fork)
expect_eq fork-by-thread /b "$(where "$child")"
expect_eq fork-stays-after-parent-moved /b "$(echo "$one" > "$H/a/tasks"; where "$child")"
echo "$one" > "$H/b/tasks"
kill -9 "$child"

answer=$(tell 0 thread)
expect_eq thread-by-leader /a "$(where "${answer#* }")"
answer=$(tell 1 thread)
three=${answer% *}
expect_eq thread-by-thread /b "$(where "${answer#* }")"
child=$(tell "$three" fork)
expect_eq fork-by-new-thread /b "$(where "$child")"
kill -9 "$child"
child=$(tell 1 clone -)
expect_eq clone /b "$(where "$child")"
kill -9 "$child"
child=$(tell 1 clone3 -)
expect_eq clone3 /b "$(where "$child")"
kill -9 "$child"
end_puppet

# Hierarchies do not know of each other.
first=$H
new_hierarchy
mkdir "$H/x"
puppet
echo "$PUPPET" > "$H/x/tasks"
echo "$PUPPET" > "$first/b/tasks"
child=$(tell 0 fork)
expect_eq in-both-one /b "$(where "$child" "$first")"
expect_eq in-both-two /x "$(where "$child")"
kill -9 "$child"
end_puppet
H=$first

# From its first instruction: the child looks itself.
expect_errno first-instruction "OK /a" write "$H/a/tasks" 0 , \
	sh "grep -lx \$\$ '$H/tasks' '$H/a/tasks' | sed 's|^$H||;s|/tasks||'"
expect_errno shell-pipeline "OK 2" write "$H/a/tasks" 0 , \
	sh "sh -c 'grep -cx -e \$\$ -e \$PPID $H/a/tasks; :'"

# Many forks at once: no task is lost or born elsewhere.
"$SYSC" write "$H/a/tasks" 0 , storm 200 4 >"$T/storm" 2>&1 &
storm=$!
elsewhere=0
while kill -0 "$storm" 2>/dev/null && [ "$(state_of "$storm")" != Z ]; do
	[ -z "$(cat "$H/b/tasks")" ] || elsewhere=1
	"$SYSC" rmdir "$H/a" >> "$T/rmdir"
done
wait "$storm"
expect_eq storm "OK OK" "$(cat "$T/storm")"
expect_eq storm-elsewhere 0 "$elsewhere"
expect_soon storm-left-nobody "[ -z \"\$(cat '$H/a/tasks' 2>/dev/null)\" ]"
finish
