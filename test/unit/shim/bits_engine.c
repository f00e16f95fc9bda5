// SPDX-License-Identifier: GPL-2.0-only
/*
 * bits_engine.c - sorting, bits, hashes and small arithmetic.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
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

struct odd {
	char bytes[5];
};

static int swaps;

static void swap_odd(void *a, void *b, int size, const void *priv)
{
	struct odd tmp = *(struct odd *)a;

	expect(size == sizeof(struct odd));
	*(struct odd *)a = *(struct odd *)b;
	*(struct odd *)b = tmp;
	swaps++;
}

static int compare_odd(const void *a, const void *b, const void *priv)
{
	int sign = *(const int *)priv;

	return sign * memcmp(a, b, sizeof(struct odd));
}

void test_sort_with_priv(void)
{
	struct odd v[] = { { "dddd" }, { "aaaa" }, { "cccc" }, { "bbbb" } };
	int down = -1;

	sort_r(v, ARRAY_SIZE(v), sizeof(v[0]), compare_odd, swap_odd, &down);
	expect(!strcmp(v[0].bytes, "dddd") && !strcmp(v[3].bytes, "aaaa"));
	expect(swaps > 0);
	down = 1;
	sort_r(v, ARRAY_SIZE(v), sizeof(v[0]), compare_odd, NULL, &down);
	expect(!strcmp(v[0].bytes, "aaaa") && !strcmp(v[3].bytes, "dddd"));
}

void test_bit_operations(void)
{
	DECLARE_BITMAP(map, 130) = { 0 };

	expect(sizeof(map) == 24);
	set_bit(0, map);
	__set_bit(64, map);
	expect(!test_and_set_bit(129, map) && test_and_set_bit(129, map));
	expect(map[0] == 1 && map[1] == 1 && map[2] == 2);
	expect(test_bit(64, map) && !test_bit(65, map));
	expect(test_and_clear_bit(64, map) && !__test_and_clear_bit(64, map));
	change_bit(5, map);
	expect(map[0] == 33);
	clear_bit(0, map);
	__clear_bit(5, map);
	__assign_bit(7, map, true);
	expect(map[0] == 128);
	expect(BIT(3) == 8 && BIT_ULL(40) == 1ull << 40 && GENMASK(7, 4) == 0xf0);
	expect(hweight8(0x1ff) == 8 && hweight32(0xf0f0) == 8 && hweight64(~0ull) == 64);
	expect(ffs(0) == 0 && ffs(8) == 4 && fls(0) == 0 && fls(8) == 4 && fls(~0u) == 32);
	expect(fls64(1ull << 40) == 41 && __ffs(8) == 3 && __fls(9) == 3 && ffz(7) == 3);
	expect(rol32(0x80000001u, 1) == 3 && ror32(3, 1) == 0x80000001u && rol32(5, 0) == 5);
}

void test_bit_searches(void)
{
	DECLARE_BITMAP(map, 200) = { 0 };
	unsigned long bit;
	int n = 0;

	expect(find_first_bit(map, 200) == 200 && find_first_zero_bit(map, 200) == 0);
	__set_bit(3, map);
	__set_bit(63, map);
	__set_bit(64, map);
	__set_bit(199, map);
	expect(find_first_bit(map, 200) == 3 && find_next_bit(map, 200, 4) == 63);
	expect(find_next_bit(map, 200, 65) == 199 && find_next_bit(map, 199, 65) == 199);
	expect(find_next_bit(map, 150, 65) == 150 && find_last_bit(map, 200) == 199);
	expect(find_last_bit(map, 199) == 64 && find_next_zero_bit(map, 200, 63) == 65);
	for_each_set_bit(bit, map, 200) {
		expect(test_bit(bit, map));
		n++;
	}
	expect(n == 4);
	for_each_clear_bit(bit, map, 200)
		n++;
	expect(n == 200);
}

void test_bitmap_operations(void)
{
	DECLARE_BITMAP(a, 100);
	DECLARE_BITMAP(b, 100);
	DECLARE_BITMAP(c, 100);

	bitmap_zero(a, 100);
	bitmap_fill(b, 100);
	expect(bitmap_empty(a, 100) && bitmap_full(b, 100) && bitmap_weight(b, 100) == 100);
	bitmap_set(a, 60, 10);
	expect(bitmap_weight(a, 100) == 10 && bitmap_weight(a, 64) == 4);
	expect(bitmap_subset(a, b, 100) && !bitmap_subset(b, a, 100));
	expect(bitmap_and(c, a, b, 100) && bitmap_equal(a, c, 100));
	expect(!bitmap_andnot(c, a, b, 100) && bitmap_empty(c, 100));
	bitmap_clear(a, 60, 5);
	expect(bitmap_weight(a, 100) == 5 && find_first_bit(a, 100) == 65);
	bitmap_copy(c, a, 100);
	bitmap_or(c, a, b, 100);
	expect(bitmap_full(c, 100) && bitmap_intersects(a, c, 100));
	bitmap_complement(c, a, 100);
	expect(!bitmap_intersects(a, c, 100) && bitmap_weight(c, 100) == 95);
	/* bits behind the end do not count */
	bitmap_zero(c, 100);
	c[1] |= ~0ul << 36;
	expect(bitmap_empty(c, 100) && bitmap_weight(c, 100) == 0);
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
	DECLARE_BITMAP(map, 40);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bitmap_fill(map, 40);
		expect(bitmap_parselist(cases[i].list, map, 40) == cases[i].err);
		expect(cases[i].err || *map == cases[i].bits);
	}
}

void test_logs_and_powers(void)
{
	static const int constant = ilog2(4096);
	u64 n = 1ull << 40;

	expect(constant == 12 && ilog2(n) == 40 && ilog2(n - 1) == 39);
	expect(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(65));
	expect(roundup_pow_of_two(1) == 1 && roundup_pow_of_two(65) == 128);
	expect(roundup_pow_of_two(64) == 64 && rounddown_pow_of_two(65) == 64);
	expect(order_base_2(1) == 0 && order_base_2(5) == 3 && order_base_2(8) == 3);
}

void test_min_max_and_math(void)
{
	int i = 1, j;
	u32 rem;
	u64 n;

	j = max(i++, 0);
	expect(j == 1 && i == 2);
	expect(min(3u, 4u) == 3 && min3(5, 3, 4) == 3 && max3(5, 3, 4) == 5);
	expect(min_t(int, -1, 5u) == -1 && max_t(u8, 255, 1) == 255);
	expect(clamp(7, 1, 5) == 5 && clamp(-7, 1, 5) == 1 && clamp_t(int, 3, 1, 5) == 3);
	swap(i, j);
	expect(i == 1 && j == 2);
	expect(DIV_ROUND_UP(7, 2) == 4 && roundup(7, 5) == 10 && rounddown(7, 5) == 5);
	expect(round_up(5, 4) == 8 && round_down(5, 4) == 4 && DIV_ROUND_CLOSEST(7, 2) == 4);
	expect(ALIGN(5, 4) == 8 && ALIGN_DOWN(5, 4) == 4 && IS_ALIGNED(8, 4));
	expect(abs(-3) == 3 && div_u64(1ull << 40, 3) == (1ull << 40) / 3);
	n = 1000000007;
	expect(do_div(n, 1000) == 7 && n == 1000000);
	expect(div_u64_rem(17, 5, &rem) == 3 && rem == 2 && div64_s64(-17, 5) == -3);
	expect(upper_32_bits(1ull << 33) == 2 && lower_32_bits(~0ull) == ~0u);
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
	expect(check_sub_overflow(0ul, 1ul, &size) && check_mul_overflow(SIZE_MAX, 2ul, &size));
	expect(size_mul(SIZE_MAX, 2) == SIZE_MAX && size_add(SIZE_MAX, 1) == SIZE_MAX);
	expect(struct_size(p, v, 3) == sizeof(*p) + 24);
	expect(struct_size(p, v, (size_t)SIZE_MAX / 4) == SIZE_MAX);
	expect(array_size(6, 7) == 42);
}

void test_hashes_spread(void)
{
	unsigned int i, bucket, fullest = 0;
	unsigned int counts[3][64] = { { 0 } };

	for (i = 0; i < 6400; i++) {
		counts[0][hash_32(i, 6)]++;
		counts[1][hash_64((u64)i << 12, 6)]++;
		counts[2][jhash_1word(i, 7) & 63]++;
	}
	for (i = 0; i < 3; i++)
		for (bucket = 0; bucket < 64; bucket++)
			fullest = max(fullest, counts[i][bucket]);
	/* 100 each on average; nothing near everything in one place */
	expect(fullest < 200);
	expect(hash_ptr(&i, 5) < 32 && hash_long(1, 1) < 2);
}

void test_jhash_knows_no_alignment(void)
{
	unsigned char text[64];
	u32 words[3] = { 1, 2, 3 };
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
	expect(jhash2(words, 3, 9) == jhash(words, 12, 9));
	expect(jhash_1word(1, 0) != jhash_1word(2, 0));
	expect(jhash_2words(1, 2, 0) != jhash_2words(2, 1, 0));
	expect(jhash_3words(1, 2, 3, 0) != jhash_3words(3, 2, 1, 0));
}
