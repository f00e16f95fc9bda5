// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heap sort: it needs no memory, and no order of input is a bad one.
 */
#include <linux/sort.h>

struct order {
	char *base;
	size_t size;
	cmp_func_t cmp;
	swap_func_t swap;
};

static int compare(const struct order *o, size_t a, size_t b)
{
	return o->cmp(o->base + a * o->size, o->base + b * o->size);
}

static void exchange(const struct order *o, size_t a, size_t b)
{
	char *pa = o->base + a * o->size;
	char *pb = o->base + b * o->size;
	size_t i;
	char c;

	if (o->swap) {
		o->swap(pa, pb, (int)o->size);
	} else {
		for (i = 0; i < o->size; i++) {
			c = pa[i];
			pa[i] = pb[i];
			pb[i] = c;
		}
	}
}

/* Lets the element at i sink until no child of it is larger. */
static void sink(const struct order *o, size_t i, size_t num)
{
	size_t child;

	while ((child = 2 * i + 1) < num) {
		if (child + 1 < num && compare(o, child, child + 1) < 0)
			child++;
		if (compare(o, i, child) >= 0)
			return;
		exchange(o, i, child);
		i = child;
	}
}

static void heap_sort(const struct order *o, size_t num)
{
	size_t i;

	for (i = num / 2; i--; )
		sink(o, i, num);
	for (i = num; i-- > 1; ) {
		exchange(o, 0, i);
		sink(o, 0, i);
	}
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp_func,
	  swap_func_t swap_func)
{
	struct order o = { .base = base, .size = size, .cmp = cmp_func,
			   .swap = swap_func };

	heap_sort(&o, num);
}
