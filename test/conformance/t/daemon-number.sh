#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A program that moves all tasks listed in `tasks` of the top container also meets the
# daemon, which cgroup v1 does not have. The write succeeds, and the daemon stays where it is.
# shellcheck source=../lib.sh
. "$LIB"

requires fuse

new_hierarchy
mkdir "$H/a"
# The daemon of this mount: the lock beside its socket names it.
daemon=$(head -n 1 "${CONTAINERFS_SOCKET:-/dev/containerfs/containerfsd}.lock")
expect_eq is-the-daemon containerfsd "$(cat "/proc/$daemon/comm")"
expect_true is-listed grep -qx "$daemon" "$H/tasks"
expect_errno tasks OK write "$H/a/tasks" "$daemon"
expect_errno procs OK write "$H/a/cgroup.procs" "$daemon"
expect_errno top OK write "$H/tasks" "$daemon"
expect_eq stays / "$(where "$daemon")"
expect_eq nobody-came '' "$(ids "$H/a/tasks")"
expect_true serves mkdir "$H/b"
finish
