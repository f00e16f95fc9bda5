/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The next set or clear bit of an array; the size of it if there is none.
 * linux/bitmap.h includes this header; as in 6.1 no other file may.
 */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#ifndef _LINUX_BITMAP_H
#error only <linux/bitmap.h> can be included directly
#endif

#include <linux/bits.h>
#include <linux/types.h>

/* invert: all ones to look for clear bits. */
static inline unsigned long __shim_find_next(const unsigned long *addr,
					     unsigned long size, unsigned long start,
					     unsigned long invert)
{
	unsigned long i, word;

	if (start >= size)
		return size;
	i = BIT_WORD(start);
	word = (addr[i] ^ invert) & (~0UL << (start % BITS_PER_LONG));
	while (!word) {
		if (++i * BITS_PER_LONG >= size)
			return size;
		word = addr[i] ^ invert;
	}
	start = i * BITS_PER_LONG + (unsigned long)__builtin_ctzl(word);
	return start < size ? start : size;
}

static inline unsigned long find_next_bit(const unsigned long *addr,
					  unsigned long size, unsigned long offset)
{
	return __shim_find_next(addr, size, offset, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr,
					       unsigned long size, unsigned long offset)
{
	return __shim_find_next(addr, size, offset, ~0UL);
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return find_next_bit(addr, size, 0);
}

#endif /* _LINUX_FIND_H */
