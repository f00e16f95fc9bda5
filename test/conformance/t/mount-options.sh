#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The mount options that are accepted, and the errno with which others are refused, for
# named hierarchies without subsystems; mount-subsystems.sh is about those with subsystems.
# Each mount that succeeds is undone at once.
# shellcheck source=../lib.sh
. "$LIB"

n=$TEST_NAME.$$
n63=$(printf 'n%062d' $$)
n64=$(printf 'n%063d' $$)

expect_mount none-alone EINVAL none
expect_mount new-name-alone EINVAL "name=$n"
expect_mount unknown-option EINVAL "none,name=$n,bogus"
expect_mount unknown-key EINVAL "none,name=$n,foo=bar"
expect_mount flag-with-value EINVAL "none=1,name=$n"

expect_mount named OK "none,name=$n"
expect_mount order-is-free OK "name=$n,none"
expect_mount name-empty EINVAL none,name=
expect_mount name-with-slash EINVAL "none,name=$n/a"
expect_mount name-with-space EINVAL "none,name=$n a"
expect_mount name-with-colon EINVAL "none,name=$n:a"
expect_mount name-with-plus EINVAL "none,name=$n+a"
expect_mount name-of-all-kinds OK "none,name=$n._-Az9"
expect_mount name-starts-with-dot OK "none,name=.$n"
expect_mount name-starts-with-dash OK "none,name=-$n"
expect_mount name-63 OK "none,name=$n63"
expect_mount name-64 EINVAL "none,name=$n64"

expect_mount two-names EINVAL "none,name=$n,name=$n"
expect_mount two-agents EINVAL "none,name=$n,release_agent=/a,release_agent=/a"
expect_mount all-and-none EINVAL "all,none,name=$n"
expect_mount none-twice OK "none,none,name=$n"

# noprefix is refused with a subsystem other than cpuset; here there is none.
expect_mount noprefix OK "none,noprefix,name=$n"
expect_mount noprefix-alone EINVAL none,noprefix
expect_mount xattr OK "none,xattr,name=$n"
expect_mount clone-children OK "none,clone_children,name=$n"
expect_mount agent OK "none,release_agent=/sbin/agent,name=$n"
expect_mount agent-relative OK "none,release_agent=agent,name=$n"

# 2.6.24 refused these: an empty word is skipped now.
expect_mount empty-word OK "none,,name=$n"
expect_mount leading-comma OK ",none,name=$n"
expect_mount trailing-comma OK "none,name=$n,"

finish
