# SPDX-License-Identifier: GPL-2.0-only
# The engine of subsystems.h here, on the fake host of the engine's own tests.
UNIT_SRCS_sample := $(addprefix test/unit/engine/,host.c host_devices.c host_groups.c \
	host_objects.c host_subsystems.c tools.c inspect_engine.c)
