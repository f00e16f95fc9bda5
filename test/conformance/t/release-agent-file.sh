#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The file release_agent of the top container: a stripped path of up to 4095
# bytes, which only a task with CAP_SYS_ADMIN in the initial user namespace may set.
# shellcheck source=../lib.sh
. "$LIB"

new_hierarchy
f=$H/release_agent
expect_errno default '\n' read "$f"
expect_errno set "OK /bin/agent\\n" write "$f" /bin/agent , read "$f"
expect_errno newline "OK /bin/agent\\n" write "$f" '/bin/agent\n' , read "$f"
expect_errno spaces-around "OK /bin/agent\\n" write "$f" '  /bin/agent \n' , read "$f"
expect_errno spaces-inside "OK /bin/agent -x\\n" write "$f" '/bin/agent -x' , read "$f"
expect_errno relative "OK agent\\n" write "$f" agent , read "$f"
expect_errno nothing "OK agent\\n" write "$f" '' , read "$f"
expect_errno cleared "OK \\n" write "$f" '\n' , read "$f"
expect_errno blank "OK \\n" write "$f" '  ' , read "$f"

long=$(printf '/%04093d' 1)
expect_errno 4094-bytes OK write "$f" "$long"
expect_eq 4094-bytes-read "$long" "$(cat "$f")"
expect_errno 4095-bytes OK write "$f" "${long}x"
expect_eq 4095-bytes-read "${long}x" "$(cat "$f")"
expect_errno 4096-bytes E2BIG write "$f" "${long}xy"
expect_errno 4097-bytes E2BIG write "$f" "${long}xyz"
expect_eq too-long-changes-nothing "${long}x" "$(cat "$f")"
echo > "$f"

# CAP_SYS_ADMIN, number 21: the write is refused, but the opener needs the capability.
expect_errno no-capability "OK EPERM" dropcap 21 , write "$f" /x
expect_errno no-capability-read "OK \\n" dropcap 21 , read "$f"
expect_errno others-read "OK OK /bin/x\\n" write "$f" /bin/x , as 1000,1000,1000 , read "$f"
expect_errno lost-after-open "OK OK OK" open 0 "$f" wronly , dropcap 21 , write @0 /x
echo > "$f"
chmod 0666 "$f"
expect_errno got-after-open "OK OK OK EPERM" as 0,1000,0 , open 0 "$f" wronly , as 0,0,0 , write @0 /y
expect_errno as-user "OK EPERM" as 1000,1000,1000 , write "$f" /x
chmod 0644 "$f"
if has userns; then
	expect_errno in-user-namespace "OK EPERM" unshare user , write "$f" /x
fi
expect_errno still-empty '\n' read "$f"
finish
