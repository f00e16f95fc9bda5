#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A write(2) to `tasks` takes one task id, stripped, in any base. Everything else is refused
# with a precise errno and moves no task.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
a=$H/a
mkdir "$a"
spawn
hex=$(printf '0x%x' "$PID")
HEX=$(printf '0X%X' "$PID")
octal=$(printf '0%o' "$PID")

accepts() { # ID STRING
	expect_errno "$1" OK write "$a/tasks" "$2"
	expect_eq "$1-moved" /a "$(where "$PID")"
	echo "$PID" > "$H/tasks"
}
refuses() { # ID ERRNO STRING
	expect_errno "$1" "$2" write "$a/tasks" "$3"
	expect_eq "$1-moved-nobody" '' "$(ids "$a/tasks")"
}

accepts plain "$PID"
accepts newline "$PID\n"
accepts spaces " $PID "
accepts tabs "\t$PID\t\n"
accepts newlines-around "\n$PID\n\n"
accepts hex "$hex"
accepts hex-capital "$HEX"
accepts octal "$octal"
accepts plus "+$PID"
accepts leading-zero-bytes-after "$PID\0"
accepts ends-at-zero-byte "$PID\0junk"
accepts vertical-tab "\x0b$PID\x0c"

refuses newline-only EINVAL '\n'
refuses space-only EINVAL ' '
refuses zero-byte-only EINVAL '\0'
refuses word EINVAL abc
refuses negative EINVAL -1
refuses negative-pid EINVAL "-$PID"
refuses two-on-a-line EINVAL "$PID 1"
refuses two-lines EINVAL "$PID\n$PID\n"
refuses trailing-letters EINVAL "${PID}abc"
refuses trailing-comma EINVAL "$PID,"
refuses fraction EINVAL "$PID.0"
refuses hex-without-digits EINVAL 0x
refuses bad-octal EINVAL 09
refuses plus-minus EINVAL +-1
refuses space-inside EINVAL "+ $PID"
refuses high-byte EINVAL "$PID\xff"
refuses int-max-plus-one EINVAL 2147483648
refuses long EINVAL 99999999999999999999999
refuses int-max ESRCH 2147483647
refuses no-such-task ESRCH 4194304

# A write of nothing does nothing.
expect_errno empty-write OK write "$a/tasks" ''
expect_eq empty-write-moved-nobody '' "$(ids "$a/tasks")"

# Long writes: a page at most.
expect_errno page OK pad "$a/tasks" 4095 "$PID"
expect_eq page-moved /a "$(where "$PID")"
echo "$PID" > "$H/tasks"
expect_errno full-page OK pad "$a/tasks" 4096 "$PID"
echo "$PID" > "$H/tasks"
expect_errno over-a-page E2BIG pad "$a/tasks" 4097 "$PID"
expect_errno far-over-a-page E2BIG fill "$a/tasks" 65536 1
expect_eq over-a-page-moved-nobody '' "$(ids "$a/tasks")"

# The offset does not matter, and one descriptor serves any number of writes.
expect_errno descriptor-is-reusable "OK OK OK OK OK" open 0 "$a/tasks" wronly , \
	write @0 "$PID" , write @0 "$PID" , lseek @0 100 , write @0 "$PID"
expect_eq descriptor-moved /a "$(where "$PID")"
expect_errno after-a-refusal "OK EINVAL OK" open 0 "$H/tasks" wronly , \
	write @0 x , write @0 "$PID"
expect_errno append-mode "OK OK" open 0 "$a/tasks" wronly,append , write @0 "$PID"
expect_errno read-only-descriptor "OK EBADF" open 0 "$a/tasks" rdonly , write @0 "$PID"
expect_errno write-only-descriptor "OK EBADF" open 0 "$a/tasks" wronly , read @0

# Into the container where the task is already.
expect_errno already-there OK write "$a/tasks" "$PID"
expect_eq already-there-stays /a "$(where "$PID")"

# The write moves only that task, and only in this hierarchy.
echo "$PID" > "$H/tasks"
first=$PID first_hierarchy=$H
spawn "$a"
expect_eq only-that-task "$PID" "$(ids "$a/tasks")"
new_hierarchy
expect_eq other-hierarchy-untouched / "$(where "$PID")"
mkdir "$H/b"
echo "$PID" > "$H/b/tasks"
expect_eq first-hierarchy-untouched /a "$(where "$PID" "$first_hierarchy")"
expect_eq second-hierarchy /b "$(where "$PID")"

# The dead.
kill -9 "$first"
wait "$first" 2>/dev/null
expect_errno reaped ESRCH write "$a/tasks" "$first"

# 0 and its spellings are the writer.
i=0
for zero in 0 -0 +0 00 0x0; do
	i=$((i + 1))
	expect_errno "zero-$i" "OK /b" write "$H/b/tasks" "$zero" , \
		sh "grep -lx \$PPID '$H/tasks' '$H/b/tasks' | sed 's|^$H||;s|/tasks||'"
done
finish
