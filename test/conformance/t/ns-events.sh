#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.events: counts the clones made, refused and removed of one container,
# and wakes a task that polls it.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
expect_errno mode 0444 stat ns.events mode
expect_errno fresh 'clones 0\nrefused 0\nremoved 0\n' read ns.events
unshare_once
expect_errno one 'clones 1\nrefused 0\nremoved 0\n' read ns.events
rmdir node1
echo 0 > ns.keep_empty
unshare_once
expect_eq removed 1 "$(count_of removed ns.events)"
echo 0 > ns.max_clones
unshare_once
expect_errno refused 'clones 2\nrefused 1\nremoved 1\n' read ns.events
expect_errno write EINVAL write ns.events 1
echo max > ns.max_clones

mkdir a
"$SYSC" write a/tasks 0 , unshare uts >/dev/null
expect_eq own-count 1 "$(count_of clones a/ns.events)"
expect_eq not-the-parents 2 "$(count_of clones ns.events)"

# Poll: quiet after a read, and woken by a clone.
puppet
tell 0 open 0 "$H/ns.events" rdonly >/dev/null
tell 0 read @0 >/dev/null
expect_eq quiet-poll none "$(tell 0 poll @0 100 PRI)"
echo "0 poll @0 10000 PRI" >&8
unshare_once
read -r answer <&9
expect_true woken expr "$answer" : '.*PRI'
end_puppet
finish
