#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The two switches of a container, notify_on_release and cgroup.clone_children: an
# unsigned number counts as zero or not zero. A new container inherits them, and nothing
# else changes them.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
mkdir "$H/a"
for file in notify_on_release cgroup.clone_children; do
	f=$H/a/$file
	expect_errno "default-$file" '0\n' read "$f"
	expect_errno "top-default-$file" '0\n' read "$H/$file"
	i=0
	for one in 1 2 0x10 '1\n' 18446744073709551615 010 +1 '1\0'; do
		i=$((i + 1))
		echo 0 > "$f"
		expect_errno "true-$file-$i" 'OK 1\n' write "$f" "$one" , read "$f"
	done
	i=0
	for zero in 0 00 0x0 '0\n' +0; do
		i=$((i + 1))
		echo 1 > "$f"
		expect_errno "false-$file-$i" 'OK 0\n' write "$f" "$zero" , read "$f"
	done
	echo 1 > "$f"
	i=0
	for bad in -1 -0 abc '1 2' '1\n\n' '\n' 0x 1.5 1x; do
		i=$((i + 1))
		expect_errno "bad-$file-$i" 'EINVAL 1\n' write "$f" "$bad" , read "$f"
	done
	expect_errno "big-$file" 'ERANGE 1\n' write "$f" 18446744073709551616 , read "$f"
	expect_errno "empty-$file" 'OK 1\n' write "$f" '' , read "$f"
	expect_errno "chunks-$file" 'OK 1 \n eof' open 0 "$f" rdonly , \
		read @0 1 , read @0 1 , read @0 1
	expect_errno "long-$file" E2BIG fill "$f" 4097 1

	mkdir "$H/a/b"
	expect_errno "inherited-$file" '1\n' read "$H/a/b/$file"
	echo 0 > "$f"
	expect_errno "not-followed-$file" '1\n' read "$H/a/b/$file"
	mkdir "$H/a/c"
	expect_errno "inherited-off-$file" '0\n' read "$H/a/c/$file"
	rmdir "$H/a/b" "$H/a/c"
done

# Only one final newline is stripped here, unlike in `tasks`.
expect_errno leading-space EINVAL write "$H/a/notify_on_release" ' 1'
expect_errno trailing-space EINVAL write "$H/a/notify_on_release" '1 '

n=$TEST_NAME.$$
mount_hierarchy "$T/cc" "none,clone_children,name=$n"
expect_eq mount-option 1 "$(cat "$T/cc/cgroup.clone_children")"
mkdir "$T/cc/a"
expect_eq mount-option-is-inherited 1 "$(cat "$T/cc/a/cgroup.clone_children")"
finish
