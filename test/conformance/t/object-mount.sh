#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A mount namespace that is held keeps what is mounted in it, the hierarchy of its holder,
# too. Whoever mounts the hierarchy once more finds the container, and can end both.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
ns_hierarchy clone_flags=none
mkdir "$H/a"
expect_errno hold "OK OK OK" unshare mnt , mount none none / rec,private - , hold "$H/a" mnt
id=$("$SYSC" ostat "$H/a" id)
cd / || exit 1
echo $$ > "$TOP/tasks"
expect_true umount unmount "$TOP"
expect again OK try_mount "$TOP" "ns,clone_flags=none,name=$NAME"
expect_errno same "$id" ostat "$H/a" id
expect_errno inside "OK dir" enter "$H/a" mnt , stat "$H/a" type
expect_errno removed OK rmdir "$H/a"
expect_errno rest OK rmdir "$H"
expect_true umount-again unmount "$TOP"
# Now it has gone.
expect_soon gone '[ "$(try_mount "$TOP" "ns,name=$NAME.2")" = OK ]'
expect_eq fresh '' "$(containers "$TOP")"
expect_true umount-fresh unmount "$TOP"
finish
