#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of the devices subsystem: what they take and show, what children inherit, and
# what children lose.
# shellcheck source=../lib.sh
. "$LIB"

devices_hierarchy
cd "$H" || exit 1
rules() { # CONTAINER
	tr '\n' ';' < "$1/devices.list"
}
all='a *:* rwm;'

mkdir a
expect modes "200 200 444" sh -c 'echo $(stat -c %a a/devices.allow a/devices.deny a/devices.list)'
expect_eq top "$all" "$(rules ..)"
expect_eq new "$all" "$(rules a)"
expect_errno list-is-read-only EINVAL write a/devices.list a
expect_errno allow-cannot-be-read EINVAL read a/devices.allow

# Exceptions to "all" are not shown.
expect_errno deny-one OK write a/devices.deny 'c 1:5 r'
expect_eq still-all "$all" "$(rules a)"
expect_errno allow-it OK write a/devices.allow 'c 1:5 r'
expect_errno allow-what-is OK write a/devices.allow 'c 1:5 rwm'

expect_errno deny-all OK write a/devices.deny ' a '
expect_eq nothing "" "$(rules a)"
expect_errno deny-what-is-not OK write a/devices.deny 'c 1:5 r'

# For each text: the list when nothing else is allowed, or EINVAL; then the text is denied
# again.
i=0
grammar() { # TEXT LIST|EINVAL
	i=$((i + 1))
	if [ "$2" = EINVAL ]; then
		expect_errno "grammar-$i" "OK EINVAL EINVAL" write a/devices.deny a , \
			write a/devices.allow "$1" , write a/devices.deny "$1"
	else
		expect_errno "grammar-$i" "OK OK ${2%;}\\n OK eof" write a/devices.deny a , \
			write a/devices.allow "$1" , read a/devices.list , \
			write a/devices.deny "$1" , read a/devices.list
	fi
}
grammar 'c 1:5 r' 'c 1:5 r;'
grammar 'b 8:16 mwr' 'b 8:16 rwm;'
grammar 'c *:* w' 'c *:* w;'
grammar 'b *:1 rm' 'b *:1 rm;'
grammar 'c 7:* rw' 'c 7:* rw;'
grammar ' c 1:3 r \n' 'c 1:3 r;'
grammar 'c 1:5 rwmr' 'c 1:5 rwm;'
grammar 'c 1:5 rwmx' 'c 1:5 rwm;'
grammar 'c 1:5 mm' 'c 1:5 m;'
grammar 'c\t1:5\tr' 'c 1:5 r;'
grammar 'c 1:6\nr' 'c 1:6 r;'
grammar 'c 1:7 \nr' 'c 1:7 ;'
grammar 'c 1:7 rw\nm' 'c 1:7 rw;'
grammar 'c\xa01:9 m' 'c 1:9 m;'
grammar 'c 4294967295:1 r' 'c *:1 r;'
grammar 'c 4294967294:1 r' 'c 4294967294:1 r;'
grammar 'c 00000000001:1 r' 'c 1:1 r;'
grammar 'c 000000000001:1 r' EINVAL
grammar 'c 4294967296:1 r' EINVAL
grammar 'c 1:4294967296 r' EINVAL
grammar 'c 1:5' EINVAL
grammar 'c 1:5 ' EINVAL
grammar 'c 1:5  r' EINVAL
grammar 'c  1:5 r' EINVAL
grammar 'c 1:5r' EINVAL
grammar 'c1:5 r' EINVAL
grammar 'c 1:5 x' EINVAL
grammar 'c 1:5 rx' EINVAL
grammar 'c 1:5 r w' EINVAL
grammar 'c 1-3:5 r' EINVAL
grammar 'c 1:1-3 r' EINVAL
grammar 'c 0x1:5 r' EINVAL
grammar 'c -1:5 r' EINVAL
grammar 'c :5 r' EINVAL
grammar 'c 1: r' EINVAL
grammar 'c **:5 r' EINVAL
grammar 'z 1:5 r' EINVAL
grammar 'C 1:5 r' EINVAL
grammar z EINVAL
grammar c EINVAL
grammar '*' EINVAL
grammar '\n' EINVAL
grammar 'c 1:5 m\xa0r' EINVAL

# The text after the "a" does not matter.
expect_errno allow-all OK write a/devices.allow 'abc'
expect_eq all-again "$all" "$(rules a)"

# Rules are kept in order, one for each device, and go when they allow nothing.
echo a > a/devices.deny
for rule in 'c 1:3 r' 'c 1:* w' 'b 1:3 m' 'c 1:3 w'; do
	echo "$rule" > a/devices.allow
done
expect_eq order 'c 1:3 rw;c 1:* w;b 1:3 m;' "$(rules a)"
echo 'c 1:3 rw' > a/devices.deny
expect_eq one-gone 'c 1:* w;b 1:3 m;' "$(rules a)"
echo 'c 1:5 w' > a/devices.deny
expect_eq no-part-of-a-rule 'c 1:* w;b 1:3 m;' "$(rules a)"

# Below a list nothing more is allowed than the list.
mkdir a/b
expect_eq inherited 'c 1:* w;b 1:3 m;' "$(rules a/b)"
expect_errno more-access EPERM write a/b/devices.allow 'c 1:* rw'
expect_errno other-device EPERM write a/b/devices.allow 'c 2:1 w'
expect_errno any-major EPERM write a/b/devices.allow 'c *:1 w'
expect_errno other-type EPERM write a/b/devices.allow 'b 1:1 w'
expect_errno all-below EPERM write a/b/devices.allow a
expect_errno part-of-it OK write a/b/devices.allow 'c 1:9 w'
expect_eq part-of-it-list 'c 1:* w;b 1:3 m;c 1:9 w;' "$(rules a/b)"
expect_errno not-with-children-allow EINVAL write a/devices.allow a
expect_errno not-with-children-deny EINVAL write a/devices.deny a
expect_errno children-may-differ OK write a/b/devices.deny 'b 1:3 m'
expect_eq differ 'c 1:* w;c 1:9 w;' "$(rules a/b)"
expect_eq parent-unchanged 'c 1:* w;b 1:3 m;' "$(rules a)"

# To allow a device above does not allow it below. To deny it above denies it below, with
# all rules that it covers.
mkdir a/b/c
echo 'c 5:0 r' > a/devices.allow
expect_eq allowed-above 'c 1:* w;c 1:9 w;' "$(rules a/b)"
expect_errno now-allowed OK write a/b/devices.allow 'c 5:0 r'
expect_errno denied-above OK write a/devices.deny 'c 1:* w'
expect_eq gone-here 'b 1:3 m;c 5:0 r;' "$(rules a)"
expect_eq gone-below 'c 5:0 r;' "$(rules a/b)"
expect_eq gone-further-below '' "$(rules a/b/c)"
rmdir a/b/c a/b

# Below a container that allows all but some. v1 counts removed children for a moment.
wait_for '[ "$("$SYSC" write a/devices.allow a)" != EINVAL ]'
expect_eq all-once-more "$all" "$(rules a)"
echo 'c 1:5 r' > a/devices.deny
mkdir a/d a/e
echo a > a/e/devices.deny
expect_errno exception-is-inherited EPERM write a/d/devices.allow 'c 1:5 r'
expect_errno a-part-of-it EPERM write a/d/devices.allow 'c *:5 r'
expect_errno another-access OK write a/d/devices.allow 'c 1:5 w'
expect_errno list-below EPERM write a/e/devices.allow 'c 1:* rw'
expect_errno list-below-ok OK write a/e/devices.allow 'c 1:* wm'
expect_errno list-below-ok-2 OK write a/e/devices.allow 'c 1:3 r'
expect_errno list-below-ok-3 OK write a/e/devices.allow 'b *:* rwm'
expect_errno new-exception OK write a/devices.deny 'c *:3 w'
expect_eq list-below-now 'c 1:3 r;b *:* rwm;' "$(rules a/e)"
expect_eq all-below-now "$all" "$(rules a/d)"
expect_errno exception-reached-it EPERM write a/d/devices.allow 'c 1:3 w'
expect_errno taken-back OK write a/devices.allow 'c *:3 w'
expect_errno not-by-itself OK write a/d/devices.allow 'c *:3 w'
expect_errno back-to-the-parents OK write a/e/devices.allow a
expect_errno the-parents EPERM write a/e/devices.allow 'c 1:5 r'
rmdir a/d a/e

if has containerfs; then
	# More rules than may be looked at whenever a device is opened.
	echo a > a/devices.allow
	i=0
	while [ $i -lt 256 ]; do
		echo "c 511:$i r" > a/devices.deny || break
		i=$((i + 1))
	done
	expect_eq many-rules 256 "$i"
	expect_errno too-many-rules E2BIG write a/devices.deny 'c 511:256 r'
	expect_errno more-of-one-rule OK write a/devices.deny 'c 511:255 w'
	expect_errno too-many-below E2BIG write devices.deny 'c 511:256 r'
	echo a > a/devices.deny
fi
expect_errno removed "OK OK ENODEV" open 0 a/devices.deny wronly , rmdir a , write @0 a
leave_devices_hierarchy
finish
