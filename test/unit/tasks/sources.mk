# SPDX-License-Identifier: GPL-2.0-only
# The task link as it is, the real engine, and a fake kernel (fake_kernel.c).
UNIT_SRCS_tasks := $(wildcard fs/fuse/tasks/*.c) $(addprefix fs/fuse/base/,hash.c parts.c) \
	userspace/common/own_mount.c
$(B)/asan/test/unit/tasks/%.o: LIBC_CPPFLAGS = -I include -I kernel -I fs/fuse $(FUSE_CFLAGS) \
	$(shell $(PKG_CONFIG) --cflags check)
