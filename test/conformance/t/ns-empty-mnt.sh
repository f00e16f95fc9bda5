#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# From Linux 7.1 on unshare(2) has a flag that makes an empty mount namespace without
# CLONE_NEWNS. It counts as a mount namespace. The same bit means something else to clone(2).
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
[ "$("$SYSC" unshare empty-mnt)" = OK ] || skip "this kernel makes no empty mount namespaces"

mkdir some others
echo mnt > some/ns.clone_flags
echo uts > others/ns.clone_flags
for place in some others; do
	puppet
	echo "$PUPPET" > "$place/tasks"
	expect_eq "$place" OK "$(tell 0 unshare empty-mnt)"
	[ $place = some ] && place=some/node1
	expect_eq "$place-place" "/$place" "$(where "$PUPPET")"
	end_puppet
done
finish
