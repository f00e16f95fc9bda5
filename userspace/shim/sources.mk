# SPDX-License-Identifier: GPL-2.0-only
#
# The shims' sources, and how each of the two worlds compiles. Paths are from
# the top. The Makefile reads this, and adds -std=gnu11, warnings and the like.
#
#	engine	kernel/, userspace/shim/lib/, *_engine.c of tests: no libc header
#		can be reached. Not -ffreestanding, so that gcc knows memcpy() and
#		printf formats, as it does in the kernel.
#		$(CC) $(SHIM_ENGINE_CFLAGS) -O2 -g -Wall -Wextra -c
#	libc	userspace/shim/*.c, hosts, test runners: no shim can be reached;
#		shim_libc.h joins the two.
#		$(CC) $(SHIM_LIBC_CFLAGS) -O2 -g -Wall -Wextra -c
#
# Both take -fsanitize=address,undefined or -fsanitize=thread, the same for all
# objects of a program. Link with -pthread; -rdynamic gives names to the
# backtrace of a BUG.

SHIM_ENGINE_CFLAGS := -std=gnu11 -nostdinc -fno-strict-aliasing -fno-common \
	-I userspace/shim/include
SHIM_LIBC_CFLAGS := -std=gnu11 -D_GNU_SOURCE -pthread -fno-common \
	-I userspace/shim

# Kernel code that needs no more of libc than memcpy() and its like.
SHIM_ENGINE_SRCS := \
	userspace/shim/lib/bitmap.c \
	userspace/shim/lib/bitmap_list.c \
	userspace/shim/lib/jhash.c \
	userspace/shim/lib/kstrtox.c \
	userspace/shim/lib/rbtree.c \
	userspace/shim/lib/refcount.c \
	userspace/shim/lib/seq_file.c \
	userspace/shim/lib/sort.c \
	userspace/shim/lib/string.c

SHIM_SRCS := \
	userspace/shim/lock.c \
	userspace/shim/log.c \
	userspace/shim/rcu.c \
	userspace/shim/slab.c \
	userspace/shim/thread.c \
	userspace/shim/time.c
