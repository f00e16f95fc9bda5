// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kmalloc() and caches, over malloc().
 *
 * A header in front of each object says how it was allocated, so that a wrong function to free
 * it is found. The address sanitiser lets no code touch the header. Live objects are counted,
 * in all and by cache. Objects are aligned to 16 bytes, or as their cache requires.
 *
 * Lock: caches_lock protects the list of caches.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAGIC_LIVE	0x5ab11feeu
#define MAGIC_DEAD	0x5abdeaddu
#define ZERO_SIZE	((void *)16)
#define PAGE_BYTES	4096u
#define KMALLOC_MAX	(4ul << 20)
#define KVMALLOC_MAX	((size_t)INT32_MAX)

enum kind { KMALLOC, KVMALLOC, CACHE };

static const char *const kind_names[] = { "kmalloc()", "kvmalloc()", "a cache" };

struct header {
	unsigned int		magic;
	enum kind		kind;
	size_t			size;
	struct shim_cache	*cache;		/* CACHE only */
	size_t			pad;		/* bytes in front of the header */
};

struct shim_cache {
	struct shim_cache	*next;		/* protected by caches_lock */
	char			*name;
	unsigned int		size;
	unsigned int		align;
	void			(*ctor)(void *);
	long			live;		/* atomic */
};

static pthread_mutex_t caches_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shim_cache *caches;		/* protected by caches_lock */
static long live_in_all, live_without_cache, live_bytes;	/* atomic */

#ifdef __SANITIZE_ADDRESS__
void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);
#else
#define __asan_poison_memory_region(addr, size)		((void)(addr), (void)(size))
#define __asan_unpoison_memory_region(addr, size)	((void)(addr), (void)(size))
#endif

static void count(struct shim_cache *cache, long by, long bytes)
{
	__atomic_fetch_add(&live_bytes, bytes, __ATOMIC_RELAXED);
	__atomic_fetch_add(cache ? &cache->live : &live_without_cache, by, __ATOMIC_RELAXED);
	__atomic_fetch_add(&live_in_all, by, __ATOMIC_RELAXED);
}

unsigned long shim_fail_nth(unsigned long nth)
{
	struct shim_thread *t = shim_thread();
	unsigned long left = t->fail_nth;

	t->fail_nth = nth;
	return left;
}

void shim_call_nth(unsigned long nth, void (*fn)(void))
{
	struct shim_thread *t = shim_thread();

	t->call_nth = nth;
	t->call = fn;
}

static bool may_allocate(unsigned int how, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	if (t->call_nth && !--t->call_nth)
		t->call();
	if (how & SHIM_GFP_SLEEP)
		shim_might_sleep(file, line);
	return (how & SHIM_GFP_NOFAIL) || !t->fail_nth || --t->fail_nth;
}

static void *allocate(enum kind kind, struct shim_cache *cache, size_t size,
		      size_t align, unsigned int how)
{
	size_t front = (sizeof(struct header) + align - 1) & ~(align - 1);
	struct header *h;
	char *base;

	base = align > 16 ?
		aligned_alloc(align, (front + size + align - 1) & ~(align - 1)) :
		malloc(front + size);
	if (!base)
		return NULL;
	if (how & SHIM_GFP_ZERO)
		memset(base + front, 0, size);
	h = (struct header *)(base + front) - 1;
	*h = (struct header){ .magic = MAGIC_LIVE, .kind = kind, .size = size,
			      .cache = cache, .pad = (size_t)((char *)h - base) };
	__asan_poison_memory_region(h, sizeof(*h));
	count(cache, 1, size);
	return base + front;
}

/* The header of an object, made readable; aborts if there is no such object. */
static struct header *header_of(const void *p, const char *file, int line)
{
	struct header *h = (struct header *)p - 1;

	__asan_unpoison_memory_region(h, sizeof(*h));
	if (h->magic == MAGIC_DEAD)
		shim_bug(file, line, "object %p is freed twice", p);
	if (h->magic != MAGIC_LIVE)
		shim_bug(file, line, "%p is not the start of a live object", p);
	return h;
}

static void check_no_lock_inside(const void *p, size_t size, const char *file, int line)
{
	const struct shim_thread *t = shim_thread();
	unsigned int i;

	for (i = 0; i < t->nheld; i++)
		if ((uintptr_t)t->held[i] - (uintptr_t)p < size)
			shim_bug(file, line, "freed memory has the held lock %s in it",
				 t->held[i]->name);
}

static void release(struct header *h, const char *file, int line)
{
	check_no_lock_inside(h + 1, h->size, file, line);
	count(h->cache, -1, -(long)h->size);
	h->magic = MAGIC_DEAD;
	free((char *)h - h->pad);
}

void *shim_kmalloc(size_t size, unsigned int how, const char *file, int line)
{
	if (!may_allocate(how, file, line))
		return NULL;
	if (size == 0)
		return ZERO_SIZE;
	if (size > KMALLOC_MAX) {
		if (!(how & SHIM_GFP_NOWARN))
			shim_warn(file, line, "kmalloc() of %zu bytes", size);
		return NULL;
	}
	return allocate(KMALLOC, NULL, size, 16, how);
}

void *shim_kvmalloc(size_t size, unsigned int how, const char *file, int line)
{
	if (!may_allocate(how, file, line))
		return NULL;
	if (size == 0)
		return ZERO_SIZE;
	if (size > KVMALLOC_MAX) {
		if (!(how & SHIM_GFP_NOWARN))
			shim_warn(file, line, "kvmalloc() of %zu bytes", size);
		return NULL;
	}
	return allocate(KVMALLOC, NULL, size, 16, how);
}

void shim_kfree(const void *p, const char *file, int line)
{
	struct header *h;

	if (!p || p == ZERO_SIZE)
		return;
	h = header_of(p, file, line);
	if (h->kind != KMALLOC)
		shim_bug(file, line, "kfree() of memory from %s%s%s", kind_names[h->kind],
			 h->cache ? " " : "", h->cache ? h->cache->name : "");
	release(h, file, line);
}

void shim_kvfree(const void *p, const char *file, int line)
{
	struct shim_thread *t = shim_thread();
	struct header *h;

	if (!p || p == ZERO_SIZE)
		return;
	h = header_of(p, file, line);
	if (h->kind == CACHE)
		shim_bug(file, line, "kvfree() of memory from cache %s", h->cache->name);
	/* A big object may be vmalloc()ed; the kernel's kfree_rcu() frees it in a worker. */
	if (h->kind == KVMALLOC && h->size > PAGE_BYTES && !t->in_callback)
		shim_might_sleep(file, line);
	release(h, file, line);
}

struct shim_cache *shim_cache_create(const char *name, unsigned int size,
				     unsigned int align, void (*ctor)(void *),
				     const char *file, int line)
{
	struct shim_cache *cache;

	if (!may_allocate(SHIM_GFP_SLEEP, file, line))
		return NULL;
	if (!name || !size || (align & (align - 1)))
		shim_bug(file, line, "kmem_cache_create(%s, %u, %u)",
			 name ? name : "(null)", size, align);
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return NULL;
	cache->name = strdup(name);
	if (!cache->name) {
		free(cache);
		return NULL;
	}
	cache->size = size;
	cache->align = align < 16 ? 16 : align;
	cache->ctor = ctor;
	pthread_mutex_lock(&caches_lock);
	cache->next = caches;
	caches = cache;
	pthread_mutex_unlock(&caches_lock);
	return cache;
}

void *shim_cache_alloc(struct shim_cache *cache, unsigned int how,
		       const char *file, int line)
{
	void *p;

	if (!may_allocate(how, file, line))
		return NULL;
	p = allocate(CACHE, cache, cache->size, cache->align, how);
	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

void shim_cache_free(struct shim_cache *cache, void *p, const char *file, int line)
{
	struct header *h;

	if (!p)
		shim_bug(file, line, "kmem_cache_free(%s, NULL)", cache->name);
	h = header_of(p, file, line);
	if (h->kind != CACHE || h->cache != cache)
		shim_bug(file, line, "kmem_cache_free(%s) of memory from %s%s%s", cache->name,
			 kind_names[h->kind], h->cache ? " " : "",
			 h->cache ? h->cache->name : "");
	release(h, file, line);
}

void shim_cache_destroy(struct shim_cache *cache, const char *file, int line)
{
	struct shim_cache **link;
	long live;

	if (!cache)
		return;
	shim_might_sleep(file, line);
	live = __atomic_load_n(&cache->live, __ATOMIC_RELAXED);
	if (live) {
		shim_warn(file, line, "kmem_cache_destroy %s: slab cache still has %ld objects",
			  cache->name, live);
		return;
	}
	pthread_mutex_lock(&caches_lock);
	for (link = &caches; *link != cache; link = &(*link)->next)
		;
	*link = cache->next;
	pthread_mutex_unlock(&caches_lock);
	free(cache->name);
	free(cache);
}

long shim_slab_live(void)
{
	return __atomic_load_n(&live_in_all, __ATOMIC_RELAXED);
}

long shim_slab_bytes(void)
{
	return __atomic_load_n(&live_bytes, __ATOMIC_RELAXED);
}

long shim_slab_report(void)
{
	struct shim_cache *cache;
	long live;

	pthread_mutex_lock(&caches_lock);
	for (cache = caches; cache; cache = cache->next) {
		live = __atomic_load_n(&cache->live, __ATOMIC_RELAXED);
		if (live)
			shim_printk("\0014slab: %ld live in %s", live, cache->name);
	}
	pthread_mutex_unlock(&caches_lock);
	live = __atomic_load_n(&live_without_cache, __ATOMIC_RELAXED);
	if (live)
		shim_printk("\0014slab: %ld live from kmalloc", live);
	return shim_slab_live();
}
