# SPDX-License-Identifier: GPL-2.0-only
# The library's objects, not the library: tests also reach what is hidden.
UNIT_SRCS_lib := $(lib_srcs)
UNIT_CORE_lib :=
$(B)/asan/test/unit/lib/%.o: LIBC_CPPFLAGS = -I include -I userspace/lib \
	$(shell $(PKG_CONFIG) --cflags check)
