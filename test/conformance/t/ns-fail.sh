#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls that fail, or that make no namespace, or that concern a hierarchy
# without ns, make no container. And containerfs never makes a call fail.
# shellcheck source=../lib.sh
. "$LIB"

# To find out takes an unshare itself.
has userns && users_may=1
ns_hierarchy
cd "$H" || exit 1
expect_errno bad-flag EINVAL unshare 0x1
expect_errno bad-flag-with-good EINVAL unshare uts,0x1
expect_errno no-privilege "OK EPERM" as 1000,1000,1000 , unshare uts
expect_errno nothing OK unshare -
expect_errno no-namespace OK unshare fs,files
expect_errno clone-bad EINVAL clone mnt,fs
expect_errno clone-no-privilege "OK EPERM" as 1000,1000,1000 , clone uts
expect_errno clone3-bad EINVAL clone3 mnt,fs
puppet
tell 0 thread >/dev/null
expect_eq user-with-threads EINVAL "$(tell 0 unshare user)"
expect_eq user-with-threads-stays / "$(where "$PUPPET")"
end_puppet
expect_eq no-container '' "$(containers .)"
expect_eq no-count 0 "$(count_of clones ns.events)"
unshare_once
expect_eq first-is-still-one node1 "$(containers .)"

# The namespaces of an ordinary user count; the user needs no right to this directory.
if [ -n "$users_may" ]; then
	expect_errno ordinary-user "OK OK" as 1000,1000,1000 , unshare user
	expect_eq ordinary-user-container "node1 node2" "$(containers .)"
fi

# Other hierarchies are not touched.
cd / || exit 1
ns=$H name=$NAME
new_hierarchy
mkdir "$H/x"
spawn "$H/x"
"$SYSC" write "$H/x/tasks" 0 , unshare uts , pause >"$T/out" 2>&1 &
wait_for "grep -qs 'OK OK ' '$T/out'"
expect_eq other-hierarchy-place /x "$(where $!)"
expect_eq other-hierarchy-no-container '' "$(containers "$H/x")"
expect_true own-hierarchy-place sh -c "grep -qx $! '$ns'/node*/tasks"
end $! "$PID"

# A hierarchy that is kept goes on while it is not mounted.
H=$ns
unmount "$TOP"
unsharer uts
mount_hierarchy "$TOP" "name=$name"
expect_true while-unmounted sh -c "grep -qx $PID '$H'/node*/tasks"
end "$PID"
finish
