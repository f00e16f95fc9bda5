#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The last umount while sandboxes run: containers that were made for the sandboxes do not
# keep the hierarchy, and their tasks are let go of. A container made by mkdir keeps the
# hierarchy, whatever container it lies in; a mount that asks for its subsystems says so.
#
# The sandboxes are in the top container, like those of other programs; their names tell
# them apart.
# shellcheck source=../lib.sh
. "$LIB"

requires containerfs subsystem:ns subsystem:freezer

# The number of the hierarchy of a subsystem, 0 for none.
hierarchy_of() { # SUBSYSTEM
	subsystem_table | awk -v name="$1" '$1 == name { print $2 }'
}

H=$T/h
mount_hierarchy "$H" ns,freezer,clone_name=t%p
puppet
expect_eq outer OK "$(tell 0 unshare uts)"
expect_eq inner OK "$(tell 0 unshare uts)"
expect_eq place "/t$PUPPET/t$PUPPET" "$(where "$PUPPET")"
freeze "$H/t$PUPPET"
expect_errno frozen 'FROZEN\n' read "$H/t$PUPPET/t$PUPPET/freezer.state"

unmount "$H" >/dev/null
expect_eq nobody-keeps-it 0 "$(hierarchy_of ns)"
expect_eq other-options OK "$(try_mount "$H" ns,clone_name=t%p)"
expect_false is-empty test -e "$H/t$PUPPET"
expect_eq is-in-the-top / "$(where "$PUPPET")"
child=$(tell 0 fork)
expect_eq runs-again / "$(where "$child")"
kill -9 "$child"
tell 0 unshare uts >/dev/null
expect_eq clones-again "/t$PUPPET" "$(where "$PUPPET")"

# A container made by mkdir stays, and so does the container that it is in.
mkdir "$H/t$PUPPET/made"
unmount "$H" >/dev/null
expect_false made-keeps-it [ "$(hierarchy_of ns)" = 0 ]
expect_eq kept-other-options EBUSY "$(try_mount "$H" ns,freezer)"
expect_eq kept-is-shown OK "$(try_mount "$H" ns)"
expect_eq kept-place "/t$PUPPET" "$(where "$PUPPET")"
rmdir "$H/t$PUPPET/made"
end_puppet
unmount "$H" >/dev/null
expect_eq gone 0 "$(hierarchy_of ns)"
finish
