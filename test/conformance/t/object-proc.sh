#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# /proc/containers: the reader's container of the hierarchy with ns, and its children.
# shellcheck source=../lib.sh
. "$LIB"

requires module
expect heading "NAME                               ID USE FL OWNER GROUP" head -n 1 /proc/containers
expect_errno mode 0444 stat /proc/containers mode
expect no-ns 1 sh -c 'wc -l < /proc/containers'

ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a "b c" a/below
chown 7:8 a
spawn a
line() { # NAME: of whoever runs this; the id is no text
	awk -v name="$1" '$1 == name { $2 = $2 + 0 > 0 ? "ID" : $2; print }' /proc/containers
}
expect current "<current> ID" sh -c "awk 'NR == 2 { print \$1, (\$2 > 0 ? \"ID\" : \$2) }' /proc/containers"
expect order "a b\\040c" sh -c "awk 'NR > 2 { printf \"%s%s\", sep, \$1; sep = \" \" }' /proc/containers"
expect child "a ID 1 00 7 8" line a
expect space "b\\040c ID 0 00 0 0" line 'b\\040c'
expect_eq id "$("$SYSC" ostat a id)" "$(awk '$1 == "a" { print $2 }' /proc/containers)"
expect_errno init OK write a/container.init "$PID"
expect has-init "a ID 1 01 7 8" line a
expect_errno leased "OK OK a ID 1 05 7 8" open 0 a/container.lease wronly , write @0 kill , \
	sh "awk '\$1 == \"a\" { \$2 = \"ID\"; print }' /proc/containers"
expect_soon dead '[ "$(line a)" = "a ID 0 03 7 8" ]'

# Nothing beside or above the reader's container is seen, nor what is further below.
mkdir "b c/below" "b c/below/further"
expect_errno inside "OK 2:<current>\n3:below" write "b c/tasks" 0 , \
	sh "awk 'NR > 1 { print NR \":\" \$1 }' /proc/containers"
expect_errno as-user "OK 4" as 1000,1000,1000 , sh "wc -l < /proc/containers"

# More than fit into a page, each once.
i=0
while [ $i -lt 300 ]; do
	i=$((i + 1))
	mkdir "b c/many$i"
done
expect_errno many "OK 301 301" write "b c/tasks" 0 , \
	sh "awk 'NR > 2 { n++; u[\$1] = 1 } END { for (x in u) m++; print n, m }' /proc/containers"
finish
