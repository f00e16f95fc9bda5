#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.max_clones and ns.max_depth: beyond them the call succeeds all the same,
# the task stays where it is, and the refusal is counted.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
for f in ns.max_clones ns.max_depth; do
	expect_errno "mode-$f" 0644 stat "$f" mode
	expect_errno "default-$f" 'max\n' read "$f"
	expect_errno "number-$f" 'OK 7\n' write "$f" 7 , read "$f"
	i=0
	for bad in -1 abc '1 2'; do
		i=$((i + 1))
		expect_errno "bad-$f-$i" 'EINVAL 7\n' write "$f" "$bad" , read "$f"
	done
	expect_errno "max-$f" 'OK max\n' write "$f" 'max\n' , read "$f"
done

expect_errno top-has-a-depth '32\n' read "$TOP/ns.max_depth"

mkdir a
echo 0 > a/ns.keep_empty
echo 2 > a/ns.max_clones
in_a() { # a process that moves to a and unshares; its pid is $PID
	rm -f "$T/out"
	"$SYSC" write a/tasks 0 , unshare uts , pause >"$T/out" 2>&1 &
	PID=$!
	wait_for "grep -qs '^OK [A-Z]* ' '$T/out'"
}
in_a
one=$PID
in_a
two=$PID
expect_eq within "/a/node1 /a/node2" "$(where "$one") $(where "$two")"
in_a
expect_eq beyond-succeeds "OK OK " "$(cat "$T/out")"
expect_eq beyond-stays /a "$(where "$PID")"
expect_eq beyond-no-container "node1 node2" "$(containers a)"
expect_eq beyond-is-counted "2 1" "$(count_of clones a/ns.events) $(count_of refused a/ns.events)"
end "$PID" "$one"
in_a
expect_eq room-again /a/node3 "$(where "$PID")"
end "$PID" "$two"
echo 0 > a/ns.max_clones
in_a
expect_eq none-at-all /a "$(where "$PID")"
end "$PID"
expect_errno mkdir-is-not-limited OK mkdir a/mine

# ns.max_depth: how deep below this container clones are made.
mkdir b
echo 1 > b/ns.max_depth
puppet
echo "$PUPPET" > b/tasks
expect_eq depth-one OK "$(tell 0 unshare uts)"
expect_eq depth-one-place /b/node1 "$(where "$PUPPET")"
expect_eq depth-two OK "$(tell 0 unshare uts)"
expect_eq depth-two-stays /b/node1 "$(where "$PUPPET")"
refused=$(($(count_of refused b/ns.events) + $(count_of refused b/node1/ns.events)))
expect_true depth-two-is-counted test "$refused" -ge 1
end_puppet
finish
