/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Symbols of a module; a program exports nothing.
 */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

struct module;

#define EXPORT_SYMBOL(sym)	_Static_assert(1, #sym)
#define EXPORT_SYMBOL_GPL(sym)	_Static_assert(1, #sym)
#define THIS_MODULE		((struct module *)0)

#endif /* _LINUX_EXPORT_H */
