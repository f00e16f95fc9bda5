#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Clones are under the rules of the container where they were made, from their first
# instruction on, whether devices and ns are in one hierarchy or in two.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs subsystem:ns subsystem:devices

ns_hierarchy devices
echo 'c 1:7 r' > "$H/devices.deny"
expect_errno unshared "OK EPERM OK" unshare uts , open 0 /dev/full rdonly , open 0 /dev/null rdonly
expect_errno unshared-twice "OK OK EPERM" unshare uts , unshare ipc , open 0 /dev/full rdonly
expect_true first-instruction unshare --uts --ipc sh -c '! (: < /dev/full) 2> /tmp/err'
unsharer uts
node=$H$(where "$PID")
expect_errno no-more-in-a-clone EPERM write "$node/devices.allow" 'c 1:7 r'
expect_errno less-in-a-clone OK write "$node/devices.deny" 'c 1:5 r'
expect_in in-the-clone "$node" "EPERM EPERM" open 0 /dev/full rdonly , open 0 /dev/zero rdonly
expect_errno in-its-parent OK open 0 /dev/zero rdonly
end "$PID"

# A later rule of the parent reaches its clones.
puppet
tell 0 unshare uts >/dev/null
expect_eq clone-before OK "$(tell 0 open 0 /dev/zero rdonly)"
echo 'c 1:5 r' > "$H/devices.deny"
expect_eq clone-after EPERM "$(tell 0 open 0 /dev/zero rdonly)"
expect_eq clone-of-clone "OK" "$(tell 0 unshare ipc)"
expect_eq clone-of-clone-too EPERM "$(tell 0 open 0 /dev/zero rdonly)"
end_puppet
cd / || exit 1
leave_ns_hierarchy

# A clone in another hierarchy changes nothing here.
ns_hierarchy
DIR=$H
devices_hierarchy
echo 'c 1:7 r' > "$H/devices.deny"
expect_in elsewhere "$H" "OK EPERM" unshare uts , open 0 /dev/full rdonly
leave_devices_hierarchy
H=$DIR
leave_ns_hierarchy
finish
