/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bits of words and of arrays of unsigned long.  set_bit(), clear_bit() and
 * change_bit() are atomic and unordered, the test_and_ forms atomic and fully
 * ordered; the forms with __ are plain.
 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/typecheck.h>

#define __SHIM_BITOP(name, fetch, plain, mask)				\
static inline void name##_bit(long nr, volatile unsigned long *addr)	\
{									\
	__atomic_fetch_##fetch(&addr[BIT_WORD(nr)], mask, __ATOMIC_RELAXED); \
}									\
static inline bool test_and_##name##_bit(long nr, volatile unsigned long *addr) \
{									\
	return __atomic_fetch_##fetch(&addr[BIT_WORD(nr)], mask,	\
				      __ATOMIC_SEQ_CST) & BIT_MASK(nr);	\
}									\
static inline void __##name##_bit(long nr, volatile unsigned long *addr) \
{									\
	addr[BIT_WORD(nr)] = addr[BIT_WORD(nr)] plain (mask);		\
}									\
static inline bool __test_and_##name##_bit(long nr, volatile unsigned long *addr) \
{									\
	unsigned long old = addr[BIT_WORD(nr)];				\
									\
	addr[BIT_WORD(nr)] = old plain (mask);				\
	return old & BIT_MASK(nr);					\
}

__SHIM_BITOP(set, or, |, BIT_MASK(nr))
__SHIM_BITOP(clear, and, &, ~BIT_MASK(nr))
__SHIM_BITOP(change, xor, ^, BIT_MASK(nr))

static inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return __atomic_load_n(&addr[BIT_WORD(nr)], __ATOMIC_RELAXED) & BIT_MASK(nr);
}

static inline void clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

static inline bool test_and_set_bit_lock(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr),
				 __ATOMIC_ACQUIRE) & BIT_MASK(nr);
}

static inline void __assign_bit(long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		__set_bit(nr, addr);
	else
		__clear_bit(nr, addr);
}

#define hweight64(w)	((unsigned long)__builtin_popcountll(w))
#define hweight32(w)	((unsigned int)__builtin_popcount(w))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define hweight8(w)	((unsigned int)__builtin_popcount((u8)(w)))
#define hweight_long(w)	((unsigned long)__builtin_popcountl(w))

/* From 1; 0 for no bit. */
#define ffs(x)		__builtin_ffs(x)
#define fls(x)		__shim_fls64((unsigned int)(x))
#define fls64(x)	__shim_fls64(x)
#define fls_long(x)	((unsigned int)__shim_fls64(x))
/* From 0; no bit has no meaning. */
#define __ffs(x)	((unsigned long)__builtin_ctzl(x))
#define __fls(x)	((unsigned long)(63 - __builtin_clzl(x)))
#define ffz(x)		__ffs(~(x))

static inline int __shim_fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline u32 rol32(u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> ((-shift) & 31));
}

static inline u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << ((-shift) & 31));
}

#endif /* _LINUX_BITOPS_H */
