#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.where of a top container, in place of /proc/PID/cgroup: write an
# id and read, on the same descriptor, in which container of each hierarchy
# that task is, the newest hierarchy first.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

new_hierarchy
first=$NAME first_hierarchy=$H
mkdir "$H/a" "$H/a/b c"
new_hierarchy
mkdir "$H/x"
f=$H/container.where
expect_errno mode 0666 stat "$f" mode
expect_errno only-in-top ENOENT stat "$H/x/container.where" mode

asked() { # ID: the lines of these two hierarchies, without their ids
	"$SYSC" open 0 "$f" rdwr , write @0 "$1" , read @0 | sed 's/^OK OK //;s/\\n/\n/g' |
		sed -n "s/^[1-9][0-9]*:\(name=$TEST_NAME\.$$\.[0-9]*:.*\)/\1/p" | tr '\n' ' '
}
spawn "$first_hierarchy/a/b c"
expect_eq newest-first "name=$NAME:/ name=$first:/a/b c " "$(asked "$PID")"
echo "$PID" > "$H/x/tasks"
expect_eq follows "name=$NAME:/x name=$first:/a/b c " "$(asked "$PID")"
mv "$H/x" "$H/y"
expect_eq follows-a-rename "name=$NAME:/y name=$first:/a/b c " "$(asked "$PID")"
expect_eq same-in-the-other-top "$(asked "$PID")" "$(f=$first_hierarchy/container.where; asked "$PID")"
expect_eq as-a-user "OK OK OK" "$("$SYSC" as 1000,1000,1000 , open 0 "$f" rdwr , write @0 "$PID" , read @0 | cut -d ' ' -f 1-3)"

# Without a write the answer is about the reader itself; after 0, too.
itself=$("$SYSC" write "$first_hierarchy/a/tasks" 0 , read "$f" | sed 's/\\n/\n/g' |
	sed -n "s/.*:name=$first://p")
expect_eq reader /a "$itself"
itself=$("$SYSC" write "$first_hierarchy/a/tasks" 0 , open 0 "$f" rdwr , write @0 0 , read @0 |
	sed 's/\\n/\n/g' | sed -n "s/.*:name=$first://p")
expect_eq zero /a "$itself"

# Each descriptor keeps its own question.
spawn
other=$PID
spawn "$first_hierarchy/a"
one=$("$SYSC" open 0 "$f" rdwr , open 1 "$f" rdwr , write @0 "$PID" , write @1 "$other" , read @0 |
	sed 's/\\n/\n/g' | sed -n "s/.*:name=$first://p")
expect_eq own-question /a "$one"
one=$("$SYSC" open 0 "$f" rdwr , write @0 "$other" , read @0 1 , write @0 "$PID" , lseek @0 0 , read @0 |
	sed 's/\\n/\n/g' | sed -n "s/.*:name=$first://p")
expect_eq asked-again /a "$one"

expect_errno bad EINVAL write "$f" x
expect_errno negative EINVAL write "$f" -1
expect_errno no-such-task ESRCH write "$f" 4194304

# A zombie is in the top container.
puppet
tell 0 write "$first_hierarchy/a/tasks" 0 >/dev/null
zombie=$(tell 0 zombie)
expect_eq zombie "name=$NAME:/ name=$first:/ " "$(asked "$zombie")"
end_puppet
finish
