# SPDX-License-Identifier: GPL-2.0-only
#
# The engine's sources, once: the user-space build and Kbuild both read this.
ENGINE_SRCS := \
	attach.c \
	attr.c \
	births.c \
	cftype.c \
	clone.c \
	container.c \
	core_files.c \
	cpuacct.c \
	cpuset.c \
	cpuset_files.c \
	css_group.c \
	death.c \
	debug.c \
	device_rules.c \
	devices.c \
	engine.c \
	file.c \
	fork.c \
	freezer.c \
	hierarchy.c \
	hold.c \
	hooks.c \
	init.c \
	kill.c \
	lease.c \
	ns.c \
	ns_empties.c \
	ns_files.c \
	ns_options.c \
	object.c \
	options.c \
	path.c \
	pidlist.c \
	pids.c \
	release.c \
	remount.c \
	shared_list.c \
	task.c \
	where.c
