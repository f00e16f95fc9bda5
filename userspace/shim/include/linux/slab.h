/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation.  Flags that may sleep abort where sleeping is forbidden; sizes
 * above KMALLOC_MAX_SIZE fail; kmalloc(0) has a pointer that only kfree() may
 * touch.  Each object goes back the way it came: kfree() of a cache's object
 * or of kvmalloc()'s memory aborts, as do freeing twice and freeing memory
 * that holds a lock this thread has.  A cache destroyed with live objects
 * warns and stays.  Allocations fail when the host injects it.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include "../../shim_libc.h"

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define KMALLOC_MAX_SIZE	(4UL << 20)
#define ARCH_KMALLOC_MINALIGN	8
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

#define SLAB_HWCACHE_ALIGN	((slab_flags_t)0x01u)
#define SLAB_PANIC		((slab_flags_t)0x02u)
#define SLAB_ACCOUNT		((slab_flags_t)0x04u)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)0x08u)
#define SLAB_MEM_SPREAD		((slab_flags_t)0x10u)
#define SLAB_POISON		((slab_flags_t)0x20u)
#define SLAB_RED_ZONE		((slab_flags_t)0x40u)

static inline __must_check void *__shim_alloc_array(size_t n, size_t size, gfp_t gfp,
						    const char *file, int line)
{
	size_t bytes = size_mul(n, size);

	return bytes == SIZE_MAX ? NULL :
		shim_kmalloc(bytes, __shim_gfp(gfp), file, line);
}

static inline __must_check void *__shim_kvalloc_array(size_t n, size_t size, gfp_t gfp,
						      const char *file, int line)
{
	size_t bytes = size_mul(n, size);

	return bytes == SIZE_MAX ? NULL :
		shim_kvmalloc(bytes, __shim_gfp(gfp), file, line);
}

static inline __must_check void *__shim_realloc_array(const void *p, size_t n,
						      size_t size, gfp_t gfp,
						      const char *file, int line)
{
	/* What overflows leaves the old memory alone. */
	size_t bytes = size_mul(n, size);

	return bytes == SIZE_MAX ? NULL :
		shim_krealloc(p, bytes, __shim_gfp(gfp), file, line);
}

#define kmalloc(size, gfp)	__shim_alloc_array(1, size, gfp, __FILE__, __LINE__)
#define kzalloc(size, gfp)	kmalloc(size, (gfp) | __GFP_ZERO)
#define kmalloc_array(n, size, gfp) \
	__shim_alloc_array(n, size, gfp, __FILE__, __LINE__)
#define kcalloc(n, size, gfp)	kmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define krealloc(p, size, gfp) \
	__shim_realloc_array(p, 1, size, gfp, __FILE__, __LINE__)
#define krealloc_array(p, n, size, gfp) \
	__shim_realloc_array(p, n, size, gfp, __FILE__, __LINE__)
#define kfree(p)		shim_kfree(p, __FILE__, __LINE__)
#define kfree_sensitive(p)	__shim_kfree_sensitive(p, __FILE__, __LINE__)
#define ksize(p)		shim_ksize(p)

#define kvmalloc(size, gfp)	__shim_kvalloc_array(1, size, gfp, __FILE__, __LINE__)
#define kvzalloc(size, gfp)	kvmalloc(size, (gfp) | __GFP_ZERO)
#define kvmalloc_array(n, size, gfp) \
	__shim_kvalloc_array(n, size, gfp, __FILE__, __LINE__)
#define kvcalloc(n, size, gfp)	kvmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kvfree(p)		shim_kvfree(p, __FILE__, __LINE__)

static inline void __shim_kfree_sensitive(const void *p, const char *file, int line)
{
	volatile unsigned char *byte = (volatile unsigned char *)p;
	size_t n = ZERO_OR_NULL_PTR(p) ? 0 : shim_ksize(p);

	while (n)
		byte[--n] = 0;
	shim_kfree(p, file, line);
}

/* The struct's name is the kernel's; what it is stays in slab.c. */
#define kmem_cache		shim_cache

#define kmem_cache_create(name, size, align, flags, ctor)		\
({									\
	slab_flags_t __kcc_flags = (flags);				\
	(void)__kcc_flags;						\
	shim_cache_create(name, size, align, ctor, __FILE__, __LINE__);	\
})
#define KMEM_CACHE(struct_name, flags)					\
	kmem_cache_create(#struct_name, sizeof(struct struct_name),	\
			  __alignof__(struct struct_name), (flags), NULL)
#define kmem_cache_alloc(cache, gfp) \
	shim_cache_alloc(cache, __shim_gfp(gfp), __FILE__, __LINE__)
#define kmem_cache_zalloc(cache, gfp)	kmem_cache_alloc(cache, (gfp) | __GFP_ZERO)
#define kmem_cache_free(cache, p)	shim_cache_free(cache, p, __FILE__, __LINE__)
#define kmem_cache_destroy(cache)	shim_cache_destroy(cache, __FILE__, __LINE__)
#define kmem_cache_size(cache)		shim_cache_size(cache)

#endif /* _LINUX_SLAB_H */
