/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation. Flags that may sleep abort where sleeping is forbidden. Sizes above 4 MiB fail.
 * kmalloc(0) returns a pointer that only kfree() may touch. Each object must be freed by the
 * function for its kind: kfree() of a cache's object or of kvmalloc()'s memory aborts. So does
 * a second free, and a free of memory with a lock that this thread holds. The destruction of
 * a cache with live objects warns, and the cache stays. Allocations fail when the host injects
 * it.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include "../../shim_libc.h"

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

#define kmalloc(size, gfp)	__shim_alloc_array(1, size, gfp, __FILE__, __LINE__)
#define kzalloc(size, gfp)	kmalloc(size, (gfp) | __GFP_ZERO)
#define kmalloc_array(n, size, gfp) \
	__shim_alloc_array(n, size, gfp, __FILE__, __LINE__)
#define kfree(p)		shim_kfree(p, __FILE__, __LINE__)

#define kvmalloc(size, gfp)	__shim_kvalloc_array(1, size, gfp, __FILE__, __LINE__)
#define kvmalloc_array(n, size, gfp) \
	__shim_kvalloc_array(n, size, gfp, __FILE__, __LINE__)
#define kvfree(p)		shim_kvfree(p, __FILE__, __LINE__)

/* The name of the struct is the kernel's; its members are known only in slab.c. */
#define kmem_cache		shim_cache

#define kmem_cache_create(name, size, align, flags, ctor)		\
({									\
	slab_flags_t __kcc_flags = (flags);				\
	(void)__kcc_flags;						\
	shim_cache_create(name, size, align, ctor, __FILE__, __LINE__);	\
})
#define kmem_cache_alloc(cache, gfp) \
	shim_cache_alloc(cache, __shim_gfp(gfp), __FILE__, __LINE__)
#define kmem_cache_zalloc(cache, gfp)	kmem_cache_alloc(cache, (gfp) | __GFP_ZERO)
#define kmem_cache_free(cache, p)	shim_cache_free(cache, p, __FILE__, __LINE__)
#define kmem_cache_destroy(cache)	shim_cache_destroy(cache, __FILE__, __LINE__)

#endif /* _LINUX_SLAB_H */
