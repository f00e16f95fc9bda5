// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sorting, bits, hashes and small arithmetic.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "tests.h"

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

void test_sort_random(void)
{
	static u32 v[1000];
	size_t n, i;
	u64 sum, after;

	for (n = 0; n <= ARRAY_SIZE(v); n = n < 40 ? n + 1 : n + 160) {
		for (i = sum = 0; i < n; i++)
			sum += v[i] = random_next() % (n + 1);
		sort(v, n, sizeof(v[0]), compare_u32, NULL);
		for (i = after = 0; i < n; i++) {
			after += v[i];
			expect(!i || v[i - 1] <= v[i]);
		}
		expect(sum == after);
	}
}

#define MAP(name, nbits)	unsigned long name[BITS_TO_LONGS(nbits)] = { 0 }

void test_bit_searches(void)
{
	MAP(map, 200);

	expect(sizeof(map) == 32);
	expect(find_first_bit(map, 200) == 200 && find_next_zero_bit(map, 200, 0) == 0);
	__set_bit(3, map);
	__set_bit(63, map);
	__set_bit(64, map);
	__set_bit(199, map);
	expect(map[0] == (1ul << 63 | 8) && map[1] == 1 && map[3] == 128);
	expect(find_first_bit(map, 200) == 3 && find_next_bit(map, 200, 4) == 63);
	expect(find_next_bit(map, 200, 65) == 199 && find_next_bit(map, 199, 65) == 199);
	expect(find_next_bit(map, 150, 65) == 150 && find_next_zero_bit(map, 200, 63) == 65);
}

void test_bitmap_operations(void)
{
	MAP(a, 100);
	MAP(b, 100);
	MAP(c, 100);
	unsigned int bit;

	bitmap_fill(b, 100);
	expect(bitmap_empty(a, 100) && find_next_zero_bit(b, 100, 0) == 100);
	for (bit = 60; bit < 70; bit++)
		__set_bit(bit, a);
	expect(bitmap_subset(a, b, 100) && !bitmap_subset(b, a, 100));
	expect(bitmap_and(c, a, b, 100) && bitmap_equal(a, c, 100));
	expect(!bitmap_andnot(c, a, b, 100) && bitmap_empty(c, 100));
	bitmap_xor(c, a, b, 100);
	expect(!bitmap_intersects(a, c, 100) && bitmap_intersects(b, c, 100));
	expect(find_next_zero_bit(c, 100, 0) == 60 && find_next_bit(c, 100, 60) == 70);
	bitmap_copy(c, a, 100);
	expect(bitmap_equal(a, c, 100));
	/* bits behind the end do not count */
	bitmap_zero(c, 100);
	c[1] |= ~0ul << 36;
	expect(bitmap_empty(c, 100) && !bitmap_intersects(b, c, 100));
	bitmap_zero(b, 100);
	expect(bitmap_equal(b, c, 100));
}

struct list_case {
	const char	*list;
	int		err;
	u64		bits;		/* of 40 */
};

void test_bitmap_lists(void)
{
	static const struct list_case cases[] = {
		{ "", 0, 0 }, { "\n", 0, 0 }, { " ,\t", 0, 0 }, { "0", 0, 1 }, { "39", 0, 1ull << 39 },
		{ "0-3,5\n", 0, 0x2f }, { ",,1,,2,", 0, 6 }, { " 1 2\t3", 0, 14 }, { "007", 0, 128 },
		{ "1\n2", 0, 2 }, { "3,3-3,1", 0, 10 }, { "all", 0, (1ull << 40) - 1 },
		{ "ALL", 0, (1ull << 40) - 1 }, { "N", 0, 1ull << 39 }, { "38-N", 0, 3ull << 38 },
		{ "0-9:2/5", 0, 0x63 }, { "all:1/10", 0, 0x40100401 }, { "3-5:1/2", 0, 0x28 },
		{ "0-3:0/2", 0, 0 }, { "0-3:4/4", 0, 15 }, { "2-7:3/4,0", 0, 0xdd },
		{ "x", -EINVAL }, { "1x", -EINVAL }, { "-1", -EINVAL }, { "1-", -EINVAL },
		{ "1--2", -EINVAL }, { "+1", -EINVAL }, { "0x1", -EINVAL }, { "2-1", -EINVAL },
		{ "1:1/2", -EINVAL }, { "0-3:2", -EINVAL }, { "0-3:2/", -EINVAL },
		{ "0-3:2/1", -EINVAL }, { "0-3:1/0", -EINVAL }, { "1;2", -EINVAL }, { "al", -EINVAL },
		{ "n", -EINVAL }, { "1-2-3", -EINVAL }, { "40", -ERANGE }, { "0-40", -ERANGE },
		{ "41-40", -EINVAL }, { "4294967294", -ERANGE }, { "4294967295", -EINVAL }, { "4294967296", -EOVERFLOW },
		{ "99999999999999999999", -EOVERFLOW }, { "0-4294967296", -EOVERFLOW },
	};
	MAP(map, 40);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bitmap_fill(map, 40);
		expect(bitmap_parselist(cases[i].list, map, 40) == cases[i].err);
		expect(cases[i].err || *map == cases[i].bits);
	}
}

void test_min_max_and_math(void)
{
	static const int constant = ilog2(4096);
	u64 n = 1ull << 40;
	int i = 1, j;

	expect(constant == 12 && ilog2(n) == 40 && ilog2(n - 1) == 39);
	j = max(i++, 0);
	expect(j == 1 && i == 2);
	expect(min(3u, 4u) == 3 && min_t(int, -1, 5u) == -1 && max_t(bool, 1, 0) == 1);
	swap(i, j);
	expect(i == 1 && j == 2);
	expect(div_u64(n, 3) == n / 3 && round_up(5, 4) == 8 && round_up(8, 4) == 8);
	expect(mul_u64_u64_div_u64(n, n, 2 * n) == n / 2);
}

void test_overflow_checks(void)
{
	struct flex {
		int n;
		long v[];
	} *p = NULL;
	size_t size;
	int i;

	expect(check_add_overflow(INT_MAX, 1, &i) && !check_add_overflow(2, 3, &i) && i == 5);
	expect(check_mul_overflow(SIZE_MAX, 2ul, &size));
	expect(size_mul(SIZE_MAX, 2) == SIZE_MAX && size_add(SIZE_MAX, 1) == SIZE_MAX);
	expect(struct_size(p, v, 3) == sizeof(*p) + 24);
	expect(struct_size(p, v, (size_t)SIZE_MAX / 4) == SIZE_MAX);
}

void test_hashes_spread(void)
{
	unsigned int i, bucket, fullest = 0;
	unsigned int counts[3][64] = { { 0 } };

	for (i = 0; i < 6400; i++) {
		counts[0][hash_32(i, 6)]++;
		counts[1][hash_64((u64)i << 12, 6)]++;
		counts[2][jhash(&i, sizeof(i), 7) & 63]++;
	}
	for (i = 0; i < 3; i++)
		for (bucket = 0; bucket < 64; bucket++)
			fullest = max(fullest, counts[i][bucket]);
	/* 100 in each on average, and never nearly all in one place */
	expect(fullest < 200);
	expect(hash_long(1, 1) < 2);
}

void test_jhash_knows_no_alignment(void)
{
	unsigned char text[64];
	unsigned int len, at;
	u32 hash;

	for (len = 0; len < 40; len++) {
		for (at = 0; at < len; at++)
			text[at] = (unsigned char)(at * 37);
		hash = jhash(text, len, 5);
		for (at = 1; at < 8; at++) {
			memmove(text + at, text + at - 1, len);
			expect(jhash(text + at, len, 5) == hash);
			expect(len == 0 || jhash(text + at, len, 6) != hash);
		}
	}
}
