# SPDX-License-Identifier: GPL-2.0-only
#
# The module host's sources, beside the engine's (kernel/sources.mk).
VFS_SRCS := \
	cpuacct.c \
	cpuset.c \
	devices.c \
	dir.c \
	file.c \
	forks.c \
	freezer.c \
	hierarchies.c \
	hold.c \
	host.c \
	init.c \
	inode.c \
	ioctl.c \
	keyring.c \
	module.c \
	notify.c \
	pids.c \
	proc.c \
	super.c \
	hooks.c
