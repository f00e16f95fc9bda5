#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of the freezer: what they hold and take, how the state of a container depends
# on those above, and what may be made and removed below a frozen container.
# shellcheck source=../lib.sh
. "$LIB"

freezer_hierarchy
cd "$H" || exit 1
state() { # CONTAINER
	echo "$(cat "$1/freezer.state") $(cat "$1/freezer.self_freezing") $(cat "$1/freezer.parent_freezing")"
}

expect_errno root-has-no-state open:ENOENT read ../freezer.state
expect_errno root-has-no-self open:ENOENT read ../freezer.self_freezing
mkdir a a/b
expect modes "644 444 444" sh -c 'echo $(stat -c %a a/freezer.state a/freezer.self_freezing a/freezer.parent_freezing)'
expect_eq new "THAWED 0 0" "$(state a)"

i=0
for bad in frozen FREEZING 1 '\n' 'FROZEN x' FROZE FROZENN; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write a/freezer.state "$bad"
done
expect_errno self-is-read-only EINVAL write a/freezer.self_freezing 1
expect_errno parent-is-read-only EINVAL write a/freezer.parent_freezing 1
expect_eq bad-changes-nothing "THAWED 0 0" "$(state a)"

expect_errno frozen OK write a/freezer.state 'FROZEN'
expect_eq empty-freezes "FROZEN 1 0" "$(state a)"
expect_eq child-of-frozen "FROZEN 0 1" "$(state a/b)"
expect_errno again OK write a/freezer.state ' FROZEN \n'
mkdir a/c
expect_eq born-frozen "FROZEN 0 1" "$(state a/c)"
expect_errno thaw-child OK write a/b/freezer.state THAWED
expect_eq child-stays-frozen "FROZEN 0 1" "$(state a/b)"
expect_errno freeze-child OK write a/b/freezer.state FROZEN
expect_eq both "FROZEN 1 1" "$(state a/b)"
expect_errno thaw OK write a/freezer.state 'THAWED\n'
expect_eq thawed "THAWED 0 0" "$(state a)"
expect_eq child-was-frozen-itself "FROZEN 1 0" "$(state a/b)"
expect_eq other-child "THAWED 0 0" "$(state a/c)"
thaw a/b
expect_eq all-thawed "THAWED 0 0" "$(state a/b)"

# With tasks in it, a frozen container is as busy as any.
spawn a/b
freeze a
expect_eq with-task "FROZEN 1 0" "$(state a)"
expect_errno rmdir-busy EBUSY rmdir a/b
expect_errno rename-frozen OK rename a/b a/d
expect_eq renamed "FROZEN 0 1" "$(state a/d)"
expect_errno rmdir-empty OK rmdir a/c
thaw a
end "$PID"
wait_for '[ -z "$(cat a/d/tasks)" ]'
freeze a
expect_errno rmdir-frozen-empty OK rmdir a/d
expect_errno rmdir-frozen OK rmdir a

mkdir e
expect_errno removed "OK OK ENODEV" open 0 e/freezer.state rdwr , rmdir e , write @0 FROZEN
leave_freezer_hierarchy
finish
