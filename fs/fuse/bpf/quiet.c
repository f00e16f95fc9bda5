// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libbpf prints while programs are probed and loaded.
 */
#include <stdlib.h>

#include "internal.h"

static int print_nothing(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

libbpf_print_fn_t te_quiet_libbpf(void)
{
	libbpf_print_fn_t print = libbpf_set_print(print_nothing);

	if (getenv("LIBBPF_LOG_LEVEL"))
		libbpf_set_print(print);
	return print;
}
