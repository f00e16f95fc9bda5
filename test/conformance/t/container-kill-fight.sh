#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# container.kill against tasks that fight back: they fork and end, breed, unshare,
# clone and exec from threads that are not the leader. None of them is left. A task
# that enters the container after the write has returned, while they still die, lives.
# shellcheck source=../lib.sh
. "$LIB"
requires containerfs

uid=54321
fighters() { # CONTAINER N
	as_fighter "$1" "$2" &
	fight=$!
	wait_for "[ \"\$(\"\$SYSC\" alive $uid)\" -ge $(($2 / 2)) ]" 30
}

as_fighter() { # CONTAINER N
	"$SYSC" reaper , write "$1/tasks" 0 , as $uid,$uid,$uid , fight "$2" >/dev/null 2>&1
}

try() { # ID OPTIONS
	new_hierarchy "$2"
	cd "$H" || exit 1
	mkdir a other
	case $2 in ns*) echo uts > a/ns.clone_flags ;; esac
	mkdir a/b
	spawn other
	bystander=$PID
	for round in 1 2; do
		fighters a/b 21
		# The writer enters, and forks there.
		expect_errno "$1-$round" "OK OK lives" write a/container.kill 1 , write a/b/tasks 0 , \
			sh "cat a/b/tasks >/dev/null; echo lives"
		expect_soon "$1-$round-nobody-left" "[ \"\$('$SYSC' alive $uid)\" = 0 ]" 30
		wait "$fight" 2>/dev/null
		expect_soon "$1-$round-empty" '[ -z "$(cat a/b/tasks)" ]'
	done
	expect_soon "$1-bystander" '[ "$(state_of "$bystander")" = S ]'
	end "$bystander"
	case $2 in *pids*)
		expect_soon "$1-uncharged" '[ "$(cat a/pids.current)" = 0 ]' ;;
	esac
	cd "$T" || exit 1
}

try plain none
try clones ns,pids,clone_flags=none
finish
