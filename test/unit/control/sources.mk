# SPDX-License-Identifier: GPL-2.0-only
# The socket and the loop as they are, over an engine that is a fake (fakes.c).
UNIT_SRCS_control := $(addprefix fs/fuse/base/,loop.c parts.c) \
	$(addprefix fs/fuse/daemon/,control.c failure.c) \
	$(addprefix userspace/common/,own_mount.c unescape.c) userspace/mount/options.c
UNIT_CORE_control :=
UNIT_LIBS_control := $(MOUNT_LIBS)
$(B)/asan/test/unit/control/%.o $(B)/asan/userspace/mount/%.o: \
	LIBC_CPPFLAGS = -I include -I fs/fuse -I userspace $(FUSE_CFLAGS) $(MOUNT_CFLAGS) \
	$(shell $(PKG_CONFIG) --cflags check)
