# SPDX-License-Identifier: GPL-2.0-only
#
# The shims against the kernel's contract. The *_engine.c files hold the test
# bodies and use kernel headers and shim_libc.h only, so Kbuild compiles them
# too; main.c and support.c are libc's world. No engine is linked.
SHIM_TEST_ENGINE_SRCS := \
	test/unit/shim/bits_engine.c \
	test/unit/shim/kstrtox_engine.c \
	test/unit/shim/list_engine.c \
	test/unit/shim/lock_engine.c \
	test/unit/shim/rbtree_engine.c \
	test/unit/shim/rcu_engine.c \
	test/unit/shim/rcu_misuse_engine.c \
	test/unit/shim/refcount_engine.c \
	test/unit/shim/rwsem_engine.c \
	test/unit/shim/seq_file_engine.c \
	test/unit/shim/slab_engine.c \
	test/unit/shim/string_engine.c \
	test/unit/shim/values_engine.c
SHIM_TEST_SRCS := \
	test/unit/shim/main.c \
	test/unit/shim/support.c \
	test/unit/shim/values.c

UNIT_CORE_shim = $(shim_srcs)
