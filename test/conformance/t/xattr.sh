#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Extended attributes on containers and their files: of the name spaces trusted, security
# and user; for user the kernel since 5.7 has a limit of its own for each container.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy xattr,none
cd "$H" || exit 1
mkdir a
for path in a a/tasks; do
	for name in user.x trusted.x security.x; do
		expect_errno "set-$path-$name" "OK value" setxattr "$path" "$name" value , \
			getxattr "$path" "$name"
		expect_errno "replace-$path-$name" "OK other" setxattr "$path" "$name" other , \
			getxattr "$path" "$name"
		expect_errno "remove-$path-$name" "OK ENODATA" rmxattr "$path" "$name" , \
			getxattr "$path" "$name"
	done
	expect_errno "unknown-space-$path" EOPNOTSUPP setxattr "$path" other.x value
	expect_errno "no-name-$path" "EINVAL EINVAL EINVAL" setxattr "$path" user. value , \
		getxattr "$path" trusted. , rmxattr "$path" security.
	expect_errno "no-space-$path" EOPNOTSUPP setxattr "$path" x value
	expect_errno "trusted-as-user-$path" "OK EPERM" as 1000,1000,1000 , \
		setxattr "$path" trusted.x value
done
# A user who may not read trusted attributes does not see their names.
for path in a a/tasks; do
	expect_errno "list-$path" "OK trusted.x" setxattr "$path" trusted.x value , \
		listxattr "$path" trusted.
	expect_errno "list-as-user-$path" "OK none" as 1000,1000,1000 , listxattr "$path" trusted.
	expect_errno "list-without-capability-$path" "OK none" dropcap 21 , \
		listxattr "$path" trusted.
	expect_errno "list-others-$path" "OK OK user.x" setxattr "$path" user.x value , \
		as 1000,1000,1000 , listxattr "$path" user.
	expect_errno "list-unset-$path" "OK OK" rmxattr "$path" trusted.x , rmxattr "$path" user.x
done
setfattr_survives=$("$SYSC" setxattr a trusted.kept 1 , rename a b , getxattr b trusted.kept)
expect_eq rename-keeps "OK OK 1" "$setfattr_survives"
expect_errno new-one-has-none "OK ENODATA" mkdir a , getxattr a trusted.kept

# A user who may write a file, but does not own it, cannot give it attributes. (cgroup v1
# lets writers, and has no file that any user may write.)
if ! has v1; then
	mkdir c
	chmod 666 c/tasks
	expect_errno user-as-writer "OK EPERM" as 1000,1000,1000 , setxattr c/tasks user.x value
	expect_errno user-removed-by-writer "OK OK EPERM" setxattr c/tasks user.x value , \
		as 1000,1000,1000 , rmxattr c/tasks user.x
	expect_errno user-as-owner "OK OK OK" chown c/tasks 1000 1000 , as 1000,1000,1000 , \
		setxattr c/tasks user.x mine
fi

# Attributes work without the mount option, too.
new_hierarchy
expect_errno without-option "OK OK v" mkdir "$H/a" , setxattr "$H/a" trusted.x v , \
	getxattr "$H/a" trusted.x
finish
