#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.clone_flags: the kinds of namespace that make a container.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
all='mnt uts ipc user pid net cgroup time'
f=ns.clone_flags
expect_errno mode 0644 stat "$f" mode
expect_errno default "$all\\n" read "$f"
expect_errno one "OK net\\n" write "$f" net , read "$f"
expect_errno order "OK uts net\\n" write "$f" 'net uts\n' , read "$f"
expect_errno twice "OK net\\n" write "$f" 'net net' , read "$f"
expect_errno spaces "OK mnt pid\\n" write "$f" '  pid   mnt ' , read "$f"
expect_errno all "OK $all\\n" write "$f" "$all" , read "$f"
expect_errno none "OK none\\n" write "$f" none , read "$f"
expect_errno unknown "EINVAL none\\n" write "$f" 'net bogus' , read "$f"
expect_errno capital "EINVAL none\\n" write "$f" NET , read "$f"
expect_errno none-with-others "EINVAL none\\n" write "$f" 'none net' , read "$f"

unshare_once
expect_eq none-makes-none '' "$(containers .)"
echo net > "$f"
unshare_once
expect_eq other-kind-makes-none '' "$(containers .)"
"$SYSC" unshare net >/dev/null
expect_eq chosen-kind-makes-one node1 "$(containers .)"
"$SYSC" unshare uts,net >/dev/null
expect_eq one-of-several "node1 node2" "$(containers .)"

# The setting of the container that the task is in counts.
mkdir a
echo none > a/ns.clone_flags
"$SYSC" write a/tasks 0 , unshare net >/dev/null
expect_eq own-setting '' "$(containers a)"
echo "$all" > a/ns.clone_flags
"$SYSC" write a/tasks 0 , unshare uts >/dev/null
expect_eq own-setting-all node1 "$(containers a)"
mkdir a/b
expect_eq inherited "$all" "$(cat a/b/ns.clone_flags)"
echo none > a/ns.clone_flags
expect_eq inherited-only-at-mkdir "$all" "$(cat a/b/ns.clone_flags)"
expect_errno as-user "OK open:EACCES" as 1000,1000,1000 , write "$f" net
finish
