# SPDX-License-Identifier: GPL-2.0-only
# The handlers between an engine and a libfuse that are both fakes.
UNIT_SRCS_fuse_inode := fs/fuse/base/hash.c $(addprefix fs/fuse/view/,again.c dir.c file.c inode.c node.c \
	object.c ops.c size.c xattr.c)
UNIT_CORE_fuse_inode :=
$(B)/asan/test/unit/fuse_inode/%.o: LIBC_CPPFLAGS = -I include -I kernel -I fs/fuse $(FUSE_CFLAGS) \
	$(shell $(PKG_CONFIG) --cflags check)
