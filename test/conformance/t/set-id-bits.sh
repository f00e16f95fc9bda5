#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The set-user-ID and set-group-ID bits of control files: who may not set them takes
# them off by truncating a file, and anybody by giving it to somebody else. (fault 6.2)
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
# Mandatory locking it was once, and is for the group to say.
bits 2766
expect_errno group-not-executable "OK OK 0766" as 1000,1000,1000 , open 0 $f wronly,trunc , stat $f mode
expect_errno of-a-directory "OK OK 2777" chmod a 2777 , chown a 1000 1000 , stat a mode
finish
