/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiler hints and marked accesses.  READ_ONCE and WRITE_ONCE are single
 * relaxed atomic accesses, so the thread sanitiser knows them for what they
 * are; as in the kernel they order nothing and take scalars only.
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")
#define unreachable()		__builtin_unreachable()
#define OPTIMIZER_HIDE_VAR(var)	__asm__ ("" : "=r" (var) : "0" (var))

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val)						\
do {									\
	typeof(x) __wo_val = (val);					\
	__atomic_store_n(&(x), __wo_val, __ATOMIC_RELAXED);		\
} while (0)

/* An intended race: the thread sanitiser looks away for this expression. */
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#define data_race(expr)							\
({									\
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);			\
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);			\
	__auto_type __dr_val = (expr);					\
	AnnotateIgnoreWritesEnd(__FILE__, __LINE__);			\
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);			\
	__dr_val;							\
})
#else
#define data_race(expr)		({ __auto_type __dr_val = (expr); __dr_val; })
#endif

#define __must_be_array(a) \
	(0 * sizeof(struct { int:(-!!(__same_type((a), &(a)[0]))); }))

#endif /* _LINUX_COMPILER_H */
