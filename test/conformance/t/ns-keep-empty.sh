#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.keep_empty: how many empty clones a container keeps. The oldest are removed first, and
# containers made by mkdir never. The removal comes soon, but not before the next answer,
# so this waits for it.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
f=ns.keep_empty
expect_errno mode 0644 stat "$f" mode
expect_errno default '16\n' read "$f"
expect_errno max 'OK max\n' write "$f" max , read "$f"
expect_errno number 'OK 2\n' write "$f" '2\n' , read "$f"
i=0
for bad in -1 abc 'max 1' 1x; do
	i=$((i + 1))
	expect_errno "bad-$i" 'EINVAL 2\n' write "$f" "$bad" , read "$f"
done

expect_containers() { # ID NAMES DIR
	expect_names=$2
	expect_dir=$3
	expect_soon "$1" '[ "$(containers "$expect_dir")" = "$expect_names" ]'
}

unshare_once
unshare_once
expect_eq kept "node1 node2" "$(containers .)"
unshare_once
expect_containers oldest-goes "node2 node3" .
unshare_once
expect_containers oldest-goes-again "node3 node4" .
expect_eq removed-are-counted 2 "$(count_of removed ns.events)"
expect_errno kept-can-be-removed OK rmdir node3
unshare_once
expect_containers and-makes-room "node4 node5" .

echo 0 > "$f"
unsharer uts
expect_eq none-while-it-lives "$PID" "$(ids "node6/tasks")"
end "$PID"
expect_soon none-at-once '[ ! -e node6 ]'

# Only clones without tasks and without children are removed.
mkdir a
echo 0 > a/ns.keep_empty
puppet
echo "$PUPPET" > a/tasks
tell 0 unshare uts >/dev/null
echo 0 > a/node1/ns.keep_empty
tell 0 unshare uts >/dev/null
expect_eq empty-but-a-child node1 "$(containers a)"
end_puppet
expect_soon both-go '[ -z "$(containers a)" ]'

spawn a
end "$PID"
mkdir a/mine
spawn a/mine
end "$PID"
expect_eq made-by-mkdir-stays mine "$(containers a)"

# A clone stays as long as a child in it that mkdir made.
puppet
echo "$PUPPET" > a/tasks
tell 0 unshare uts >/dev/null
place=$(where "$PUPPET")
mkdir "$H$place/mine"
end_puppet
expect_true handmade-child-keeps test -d "$H$place/mine"
rmdir "$H$place/mine"
expect_soon handmade-child-gone "[ ! -e '$H$place' ]"

# A task can move back into an empty clone, which then counts as used again.
mkdir b
echo 1 > b/ns.keep_empty
"$SYSC" write b/tasks 0 , unshare uts >/dev/null
spawn b/node1
for i in 1 2 3; do
	"$SYSC" write b/tasks 0 , unshare uts >/dev/null
done
expect_containers reused-stays "node1 node4" b
end "$PID"
mkdir c
echo max > c/ns.keep_empty
i=0
while [ "$i" -lt 20 ]; do
	"$SYSC" write c/tasks 0 , unshare uts >/dev/null
	i=$((i + 1))
done
expect_eq max-keeps-all 20 "$(containers c | wc -w | tr -d ' ')"
finish
