#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The keyring of a container: root may look at it, and link it; whoever has linked it to a
# session keyring has its keys, and so have the children; nobody has them any more once the
# container has let go of it.
# shellcheck source=../lib.sh
. "$LIB"

requires dac
[ "$("$SYSC" keyctl session)" = OK ] || skip "needs keyrings"
ns_hierarchy clone_flags=none
cd "$H" || exit 1
mkdir a
expect_errno new OK write a/ns.hold keyring
serial=$(sed -n 's/^keyring //p' a/ns.hold)
id=$("$SYSC" ostat a id)
expect_errno stat "4:$serial" ostat a held keyring
# Possessor: all; user: view, read, search, link.
expect_errno what "OK keyring;0;0;3f1b0000;containerfs:$id" keyctl session , keyctl describe "$serial"
expect_errno another-user "OK EACCES" as 1000,1000,1000 , keyctl describe "$serial"
expect_errno root-adds-nothing "OK EACCES" keyctl session , keyctl add host "$serial"

expect_errno member "OK OK OK OK" keyctl session , keyctl link "$serial" , \
	keyctl add secret "$serial" , keyctl find secret
expect_errno others "OK ENOKEY" keyctl session , keyctl find secret
expect_errno later "OK OK OK" keyctl session , keyctl link "$serial" , keyctl find secret
expect_errno child "OK OK OK" keyctl session , keyctl link "$serial" , \
	sh "$SYSC keyctl find secret"
expect_errno replaced "OK OK OK EKEYREVOKED" keyctl session , keyctl link "$serial" , \
	write a/ns.hold keyring , keyctl describe "$serial"
next=$(sed -n 's/^keyring //p' a/ns.hold)
expect_false is-another test "$next" = "$serial"
expect_errno without "OK OK OK OK ENOKEY" keyctl session , keyctl link "$next" , \
	keyctl add secret "$next" , write a/ns.hold -keyring , keyctl find secret
expect_errno let-go 0:0 ostat a held keyring

expect_errno again OK write a/ns.hold keyring
serial=$(sed -n 's/^keyring //p' a/ns.hold)
"$SYSC" keyctl session , keyctl link "$serial" , pause >/dev/null &
PID=$!
expect_errno rmdir OK rmdir a
expect_soon revoked '"$SYSC" keyctl describe "$serial" | grep -q "REVOKED\|ENOKEY"'
end "$PID"
finish
