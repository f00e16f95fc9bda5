// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bob Jenkins' lookup3, for bytes.
 *
 * Three words of state take in twelve bytes at a time; the last block, of one
 * to twelve bytes, goes through the final mix instead.
 */
#include <linux/bitops.h>
#include <linux/jhash.h>
#include <linux/string.h>

struct state {
	u32 a, b, c;
};

static void start(struct state *s, u32 bytes, u32 initval)
{
	s->a = s->b = s->c = JHASH_INITVAL + bytes + initval;
}

static void mix(struct state *s)
{
	u32 a = s->a, b = s->b, c = s->c;

	a -= c;  a ^= rol32(c, 4);   c += b;
	b -= a;  b ^= rol32(a, 6);   a += c;
	c -= b;  c ^= rol32(b, 8);   b += a;
	a -= c;  a ^= rol32(c, 16);  c += b;
	b -= a;  b ^= rol32(a, 19);  a += c;
	c -= b;  c ^= rol32(b, 4);   b += a;
	s->a = a;
	s->b = b;
	s->c = c;
}

static u32 finish(struct state *s)
{
	u32 a = s->a, b = s->b, c = s->c;

	c ^= b;  c -= rol32(b, 14);
	a ^= c;  a -= rol32(c, 11);
	b ^= a;  b -= rol32(a, 25);
	c ^= b;  c -= rol32(b, 16);
	a ^= c;  a -= rol32(c, 4);
	b ^= a;  b -= rol32(a, 14);
	c ^= b;  c -= rol32(b, 24);
	return c;
}

u32 jhash(const void *key, u32 length, u32 initval)
{
	const unsigned char *k = key;
	struct state s;
	u32 w[3];

	start(&s, length, initval);
	if (!length)
		return s.c;
	for (; length > 12; length -= 12, k += 12) {
		memcpy(w, k, 12);
		s.a += w[0];
		s.b += w[1];
		s.c += w[2];
		mix(&s);
	}
	memset(w, 0, sizeof(w));
	memcpy(w, k, length);
	s.a += w[0];
	s.b += w[1];
	s.c += w[2];
	return finish(&s);
}
