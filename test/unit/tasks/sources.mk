# SPDX-License-Identifier: GPL-2.0-only
# The task link as it is, the real engine, and a fake kernel (fake_kernel.c).
UNIT_SRCS_tasks := $(wildcard fs/fuse/tasks/*.c) fs/fuse/base/hash.c userspace/common/own_mount.c
$(B)/asan/test/unit/tasks/%.o: LIBC_CPPFLAGS = -I include -I kernel -I fs/fuse $(FUSE_CFLAGS) \
	$(shell $(PKG_CONFIG) --cflags check)
