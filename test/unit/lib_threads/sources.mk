# SPDX-License-Identifier: GPL-2.0-only
# The case "threads" of ../lib under ThreadSanitizer, which does not go with the others.
UNIT_SRCS_lib_threads := $(lib_srcs) $(addprefix test/unit/lib/,fake.c tools.c threads_test.c)
UNIT_CORE_lib_threads :=
UNIT_TSAN += lib_threads
$(B)/asan/tsan/test/unit/%.o: LIBC_CPPFLAGS = -I include -I userspace/lib \
	$(shell $(PKG_CONFIG) --cflags check)
