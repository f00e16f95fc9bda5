# SPDX-License-Identifier: GPL-2.0-only
#
# The shims' sources, and how each of the two worlds compiles.  Paths are from
# the top.  Read by the Makefile, which adds -std=gnu11, warnings and the like.
#
#	engine	kernel/, userspace/shim/lib/, *_engine.c of tests: no libc header
#		can be reached.  Not -ffreestanding, so that gcc knows memcpy() and
#		printf formats, as it does in the kernel.
#		gcc -std=gnu11 $(ENGINE_CPPFLAGS) $(ENGINE_CFLAGS) -O2 -g -c
#	libc	userspace/shim/*.c, hosts, test runners: no shim can be reached;
#		shim_libc.h joins the two.
#		gcc -std=gnu11 $(SHIM_CPPFLAGS) $(SHIM_CFLAGS) -O2 -g -c
#
# Both take -fsanitize=address,undefined or -fsanitize=thread, the same for all
# objects of a program.  Link with -pthread; -rdynamic gives names to the
# backtrace of a BUG.

ENGINE_CPPFLAGS	:= -nostdinc -I userspace/shim/include -I include
ENGINE_CFLAGS	:= -fno-strict-aliasing -fno-common
SHIM_CPPFLAGS	:= -D_GNU_SOURCE -I userspace/shim
SHIM_CFLAGS	:= -pthread -fno-common

SHIM_SRCS := \
	userspace/shim/lib/bitmap.c \
	userspace/shim/lib/jhash.c \
	userspace/shim/lib/kstrtox.c \
	userspace/shim/lib/rbtree.c \
	userspace/shim/lib/refcount.c \
	userspace/shim/lib/seq_file.c \
	userspace/shim/lib/sort.c \
	userspace/shim/lib/string.c \
	userspace/shim/lib/vsprintf.c \
	userspace/shim/lock.c \
	userspace/shim/log.c \
	userspace/shim/rcu.c \
	userspace/shim/slab.c \
	userspace/shim/thread.c \
	userspace/shim/time.c

# The files of lib/ are of the engine's world: kernel code that needs no more
# of libc than memcpy() and its like.
$(B)/obj/userspace/shim/lib/%.o $(B)/asan/userspace/shim/lib/%.o: WORLD = $(engine_world)
