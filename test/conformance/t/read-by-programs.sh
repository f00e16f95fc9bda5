#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A program gets from a control file what read(2) gives, by whatever system call it reads:
# from short files and from those longer than a page, also after they have changed size.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a b
came=$T/came wanted=$T/wanted

# The text that read(2) gives comes from a program that uses no other call.
want() { # FILE
	dd if="$1" of="$wanted" bs=65536 2>/dev/null
}

# "same", or the length that came instead, and the status of the program if it failed.
compare() { # STATUS
	[ "$1" = 0 ] || echo "exit $1 "
	if cmp -s "$wanted" "$came"; then
		echo same
	else
		echo "$(wc -c < "$came") of $(wc -c < "$wanted") bytes"
	fi
	rm -f "$came"
}

printed() { # COMMAND...
	"$@" > "$came" 2>/dev/null
	compare $?
}

copied() { # COMMAND...
	"$@" "$came" 2>/dev/null
	compare $?
}

archived() { # FILE
	tar cf "$T/tar" "$1" 2>/dev/null && tar xOf "$T/tar" > "$came"
	compare $?
}

# In the form that sysc prints.
escaped() {
	awk '{ printf "%s\\n", $0 }' "$wanted"
}

have() { # PROGRAM
	command -v "$1" >/dev/null
}

read_by_all() { # ID FILE
	want "$2"
	expect "$1-cat" same printed cat "$2"
	expect "$1-cp" same copied cp "$2"
	expect "$1-cp-all" same copied cp -a "$2"
	expect "$1-tail" same printed tail -c +1 "$2"
	expect "$1-tail-lines" same printed tail -n 100000 "$2"
	expect "$1-head" same printed head -c 1000000 "$2"
	expect "$1-head-lines" same printed head -n 100000 "$2"
	expect "$1-grep" same printed grep . "$2"
	expect "$1-awk" same printed awk 1 "$2"
	expect "$1-dd" same printed dd bs=3 if="$2"
	expect "$1-while" same printed sh -c 'while read -r line; do echo "$line"; done < "$1"' - "$2"
	expect "$1-wc" "$(wc -c < "$wanted")" sh -c 'wc -c < "$1"' - "$2"
	expect "$1-wc-lines" "$(wc -l < "$wanted")" sh -c 'wc -l < "$1"' - "$2"
	expect "$1-end" "$(tail -c 3 "$wanted")" tail -c 3 "$2"
	expect "$1-last" "$(tail -n 1 "$wanted")" tail -n 1 "$2"
	if have busybox; then
		expect "$1-busybox-cat" same printed busybox cat "$2"
		expect "$1-busybox-cp" same copied busybox cp "$2"
		expect "$1-busybox-tail" same printed busybox tail -c +1 "$2"
	fi
	expect_errno "$1-sendfile" "$(escaped)" sendfile "$2"
	expect_errno "$1-splice" "$(escaped)" splice "$2"
	# By a name that needs no path walk.
	exec 3< "$2"
	expect "$1-fd" same printed cat /proc/self/fd/3
	expect_errno "$1-fd-splice" "$(escaped)" splice /proc/self/fd/3
	exec 3<&-
	# These use the size, and get nothing from a file without one.
	if has fuse; then
		expect_errno "$1-size" "$(wc -c < "$wanted")" stat "$2" size
		expect "$1-tar" same archived "$2"
		have rsync && expect "$1-rsync" same copied rsync "$2"
	else
		expect_errno "$1-size" 0 stat "$2" size
	fi
}

read_by_all flag a/notify_on_release
# These calls cannot give the whole text at once, so they are refused (containerfs(5)).
refused=taken
has fuse && refused=refused
expect_errno sendfile-is "0\\n $refused" sendfile a/notify_on_release , refused
expect_errno splice-is "0\\n $refused" splice a/notify_on_release , refused
spawn a
one=$PID
read_by_all one a/tasks
"$SYSC" write a/tasks 0 , threads 1000 , pause > "$T/ready" &
many=$!
wait_for '[ "$(wc -l < a/tasks)" -eq 1002 ]'
expect_true longer-than-a-page test "$(wc -c < a/tasks)" -gt 4096
read_by_all many a/tasks
read_by_all processes a/cgroup.procs
end "$many"
wait_for '[ "$(wc -l < a/tasks)" -eq 1 ]'
read_by_all one-again a/tasks

# A program that opens a file gets its present text, not one that another program got before.
f=a/notify_on_release
expect_errno changed '0\n OK 1\n OK 0\n' splice $f , write $f 1 , splice $f , write $f 0 , splice $f
expect_errno open-before 'OK OK 1\n' open 0 $f rdonly , write $f 1 , splice @0
expect_errno open-before-and-after 'OK OK 0\n OK OK 1\n' open 0 $f rdonly , write $f 0 , splice $f , \
	write $f 1 , open 1 $f rdonly , splice @1
expect_errno truncated 'OK OK 0\n' open 0 $f wronly,trunc , write @0 0 , splice $f
expect_errno truncated-only 'OK 0\n OK OK 1\n' open 0 $f wronly,trunc , splice $f , write $f 1 , \
	close @0 , splice $f
expect_errno truncated-by-name 'OK 1\n' truncate $f 0 , splice $f
# While it is open for reading, other programs write to it by a shell's ">".
expect_errno truncated-by-another 'OK OK 1\n' open 0 $f rdonly , open 1 $f wronly,trunc , splice @0
expect_errno appended 'OK OK 0\n' open 0 $f wronly,append , write @0 0 , splice $f
expect_errno written-behind 'OK OK OK 1\n' open 0 $f wronly , lseek @0 3 , write @0 1 , splice $f
spawn
two=$PID
expect_errno longer "$one\\n OK $(sorted "$one" "$two" | sed 's/ /\\n/')\\n OK $one\\n" \
	splice a/tasks , write a/tasks "$two" , splice a/tasks , write b/tasks "$two" , splice a/tasks
expect_errno shorter "OK OK eof OK $two\\n" write a/tasks "$one" , write a/tasks "$two" , \
	splice b/tasks , write b/tasks "$two" , splice b/tasks
end "$one" "$two"
wait_for '[ -z "$(ids a/tasks)$(ids b/tasks)" ]'
expect_errno empty "eof eof" splice a/tasks , sendfile b/tasks

# The same descriptor gives the present text, too, though no program has touched that
# file. (v1 keeps lists for a second.)
if has containerfs; then
	again=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		again="$again , msleep $i , lseek @0 0 , splice @0"
	done
	spawn a
	one=$PID
	spawn
	two=$PID
	while [ ${#one} != ${#two} ]; do
		echo "$two" > a/tasks
		end "$one"
		one=$two
		spawn
		two=$PID
	done
	# shellcheck disable=SC2086
	expect_eq same-descriptor "$one\\n $two\\n" "$("$SYSC" open 0 a/tasks rdonly , splice @0 , \
		write b/tasks "$one" , write a/cgroup.procs "$two" $again | awk '{ print $2, $NF }')"
	end "$one" "$two"
fi

# In another pid namespace the same tasks have shorter numbers.
if has pidns && have unshare; then
	expect in-a-pid-namespace '1\n2\n' unshare -pf sh -c 'echo 0 > a/tasks; "$1" splice a/tasks; :' \
		- "$SYSC"
fi
finish
