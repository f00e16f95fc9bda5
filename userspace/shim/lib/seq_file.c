// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text into a buffer that may turn out too small.
 *
 * Numbers are the hot path, because a list of tasks has thousands of them. They are written
 * two digits at a time from a table, straight into the buffer.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>

/* Digits of the largest u64. */
#define MAX_DIGITS	20

static const char pairs[] =
	"00010203040506070809" "10111213141516171819"
	"20212223242526272829" "30313233343536373839"
	"40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879"
	"80818283848586878889" "90919293949596979899";

static void set_overflow(struct seq_file *m)
{
	m->count = m->size;
}

/* True if len bytes and one more fit, as the kernel requires for strings. */
static bool fits(const struct seq_file *m, size_t len)
{
	return m->count + len < m->size;
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	int len;

	if (m->count >= m->size) {
		set_overflow(m);
		return;
	}
	len = vsnprintf(m->buf + m->count, m->size - m->count, fmt, args);
	if (fits(m, (size_t)len))
		m->count += (size_t)len;
	else
		set_overflow(m);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

/* The last byte may be used: a full buffer has overflowed. */
void seq_putc(struct seq_file *m, char c)
{
	if (m->count < m->size)
		m->buf[m->count++] = c;
}

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (!fits(m, len)) {
		set_overflow(m);
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

static void put_delimiter(struct seq_file *m, const char *delimiter)
{
	if (!delimiter || !delimiter[0])
		return;
	if (!delimiter[1])
		seq_putc(m, delimiter[0]);
	else
		seq_puts(m, delimiter);
}

/* Writes num so that it ends before end; returns where it begins. */
static char *digits_before(char *end, unsigned long long num)
{
	unsigned int pair;

	while (num >= 100) {
		pair = (unsigned int)(num % 100);
		num /= 100;
		end -= 2;
		memcpy(end, pairs + 2 * pair, 2);
	}
	if (num >= 10) {
		end -= 2;
		memcpy(end, pairs + 2 * num, 2);
	} else {
		*--end = (char)('0' + num);
	}
	return end;
}

void seq_put_decimal_ull_width(struct seq_file *m, const char *delimiter,
			       unsigned long long num, unsigned int width)
{
	char text[MAX_DIGITS], *digits;
	size_t len, pad;

	/* Kernel: room for a delimiter and a digit, before anything is written. */
	if (m->count + 2 >= m->size) {
		set_overflow(m);
		return;
	}
	put_delimiter(m, delimiter);
	if (num < 10 && width <= 1 && m->count + 1 < m->size) {
		m->buf[m->count++] = (char)('0' + num);
		return;
	}
	digits = digits_before(text + MAX_DIGITS, num);
	len = (size_t)(text + MAX_DIGITS - digits);
	pad = width > len ? width - len : 0;
	if (!fits(m, pad + len)) {
		set_overflow(m);
		return;
	}
	memset(m->buf + m->count, ' ', pad);
	memcpy(m->buf + m->count + pad, digits, len);
	m->count += pad + len;
}

void seq_put_decimal_ull(struct seq_file *m, const char *delimiter,
			 unsigned long long num)
{
	seq_put_decimal_ull_width(m, delimiter, num, 0);
}

void seq_escape(struct seq_file *m, const char *s, const char *esc)
{
	char octal[4];
	unsigned char c;

	for (; *s; s++) {
		c = (unsigned char)*s;
		if (!strchr(esc, c)) {
			if (seq_write(m, s, 1))
				return;
			continue;
		}
		octal[0] = '\\';
		octal[1] = (char)('0' + (c >> 6));
		octal[2] = (char)('0' + ((c >> 3) & 7));
		octal[3] = (char)('0' + (c & 7));
		if (seq_write(m, octal, 4))
			return;
	}
}
