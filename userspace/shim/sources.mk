# SPDX-License-Identifier: GPL-2.0-only
# Sources of the shims, for the top-level Makefile, and how each world compiles.
#
# Engine world: kernel/*.c, SHIM_ENGINE_SRCS, and any *_engine.c of a test.
# No libc header can be reached; the kernel's own choice of dialect.  Not
# -ffreestanding: gcc may use its memcpy and check formats, as in the kernel.
#
#	$(CC) $(SHIM_ENGINE_CFLAGS) -O2 -g -Wall -Wextra -c
#
# Libc world: SHIM_SRCS, the hosts, the test runners.  No shim is on the path;
# userspace/shim itself is, for shim_libc.h.
#
#	$(CC) $(SHIM_LIBC_CFLAGS) -O2 -g -Wall -Wextra -c
#
# Both take -fsanitize=address,undefined or -fsanitize=thread; one program
# takes the same for all its objects.  Link with -pthread; -rdynamic gives the
# backtrace of a BUG names.

SHIM_ENGINE_CFLAGS := -std=gnu11 -nostdinc -fno-strict-aliasing -fno-common \
	-I userspace/shim/include
SHIM_LIBC_CFLAGS := -std=gnu11 -D_GNU_SOURCE -pthread -fno-common \
	-I userspace/shim

# What needs nothing of libc but memcpy and its like: engine world.
SHIM_ENGINE_SRCS := \
	userspace/shim/lib/bitmap.c \
	userspace/shim/lib/jhash.c \
	userspace/shim/lib/kstrtox.c \
	userspace/shim/lib/rbtree.c \
	userspace/shim/lib/refcount.c \
	userspace/shim/lib/seq_file.c \
	userspace/shim/lib/sort.c \
	userspace/shim/lib/string.c

# What needs the C library: libc world.
SHIM_SRCS := \
	userspace/shim/lock.c \
	userspace/shim/log.c \
	userspace/shim/rcu.c \
	userspace/shim/slab.c \
	userspace/shim/thread.c \
	userspace/shim/time.c
