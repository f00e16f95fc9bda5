// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of bits, a word at a time.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

/* The bits of word i that belong to a map of nbits. */
static unsigned long valid(unsigned int i, unsigned int nbits)
{
	return (i + 1) * BITS_PER_LONG <= nbits ? ~0UL : BITMAP_LAST_WORD_MASK(nbits);
}

#define for_each_word(i, nbits)	for ((i) = 0; (i) < BITS_TO_LONGS(nbits); (i)++)

bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	unsigned long any = 0;
	unsigned int i;

	for_each_word(i, nbits)
		any |= dst[i] = a[i] & b[i] & valid(i, nbits);
	return any;
}

bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits)
{
	unsigned long any = 0;
	unsigned int i;

	for_each_word(i, nbits)
		any |= dst[i] = a[i] & ~b[i] & valid(i, nbits);
	return any;
}

void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	unsigned int i;

	for_each_word(i, nbits)
		dst[i] = a[i] ^ b[i];
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned int i;

	for_each_word(i, nbits)
		if ((a[i] ^ b[i]) & valid(i, nbits))
			return false;
	return true;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned int i;

	for_each_word(i, nbits)
		if (a[i] & b[i] & valid(i, nbits))
			return true;
	return false;
}

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned int i;

	for_each_word(i, nbits)
		if (a[i] & ~b[i] & valid(i, nbits))
			return false;
	return true;
}

unsigned long *bitmap_alloc(unsigned int nbits, gfp_t gfp)
{
	return kmalloc_array(BITS_TO_LONGS(nbits), sizeof(unsigned long), gfp);
}

unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t gfp)
{
	return bitmap_alloc(nbits, gfp | __GFP_ZERO);
}

void bitmap_free(const unsigned long *map)
{
	kfree(map);
}
