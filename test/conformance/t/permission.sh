#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A task may attach another if it could open the file for writing, and if its effective uid
# was 0, or the target's real or saved uid, when it opened the file. The opener counts, not
# the writer; and the uid, not capabilities.
# shellcheck source=../lib.sh
. "$LIB"
requires dac

new_hierarchy
cd "$H" || exit 1
umask 022
mkdir a
chmod 0777 a
chmod 0666 a/tasks a/cgroup.procs tasks

# A task with these real, effective and saved uids, in the top container.
spawn_as() { # REAL,EFFECTIVE,SAVED
	# Else the answer of the former puppet would be taken for its own.
	rm -f "$T/as"
	"$SYSC" as "$1" , pause </dev/null >"$T/as" 2>&1 &
	PID=$!
	wait_for "grep -qs OK '$T/as'"
}
# The result of "attach" by a user, then the container of the task.
attach() { # REAL,EFFECTIVE,SAVED FILE
	"$SYSC" as "$1" , write "$2" "$PID"
	where "$PID"
	echo "$PID" > tasks
}

spawn_as 1000,1000,1000
expect own "OK OK$nl/a" attach 1000,1000,1000 a/tasks
expect own-procs "OK OK$nl/a" attach 1000,1000,1000 a/cgroup.procs
expect root "OK OK$nl/a" attach 0,0,0 a/tasks
expect other "OK EACCES$nl/" attach 1001,1001,1001 a/tasks
expect other-procs "OK EACCES$nl/" attach 1001,1001,1001 a/cgroup.procs
expect real-uid-does-not-count "OK EACCES$nl/" attach 1000,1001,1001 a/tasks
expect effective-uid-counts "OK OK$nl/a" attach 1001,1000,1001 a/tasks
expect saved-uid-does-not-count "OK EACCES$nl/" attach 1001,1001,1000 a/tasks
expect effective-root-counts "OK OK$nl/a" attach 1001,0,1001 a/tasks
expect real-root-does-not-count "OK EACCES$nl/" attach 0,1001,0 a/tasks
expect_errno capabilities-do-not-count "OK EACCES" allcaps 1001 , write a/tasks "$PID"
expect_errno file-system-uid-does-not-count "OK OK EACCES" as 1000,1001,1001 , fsuid 1000 , \
	write a/tasks "$PID"
expect_errno nonsense-as-other "OK EINVAL" as 1001,1001,1001 , write a/tasks x
expect_errno nobody-as-other "OK ESRCH" as 1001,1001,1001 , write a/tasks 4194304
expect_errno oneself "OK OK" as 1001,1001,1001 , write a/tasks 0
end "$PID"

# Of the target the real and the saved uid count; the effective one does not.
spawn_as 1000,1001,1002
expect target-real "OK OK$nl/a" attach 1000,1000,1000 a/tasks
expect target-effective "OK EACCES$nl/" attach 1001,1001,1001 a/tasks
expect target-saved "OK OK$nl/a" attach 1002,1002,1002 a/tasks
end "$PID"

spawn
expect target-root "OK EACCES$nl/" attach 1000,1000,1000 a/tasks
expect target-root-all-caps "OK EACCES$nl/" attach 0,1000,0 a/tasks

# The opener's credentials.
expect_errno opened-by-root "OK OK OK" open 0 a/tasks wronly , as 1000,1000,1000 , write @0 "$PID"
expect_eq opened-by-root-moved /a "$(where "$PID")"
echo "$PID" > tasks
expect_errno written-by-root "OK OK OK EACCES" as 0,1000,0 , open 0 a/tasks wronly , \
	as 0,0,0 , write @0 "$PID"
expect_errno written-by-root-procs "OK OK OK EACCES" as 0,1000,0 , \
	open 0 a/cgroup.procs wronly , as 0,0,0 , write @0 "$PID"
expect_eq written-by-root-moved-nobody / "$(where "$PID")"
end "$PID"

# Modes and owners decide who can open at all: delegation.
mkdir b
expect_errno not-delegated "OK open:EACCES" as 1000,1000,1000 , write b/tasks 0
expect_errno not-delegated-flag "OK open:EACCES" as 1000,1000,1000 , write b/notify_on_release 1
expect_errno not-delegated-read "OK eof" as 1000,1000,1000 , read b/tasks
expect_errno agent-not-delegated "OK open:EACCES" as 1000,1000,1000 , write release_agent /x
chown 1000 b b/tasks b/cgroup.procs
expect_errno delegated "OK OK" as 1000,1000,1000 , write b/tasks 0
expect_errno delegated-not-the-flag "OK open:EACCES" as 1000,1000,1000 , write b/notify_on_release 1
expect_errno delegated-mkdir "OK OK 1000" as 1000,1000,1000 , mkdir b/c , stat b/c/tasks uid
expect_errno delegated-below "OK OK" as 1000,1000,1000 , write b/c/tasks 0
expect_errno delegated-rmdir "OK OK" as 1000,1000,1000 , rmdir b/c
expect_errno delegated-not-upward "OK EACCES" as 1000,1000,1000 , rmdir b
chmod 0644 tasks
spawn_as 1000,1000,1000
expect delegated-own "OK OK$nl/b" attach 1000,1000,1000 b/tasks
# A task leaves a delegated container only for one that its user can write to.
echo "$PID" > b/tasks
expect_errno delegated-not-out "OK open:EACCES" as 1000,1000,1000 , write tasks "$PID"
chmod 0700 b
expect_errno closed-directory "OK open:EACCES" as 1001,1001,1001 , read b/tasks
expect_errno closed-directory-root "OK $PID\\n" as 0,0,0 , read b/tasks
end "$PID"

# root in a user namespace has no right to the tasks of other users.
if has userns; then
	spawn
	expect_errno userns-own "OK OK OK" as 1000,1000,1000 , unshare user , write a/tasks 0
	# The host's root keeps its uid inside.
	expect_errno userns-of-root "OK OK" unshare user , write a/tasks "$PID"
	echo "$PID" > tasks
	expect_errno userns-other "OK OK EACCES" as 1000,1000,1000 , unshare user , \
		write a/tasks "$PID"
	end "$PID"
fi
finish
