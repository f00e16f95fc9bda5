#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ns.clone_name: the template of the names of a container's clones. Whatever
# a task is called, its clone gets a name that can be a file name, and if
# that is taken, one with a number.
# shellcheck source=../lib.sh
. "$LIB"

ns_hierarchy
cd "$H" || exit 1
f=ns.clone_name
expect_errno mode 0644 stat "$f" mode
expect_errno default 'node%d\n' read "$f"
expect_errno set 'OK box%d\n' write "$f" 'box%d\n' , read "$f"
for bad in . .. a/b / 'a\nb' '\n'; do
	expect_errno "bad-$bad" 'EINVAL box%d\n' write "$f" "$bad" , read "$f"
done
unshare_once
expect_eq number box1 "$(containers .)"
mkdir box2
unshare_once
expect_eq number-taken "box1 box2 box3" "$(containers .)"

in_new() { # TEMPLATE COMM: the names in a new container after one clone
	dirs=$((${dirs:-0} + 1))
	mkdir "d$dirs"
	"$SYSC" write "d$dirs/ns.clone_name" "$1" >/dev/null
	"$SYSC" write "d$dirs/tasks" 0 , comm "$2" , getpid , unshare uts > "$T/out"
	read -r _ _ pid _ < "$T/out"
	containers "d$dirs"
}
expect comm made in_new %c made
expect comm-and-number made-1 in_new %c-%d made
expect percent '100%' in_new 100%% made
in_new 'p%p' made >/dev/null
expect_eq pid "p$pid" "$(containers "d$dirs")"
expect fixed fixed in_new fixed made
"$SYSC" write "d$dirs/tasks" 0 , unshare uts >/dev/null
expect_eq fixed-taken 2 "$(containers "d$dirs" | wc -w | tr -d ' ')"
expect_true fixed-taken-number sh -c "ls -d 'd$dirs'/fixed[0-9]*"

# Names that no file can have, or that are those of control files.
for comm in a/b . .. / tasks; do
	expect_eq "odd-$comm" 1 "$(in_new %c "$comm" | wc -w | tr -d ' ')"
	expect_eq "odd-unshare-$comm" "OK OK" "$(sed 's/^OK \(OK\) [0-9]* /\1 /' "$T/out")"
	expect_true "odd-control-file-$comm" test -f "d$dirs/tasks"
done

# Inherited by both ways of making a container.
mkdir inherits
expect_eq by-mkdir 'box%d' "$(cat "inherits/$f")"
echo 'in%d' > inherits/ns.clone_name
"$SYSC" write inherits/tasks 0 , unshare uts >/dev/null
expect_eq by-clone 'in%d' "$(cat inherits/in1/ns.clone_name)"
expect_eq not-upward 'box%d' "$(cat "$f")"
finish
