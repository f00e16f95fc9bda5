/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic integers.  As in the kernel, operations that return a value are fully
 * ordered (the _acquire, _release and _relaxed forms as named), those that
 * return nothing are not ordered, and all of them wrap.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>

#define xchg(ptr, val)		__atomic_exchange_n((ptr), (val), __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)						\
({									\
	typeof(*(ptr)) __cx_old = (old);				\
	typeof(*(ptr)) __cx_new = (new);				\
	__atomic_compare_exchange_n((ptr), &__cx_old, __cx_new, 0,	\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__cx_old;							\
})
#define try_cmpxchg(ptr, oldp, new) \
	__atomic_compare_exchange_n((ptr), (oldp), (new), 0, \
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

/* One read-modify-write in all its forms, for a width. */
#define __SHIM_ATOMIC_RMW(pre, type, name, op, order, suffix)		\
static inline type pre##_fetch_##name##suffix(type i, pre##_t *v)	\
{									\
	return __atomic_fetch_##op(&v->counter, i, order);		\
}

#define __SHIM_ATOMIC_RETURN(pre, type, name, order, suffix)		\
static inline type pre##_##name##_return##suffix(type i, pre##_t *v)	\
{									\
	return __atomic_##name##_fetch(&v->counter, i, order);		\
}

#define __SHIM_ATOMIC_OP(pre, type, name)				\
static inline void pre##_##name(type i, pre##_t *v)			\
{									\
	__atomic_fetch_##name(&v->counter, i, __ATOMIC_RELAXED);	\
}									\
__SHIM_ATOMIC_RMW(pre, type, name, name, __ATOMIC_SEQ_CST, )		\
__SHIM_ATOMIC_RMW(pre, type, name, name, __ATOMIC_ACQUIRE, _acquire)	\
__SHIM_ATOMIC_RMW(pre, type, name, name, __ATOMIC_RELEASE, _release)	\
__SHIM_ATOMIC_RMW(pre, type, name, name, __ATOMIC_RELAXED, _relaxed)

#define __SHIM_ATOMIC(pre, type)					\
static inline type pre##_read(const pre##_t *v)				\
{									\
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);		\
}									\
static inline type pre##_read_acquire(const pre##_t *v)			\
{									\
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);		\
}									\
static inline void pre##_set(pre##_t *v, type i)			\
{									\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);		\
}									\
static inline void pre##_set_release(pre##_t *v, type i)		\
{									\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);		\
}									\
__SHIM_ATOMIC_OP(pre, type, add)					\
__SHIM_ATOMIC_OP(pre, type, sub)					\
__SHIM_ATOMIC_OP(pre, type, and)					\
__SHIM_ATOMIC_OP(pre, type, or)						\
__SHIM_ATOMIC_OP(pre, type, xor)					\
__SHIM_ATOMIC_RETURN(pre, type, add, __ATOMIC_SEQ_CST, )		\
__SHIM_ATOMIC_RETURN(pre, type, sub, __ATOMIC_SEQ_CST, )		\
__SHIM_ATOMIC_RETURN(pre, type, add, __ATOMIC_RELAXED, _relaxed)	\
__SHIM_ATOMIC_RETURN(pre, type, sub, __ATOMIC_RELAXED, _relaxed)	\
static inline void pre##_inc(pre##_t *v)				\
{									\
	pre##_add(1, v);						\
}									\
static inline void pre##_dec(pre##_t *v)				\
{									\
	pre##_sub(1, v);						\
}									\
static inline type pre##_inc_return(pre##_t *v)				\
{									\
	return pre##_add_return(1, v);					\
}									\
static inline type pre##_dec_return(pre##_t *v)				\
{									\
	return pre##_sub_return(1, v);					\
}									\
static inline type pre##_fetch_inc(pre##_t *v)				\
{									\
	return pre##_fetch_add(1, v);					\
}									\
static inline type pre##_fetch_dec(pre##_t *v)				\
{									\
	return pre##_fetch_sub(1, v);					\
}									\
static inline bool pre##_sub_and_test(type i, pre##_t *v)		\
{									\
	return pre##_sub_return(i, v) == 0;				\
}									\
static inline bool pre##_dec_and_test(pre##_t *v)			\
{									\
	return pre##_sub_return(1, v) == 0;				\
}									\
static inline bool pre##_inc_and_test(pre##_t *v)			\
{									\
	return pre##_add_return(1, v) == 0;				\
}									\
static inline bool pre##_add_negative(type i, pre##_t *v)		\
{									\
	return pre##_add_return(i, v) < 0;				\
}									\
static inline type pre##_xchg(pre##_t *v, type new)			\
{									\
	return __atomic_exchange_n(&v->counter, new, __ATOMIC_SEQ_CST);	\
}									\
static inline bool pre##_try_cmpxchg(pre##_t *v, type *old, type new)	\
{									\
	return try_cmpxchg(&v->counter, old, new);			\
}									\
static inline type pre##_cmpxchg(pre##_t *v, type old, type new)	\
{									\
	pre##_try_cmpxchg(v, &old, new);				\
	return old;							\
}									\
static inline type pre##_fetch_add_unless(pre##_t *v, type a, type u)	\
{									\
	type c = pre##_read(v);						\
									\
	while (c != u && !pre##_try_cmpxchg(v, &c, (type)((u64)c + (u64)a))) \
		;							\
	return c;							\
}									\
static inline bool pre##_add_unless(pre##_t *v, type a, type u)		\
{									\
	return pre##_fetch_add_unless(v, a, u) != u;			\
}									\
static inline bool pre##_inc_not_zero(pre##_t *v)			\
{									\
	return pre##_add_unless(v, 1, 0);				\
}									\
/* The value less one, even where it was not stored for being negative. */ \
static inline type pre##_dec_if_positive(pre##_t *v)			\
{									\
	type c = pre##_read(v);						\
									\
	while (c > 0 && !pre##_try_cmpxchg(v, &c, c - 1))		\
		;							\
	return c - 1;							\
}

typedef struct {
	long counter;
} atomic_long_t;

#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	ATOMIC64_INIT(i)

__SHIM_ATOMIC(atomic, int)
__SHIM_ATOMIC(atomic64, s64)
__SHIM_ATOMIC(atomic_long, long)

#endif /* _LINUX_ATOMIC_H */
