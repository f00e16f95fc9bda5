#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fault 7.5: who moves all that `tasks` of the top container lists meets the daemon,
# too, of which cgroup v1 has none. Its number is taken, and it stays where it is.
# shellcheck source=../lib.sh
. "$LIB"

requires fuse

new_hierarchy
mkdir "$H/a"
# The one that this mount is of: the lock beside its socket names it.
daemon=$(cat "${CONTAINERFS_SOCKET:-/dev/containerfs/containerfsd}.lock")
expect_eq is-the-daemon containerfsd "$(cat "/proc/$daemon/comm")"
expect_true is-listed grep -qx "$daemon" "$H/tasks"
expect_errno tasks OK write "$H/a/tasks" "$daemon"
expect_errno procs OK write "$H/a/cgroup.procs" "$daemon"
expect_errno top OK write "$H/tasks" "$daemon"
expect_eq stays / "$(where "$daemon")"
expect_eq nobody-came '' "$(ids "$H/a/tasks")"
expect_true serves mkdir "$H/b"
finish
