#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A thread that is not the leader calls execve(2), which fails behind the point of no
# return, when the thread has the leader's number. The process dies, and nothing of it is
# left in its container. The thread's old number belongs to the next task that gets it.
# shellcheck source=../lib.sh
. "$LIB"

# An executable whose only segment can be mapped nowhere, in octal.
bad_elf() { # MACHINE
	printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0%b\1\0\0\0' "$1"
	printf '\0\340\377\377\377\377\0\0\100\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
	printf '\100\0\70\0\1\0\0\0\0\0\0\0'
	printf '\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\340\377\377\377\377\0\0'
	printf '\0\340\377\377\377\377\0\0\0\20\0\0\0\0\0\0\0\20\0\0\0\0\0\0\0\20\0\0\0\0\0\0'
	head -c 8192 /dev/zero
}
case $(uname -m) in
aarch64) bad_elf '\0267\0' ;;
*) bad_elf '\076\0' ;;
esac > "$T/bad"
chmod 755 "$T/bad"

new_hierarchy
mkdir "$H/a" "$H/b"
ulimit -c 0
last=/proc/sys/kernel/ns_last_pid

puppet
answer=$(tell 0 thread)
thread=${answer#* }
echo "$PUPPET" > "$H/a/cgroup.procs"
expect_eq both-there "$PUPPET $thread" "$(ids "$H/a/tasks")"
echo "1 exec $T/bad" >&8
wait "$PUPPET" 2>/dev/null
expect_true killed [ $? -gt 128 ]
exec 8>&- 9<&-
expect_soon nobody-left "[ -z \"\$(cat '$H/a/tasks')\" ]"

# The thread's old number again.
again=0
tries=0
while [ -w $last ] && [ "$again" != "$thread" ] && [ $tries -lt 200 ]; do
	[ "$again" = 0 ] || end "$again"
	echo $((thread - 1)) > $last
	sleep 1000 &
	again=$!
	tries=$((tries + 1))
done
if [ "$again" = "$thread" ]; then
	expect_errno again-moves OK write "$H/b/tasks" "$again"
	expect_eq again-is-there "$again" "$(ids "$H/b/tasks")"
fi
end "$again"
expect_soon b-empties "[ -z \"\$(cat '$H/b/tasks')\" ]"
expect_errno rmdir-a OK rmdir "$H/a"
expect_errno rmdir-b OK rmdir "$H/b"
finish
