#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An agent that does its job: it removes the released container. The agent itself is in the
# top container, and its rmdir may release the parent.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
AGENT=$T/reaper
cat > "$AGENT" <<EOF
#!/bin/sh
grep -qx \$\$ '$H/tasks' && echo "\$1 in top" >> '$AGENT.log'
rmdir "$H\$1" && echo "\$1 removed" >> '$AGENT.log'
EOF
chmod 755 "$AGENT"
: > "$AGENT.log"
echo "$AGENT" > "$H/release_agent"
echo 1 > "$H/notify_on_release"

mkdir "$H/a" "$H/a/b" "$H/a/b/c"
spawn "$H/a/b/c"
end "$PID"
expect_soon all-removed "[ ! -e '$H/a' ]"
expect_soon agents-in-top "[ \$(grep -c 'in top' '$AGENT.log') = 3 ]"
expect_soon agents-removed "[ \$(grep -c 'removed' '$AGENT.log') = 3 ]"
expect_eq inner-first "/a/b/c /a/b /a" \
	"$(sed -n 's/ removed//p' "$AGENT.log" | tr '\n' ' ' | sed 's/ $//')"

# An agent set by a mount option.
umount_wait "$H" "$NAME"
new_hierarchy "none,release_agent=$AGENT"
sed -i "s|^rmdir .*|rmdir \"$H\$1\"|" "$AGENT"
mkdir "$H/x"
echo 1 > "$H/x/notify_on_release"
spawn "$H/x"
end "$PID"
expect_soon by-mount-option "[ ! -e '$H/x' ]"

# For a hierarchy that is kept it runs although nothing is mounted.
make_agent logger
echo "$AGENT" > "$H/release_agent"
mkdir "$H/y"
echo 1 > "$H/y/notify_on_release"
spawn "$H/y"
unmount "$H"
end "$PID"
expect_soon unmounted "[ \"\$(agent_runs /y)\" = 1 ]"
mount_hierarchy "$H" "name=$NAME"
expect_eq unmounted-agent-is-kept "$AGENT" "$(cat "$H/release_agent")"
finish
