#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.clone_name: the template of the names of a container's clones. Whatever the name of a
# task, the clone gets a name that can be a file name and, if that is taken, one with a
# number.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
f=ns.clone_name
expect_errno mode 0644 stat "$f" mode
expect_errno default 'node%d\n' read "$f"
expect_errno set 'OK box%d\n' write "$f" 'box%d\n' , read "$f"
i=0
for bad in . .. a/b / 'a\nb' '\n'; do
	i=$((i + 1))
	expect_errno "bad-$i" 'EINVAL box%d\n' write "$f" "$bad" , read "$f"
done
unshare_once
expect_eq number box1 "$(containers .)"
mkdir box2
unshare_once
expect_eq number-taken "box1 box2 box3" "$(containers .)"

in_new() { # DIR TEMPLATE COMM: the names in the new DIR after one clone
	mkdir "$1"
	"$SYSC" write "$1/ns.clone_name" "$2" , write "$1/tasks" 0 , comm "$3" , \
		unshare uts , getpid > "$T/out"
	containers "$1"
}
expect comm made in_new d1 %c made
expect comm-and-number made-1 in_new d2 %c-%d made
expect percent '100%' in_new d3 100%% made
in_new d4 'p%p' made >/dev/null
expect_eq pid "p$(sed 's/.* //' "$T/out")" "$(containers d4)"
expect fixed fixed in_new d5 fixed made
"$SYSC" write d5/tasks 0 , unshare uts >/dev/null
expect_eq fixed-taken 2 "$(containers d5 | wc -w | tr -d ' ')"
expect_eq fixed-taken-number "fixed fixed-2" "$(containers d5)"

# Names with characters that a shell would interpret.
expect shell-pattern runc-1 in_new sh1 %c-%d 'runc:[1:CHILD]'
expect shell-memfd crun_clon-1 in_new sh2 %c-%d memfd:crun_clon
expect shell-option _rf in_new sh3 %c -rf

# Names that no file can have, or that are those of control files.
i=0
for comm in a/b . .. / tasks; do
	i=$((i + 1))
	expect_eq "odd-$i" 1 "$(in_new "odd$i" %c "$comm" | wc -w | tr -d ' ')"
	expect_eq "odd-unshare-$i" "OK OK OK OK" "$(sed 's/ [0-9]*$//' "$T/out")"
	expect_true "odd-control-file-$i" test -f "odd$i/tasks"
done

# Inherited by both ways of making a container.
mkdir inherits
expect_eq by-mkdir 'box%d' "$(cat "inherits/$f")"
echo 'in%d' > inherits/ns.clone_name
"$SYSC" write inherits/tasks 0 , unshare uts >/dev/null
expect_eq by-clone 'in%d' "$(cat inherits/in1/ns.clone_name)"
expect_eq not-upward 'box%d' "$(cat "$f")"
finish
