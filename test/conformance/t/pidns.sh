#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# PID namespaces: ids are read as those of the reader's namespace, and written as those of
# the writer's. Tasks that are not in the namespace are not listed.
# shellcheck source=../lib.sh
. "$LIB"
requires pidns

new_hierarchy
mkdir "$H/a" "$H/b"
spawn "$H/a"
outer=$PID

# In a container together with a task of the outer namespace. Inside, the
# shell is 1 and what it starts follows; a shell may exec its last command.
inside() { # SCRIPT: its output, lines joined by "\n"
	"$SYSC" unshare pid , sh "$1" 2>&1 | sed 's/^OK //'
}
expect sees-itself 1 inside "echo 0 > $H/a/tasks; read pid < $H/a/tasks; echo \$pid"
expect sees-only-its-own '1\n2' inside "echo 0 > $H/a/tasks; sed -n p $H/a/tasks; :"
expect sees-only-its-own-procs '1\n2' inside "echo 0 > $H/a/tasks; sed -n p $H/a/cgroup.procs; :"
expect sees-nobody-else '' inside "echo 0 > $H/b/tasks; read pid < $H/a/tasks; echo \$pid"

expect writes-its-own 1 inside "echo 1 > $H/b/tasks; read pid < $H/b/tasks; echo \$pid"
expect writes-its-own-procs 1 inside "echo 1 > $H/b/cgroup.procs; read pid < $H/b/tasks; echo \$pid"
expect writes-zero 1 inside "echo 0 > $H/b/tasks; read pid < $H/b/tasks; echo \$pid"
expect cannot-name-outer ESRCH inside "$SYSC write $H/b/tasks $outer"
expect_eq outer-stays /a "$(where "$outer")"

# From outside, by the outer id.
"$SYSC" unshare pid , fork >"$T/fork" &
wait_for "[ -s '$T/fork' ]"
read -r ok child < "$T/fork"
echo "$child" > "$H/b/tasks"
expect_eq outer-id /b "$(where "$child")"
expect_eq outer-listing "$child" "$(ids "$H/b/tasks")"
kill -9 "$child"
expect_soon outer-gone "[ -z \"\$(cat '$H/b/tasks')\" ]"

# Nested namespaces: the middle one sees both by its own numbers.
expect nested 'OK OK 1' inside "$SYSC write $H/b/tasks 0 , unshare pid , sh 'read pid < $H/b/tasks; echo \$pid'"
end "$outer"
finish
