#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Mounting from a user namespace other than the initial one: a new hierarchy
# is refused; an existing one is shown to a task with a cgroup namespace of its own.
# containerfs has no such namespaces, so it refuses both.
# shellcheck source=../lib.sh
. "$LIB"
requires v1 userns

new_hierarchy
mkdir "$T/in"
try_in() { # NAMESPACES DATA
	"$SYSC" unshare "$1" , mount cgroup none "$T/in" - "$2" 2>&1
}
expect_eq existing "OK EPERM" "$(try_in user,mnt "none,name=$NAME")"
expect_eq new "OK EPERM" "$(try_in user,mnt "none,name=$NAME.new")"
expect_eq existing-own-cgroupns "OK OK" "$(try_in user,mnt,cgroup "none,name=$NAME")"
expect_eq new-own-cgroupns "OK EPERM" "$(try_in user,mnt,cgroup "none,name=$NAME.new")"
expect_eq agent-in-userns "OK EINVAL" \
	"$(try_in user,mnt "none,name=$NAME,release_agent=/x")"
expect_eq agent-file-in-the-top "OK OK 0644" \
	"$("$SYSC" unshare user,mnt,cgroup , mount cgroup none "$T/in" - "none,name=$NAME" , \
		stat "$T/in/release_agent" mode)"
mkdir "$H/a"
expect_eq no-agent-file-below "OK OK OK ENOENT" \
	"$("$SYSC" write "$H/a/tasks" 0 , unshare user,mnt,cgroup , \
		mount cgroup none "$T/in" - "none,name=$NAME" , \
		stat "$T/in/release_agent" mode)"
finish
