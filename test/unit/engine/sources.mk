# SPDX-License-Identifier: GPL-2.0-only
# comparisons.c counts the calls of strcmp().
UNIT_LIBS_engine := -Wl,--wrap=strcmp
