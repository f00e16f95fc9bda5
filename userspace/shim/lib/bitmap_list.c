// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bitmap_parselist(): lists like "0-3,5,8-15:2/4,N".
 *
 * Regions are separated by commas and white space, as many as there are; an end
 * of line ends the list. A region is a number, a range or "all", a range may
 * have a pattern ":used/group", and N stands for the last bit.
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/errno.h>

struct region {
	unsigned int	first, last;
	unsigned int	used, group;	/* the first `used` bits of each group */
};

static bool at_end(char c)
{
	return !c || c == '\n';
}

static bool between(char c)
{
	return c == ',' || isspace(c);
}

/* Parse the number at *@at, which moves behind it: 0, or an errno. */
static int take_number(const char **at, unsigned int last, unsigned int *number)
{
	unsigned int n = 0;
	bool overflow = false;

	if (**at == 'N') {
		++*at;
		*number = last;
		return 0;
	}
	if (!isdigit(**at))
		return -EINVAL;
	for (; isdigit(**at); ++*at) {
		overflow |= __builtin_mul_overflow(n, 10u, &n);
		overflow |= __builtin_add_overflow(n, (unsigned int)(**at - '0'), &n);
	}
	*number = n;
	return overflow ? -EOVERFLOW : 0;
}

static bool take_all(const char **at)
{
	const char *s = *at;

	if ((s[0] | 0x20) != 'a' || (s[1] | 0x20) != 'l' || (s[2] | 0x20) != 'l')
		return false;
	*at += 3;
	return true;
}

static int take_region(const char **at, unsigned int last, struct region *r)
{
	int err;

	*r = (struct region){ .last = last };
	if (!take_all(at)) {
		err = take_number(at, last, &r->first);
		if (err)
			return err;
		r->last = r->first;
		if (**at == '-') {
			++*at;
			err = take_number(at, last, &r->last);
			if (err)
				return err;
		} else if (**at == ':') {
			return -EINVAL;
		}
	}
	r->used = r->group = r->last + 1;
	if (**at == ':') {
		++*at;
		err = take_number(at, last, &r->used);
		if (err)
			return err;
		if (*(*at)++ != '/')
			return -EINVAL;
		err = take_number(at, last, &r->group);
		if (err)
			return err;
	}
	return at_end(**at) || between(**at) ? 0 : -EINVAL;
}

int bitmap_parselist(const char *buf, unsigned long *map, int nbits)
{
	unsigned int bit, n = (unsigned int)nbits;
	struct region r;
	int err;

	bitmap_zero(map, n);
	for (;;) {
		while (!at_end(*buf) && between(*buf))
			buf++;
		if (at_end(*buf))
			return 0;
		err = take_region(&buf, n - 1, &r);
		if (err)
			return err;
		if (r.first > r.last || !r.group || r.used > r.group)
			return -EINVAL;
		if (r.last >= n)
			return -ERANGE;
		for (bit = r.first; bit <= r.last; bit++)
			if ((bit - r.first) % r.group < r.used)
				__set_bit(bit, map);
	}
}
