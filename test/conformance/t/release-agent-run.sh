#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# When the release agent runs, and how: once for each time that a container
# with notify_on_release loses its last task or last child.
#
# A test cannot wait until the agent does not run. So before each such check there is a
# release that is known to run the agent, in a container of its own, and the check comes
# when that agent has run.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
make_agent
mkdir "$H/fence"
echo 1 > "$H/fence/notify_on_release"
fences=0
# When this returns, the agents of all earlier releases have run.
fence() {
	fences=$((fences + 1))
	fenced=$PID
	spawn "$H/fence"
	end "$PID"
	PID=$fenced
	wait_for "[ \"\$(agent_runs /fence)\" = $fences ]" 10 || echo "the fence stands"
}
ran() { # ID COUNT PATH
	wait_for "[ \"\$(agent_runs '$3')\" -ge $2 ]" 10
	fence
	expect_eq "$1" "$2" "$(agent_runs "$3")"
}

# Without an agent nothing runs, and no release is made up for later.
mkdir "$H/none"
echo 1 > "$H/none/notify_on_release"
spawn "$H/none"
end "$PID"
expect_soon none-is-empty "[ -z \"\$(cat '$H/none/tasks')\" ]"
echo "$AGENT" > "$H/release_agent"
fence
ran no-agent-then 0 /none

# How.
mkdir "$H/a"
echo 1 > "$H/a/notify_on_release"
spawn "$H/a"
end "$PID"
expect_soon last-exit "[ \"\$(agent_runs /a)\" = 1 ]"
expect_eq how "/a argc=2 env=HOME=/,PATH=/sbin:/bin:/usr/sbin:/usr/bin cwd=/ uid=0,0" \
	"$(grep '^/a ' "$AGENT.log" | sed 1q)"

# When.
spawn "$H/a"
one=$PID
spawn "$H/a"
end "$one"
ran not-the-last-exit 1 /a
echo "$PID" > "$H/tasks"
ran last-moved-out 2 /a
echo "$PID" > "$H/a/tasks"
echo "$PID" > "$H/a/tasks"
ran moved-to-itself 2 /a
echo "$PID" > "$H/fence/tasks"
expect_soon moved-to-another "[ \"\$(agent_runs /a)\" = 3 ]"
echo "$PID" > "$H/tasks"
fences=$((fences + 1))
end "$PID"

# At exit, not at reap.
puppet
tell 0 write "$H/a/cgroup.procs" 0 >/dev/null
zombie=$(tell 0 zombie)
tell 0 write "$H/cgroup.procs" 0 >/dev/null
ran zombie-left-before 4 /a
tell 0 reap "$zombie" >/dev/null
ran reap-is-no-release 4 /a
answer=$(tell 0 thread)
echo "${answer#* }" > "$H/a/tasks"
tell 1 exit >/dev/null
ran last-thread-exit 5 /a
end_puppet

# The flag counts that is set at the release.
mkdir "$H/b"
echo 1 > "$H/b/notify_on_release"
ran flag-set-on-empty 0 /b
spawn "$H/b"
echo 0 > "$H/b/notify_on_release"
end "$PID"
ran flag-cleared-before 0 /b
spawn "$H/b"
echo 1 > "$H/b/notify_on_release"
end "$PID"
ran flag-set-before 1 /b

# Children count.
mkdir "$H/b/c"
ran inherited-and-empty 0 /b/c
spawn "$H/b"
end "$PID"
ran child-remains 1 /b
spawn "$H/b/c"
end "$PID"
ran child-released 1 /b/c
expect_eq parent-not-with-the-child 1 "$(agent_runs /b)"
rmdir "$H/b/c"
ran last-child-removed 2 /b
mkdir "$H/b/c" "$H/b/d"
rmdir "$H/b/c"
ran not-the-last-child 2 /b
spawn "$H/b"
rmdir "$H/b/d"
ran last-child-but-a-task 2 /b
end "$PID"
ran then-the-task 3 /b
rmdir "$H/b"
ran removed-itself 3 /b

# The path is the one that the container has at the release.
mkdir "$H/old"
echo 1 > "$H/old/notify_on_release"
spawn "$H/old"
mv "$H/old" "$H/new"
end "$PID"
ran renamed 1 /new
expect_eq renamed-not-old 0 "$(agent_runs /old)"
mkdir "$H/with space"
echo 1 > "$H/with space/notify_on_release"
spawn "$H/with space"
end "$PID"
ran space-is-one-argument 1 "/with space"
expect_eq space-is-one-argument-count "/with space argc=2" \
	"$(grep '^/with' "$AGENT.log" | sed 's/ env.*//')"

# Words in release_agent are one path: a file of that name, which tells that it ran.
before=$(agent_runs /a)
cp "$AGENT" "$AGENT word"
echo "$AGENT word" > "$H/release_agent"
spawn "$H/a"
end "$PID"
expect_soon words-are-a-path "[ \"\$(grep -c '^/a argc=2' '$AGENT word.log' 2> /dev/null)\" = 1 ]"
echo "$AGENT" > "$H/release_agent"
ran words-are-not-the-first "$before" /a

# The top container would run it, too, but never becomes empty.
expect_eq top-never 0 "$(agent_runs /)"
finish
