#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The set-user-ID and set-group-ID bits of control files: a user who may not set them clears
# them by truncating a file; giving the file to another user always clears them.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
cd "$H" || exit 1
mkdir a
f=a/notify_on_release
bits() { # MODE: what the file has from here on
	"$SYSC" chown $f 0 0 , chmod $f "$1" >/dev/null
}
bits 6777
expect_errno set 6777 stat $f mode
expect_errno truncate-by-root "OK 6777" open 0 $f wronly,trunc , stat $f mode
expect_errno truncate-by-user "OK OK 0777" as 1000,1000,1000 , open 0 $f wronly,trunc , stat $f mode
expect_errno by-user-stays 0777 stat $f mode
bits 6777
expect_errno truncate-with-capabilities "OK OK 6777" allcaps 1000 , open 0 $f wronly,trunc , stat $f mode
expect_errno truncate-without-fsetid "OK OK 0777" dropcap 4 , open 0 $f wronly,trunc , stat $f mode
bits 6777
expect_errno truncate-path-by-user "OK OK 0777" as 1000,1000,1000 , truncate $f 0 , stat $f mode
bits 6777
expect_errno write-by-user "OK OK OK 6777" as 1000,1000,1000 , open 0 $f wronly , write @0 0 , stat $f mode
expect_errno read-by-user "OK OK 6777" as 1000,1000,1000 , open 0 $f rdonly , stat $f mode
expect_errno chown-by-root "OK 0777" chown $f 1000 1000 , stat $f mode
# Without group execution the bit once meant mandatory locking; a member of the group keeps it.
bits 2766
expect_errno group-not-executable "OK OK 0766" as 1000,1000,1000 , open 0 $f wronly,trunc , stat $f mode
bits 2766
expect_errno group-not-executable-path "OK OK 0766" as 1000,1000,1000 , truncate $f 0 , stat $f mode
bits 2766
expect_errno group-not-executable-fd "OK OK OK 0766" open 0 $f wronly , as 1000,1000,1000 , \
	ftruncate @0 0 , stat $f mode
"$SYSC" chown $f 1000 1001 , chmod $f 6644 >/dev/null
expect_errno group-not-executable-chown "OK OK 0644 1000" as 1000,1000,1000 , chown $f 1000 1000 , \
	stat $f mode gid
expect_errno of-a-directory "OK OK 2777" chmod a 2777 , chown a 1000 1000 , stat a mode

# A container made in a directory with the set-group-ID bit gets its group. (cgroup v1 does
# so on some kernels.)
mkdir d
"$SYSC" chown d 0 1000 , chmod d 2777 >/dev/null
mkdir d/e
if ! has v1 || [ "$(stat -c %a d/e)" = 2755 ]; then
	expect_errno inherited "2755 0 1000" stat d/e mode uid gid
	expect_errno inherited-by-files "0644 0 1000" stat d/e/tasks mode uid gid
	expect_errno inherited-from-a-user "OK OK 2755 1000 1000" as 1000,1000,1000 , mkdir d/f , \
		stat d/f mode uid gid
	expect_errno inherited-further "OK OK 2700 0 1000 0 1000" umask 077 , mkdir d/e/g , \
		stat d/e/g mode uid gid , stat d/e/g/tasks uid gid
	expect_errno not-by-what-was-there "0644 0 0" stat d/tasks mode uid gid
fi
finish
