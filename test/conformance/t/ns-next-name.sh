#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.next_name: a task names its own next clone, once, by writing into the
# file of the container that it is in.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
expect_errno mode 0222 stat ns.next_name mode
mkdir a taken

puppet
expect_eq other-container EPERM "$(tell 0 write "$H/a/ns.next_name" mine)"
expect_eq own OK "$(tell 0 write "$H/ns.next_name" mine)"
expect_eq nothing-yet "a taken" "$(containers .)"
tell 0 unshare uts >/dev/null
expect_eq used /mine "$(where "$PUPPET")"
expect_eq no-longer-own EPERM "$(tell 0 write "$H/ns.next_name" mine)"
tell 0 unshare uts >/dev/null
expect_eq once /mine/node1 "$(where "$PUPPET")"

expect_eq replaced-first OK "$(tell 0 write "$H/mine/node1/ns.next_name" first)"
expect_eq replaced-second OK "$(tell 0 write "$H/mine/node1/ns.next_name" second)"
tell 0 unshare uts >/dev/null
expect_eq replaced /mine/node1/second "$(where "$PUPPET")"
end_puppet

# A name is for the task that wrote it.
puppet
answer=$(tell 0 thread)
tell 1 write "$H/ns.next_name" threads >/dev/null
tell 0 unshare uts >/dev/null
expect_false not-the-other-thread test -d threads
tell 1 unshare uts >/dev/null
expect_eq the-thread /threads "$(where "${answer#* }")"
end_puppet

# The name that the parent has written is for its child of clone(2).
puppet
tell 0 write "$H/ns.next_name" child >/dev/null
child=$(tell 0 clone uts)
expect_eq by-clone /child "$(where "$child")"
kill -9 "$child"
end_puppet

# A dot: the next clone is none, once, also that of clone(2), and in the top container.
puppet
before=$(containers .)
clones=$(sed -n 's/^clones //p' ns.events)
expect_eq stay OK "$(tell 0 write "$H/ns.next_name" .)"
tell 0 unshare uts,net >/dev/null
expect_soon stays '[ "$(where "$PUPPET")" = / ]'
expect_eq stay-clone OK "$(tell 0 write "$H/ns.next_name" .)"
child=$(tell 0 clone uts)
expect_soon stays-clone '[ "$(where "$child")" = / ]'
kill -9 "$child"
expect_soon no-directory '[ "$(containers .)" = "$before" ]'
expect_eq no-clone "$clones" "$(sed -n 's/^clones //p' ns.events)"
expect_eq not-refused 0 "$(sed -n 's/^refused //p' ns.events)"
mkdir deep
echo 0 > deep/ns.max_depth
tell 0 write "$H/deep/tasks" 0 >/dev/null
expect_eq stay-full OK "$(tell 0 write "$H/deep/ns.next_name" .)"
tell 0 unshare uts >/dev/null
expect_soon stays-full '[ "$(where "$PUPPET")" = /deep ]'
expect_eq full-not-refused 0 "$(sed -n 's/^refused //p' deep/ns.events)"
tell 0 unshare uts >/dev/null
expect_soon full-refused '[ "$(sed -n "s/^refused //p" deep/ns.events)" = 1 ]'
tell 0 write "$H/tasks" 0 >/dev/null
expect_eq stay-replaced OK "$(tell 0 write "$H/ns.next_name" .)"
expect_eq stay-name OK "$(tell 0 write "$H/ns.next_name" dotted)"
tell 0 unshare uts >/dev/null
expect_eq dotted /dotted "$(where "$PUPPET")"
tell 0 write "$TOP/tasks" 0 >/dev/null
expect_eq stay-top OK "$(tell 0 write "$TOP/ns.next_name" .)"
tell 0 unshare uts >/dev/null
expect_soon stays-top '[ "$(where "$PUPPET" "$TOP")" = / ]'
end_puppet

expect_errno taken "OK OK" write ns.next_name taken , unshare uts
expect_eq taken-stays '' "$(ids taken/tasks)"
expect_true taken-number sh -c 'ls -d taken-[0-9]*'
expect_errno as-user "OK OK" as 1000,1000,1000 , write ns.next_name users
i=0
for bad in a/b .. 'a\nb' / '\n'; do
	i=$((i + 1))
	expect_errno "bad-$i" EINVAL write ns.next_name "$bad"
done
finish
