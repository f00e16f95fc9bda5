// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for a reader; a buffer that is too small is always noticed, and never overrun.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tests.h"

static char *start(struct seq_file *m, size_t size)
{
	memset(m, 0, sizeof(*m));
	/* a buffer of its own size, so that the address sanitiser guards its end */
	m->buf = kmalloc(size, GFP_KERNEL);
	m->size = size;
	return m->buf;
}

static void finish(struct seq_file *m)
{
	kfree(m->buf);
}

static bool holds(const struct seq_file *m, const char *text)
{
	return m->count == strlen(text) && !memcmp(m->buf, text, m->count);
}

void test_seq_collects(void)
{
	struct seq_file m;
	char *buf;

	start(&m, 64);
	seq_puts(&m, "a");
	seq_putc(&m, 'b');
	seq_printf(&m, "%s=%d\n", "c", -5);
	expect(seq_write(&m, "d\0e", 3) == 0);
	expect(!seq_has_overflowed(&m) && m.count == 10);
	expect(!memcmp(m.buf, "abc=-5\nd\0e", 10));
	expect(seq_get_buf(&m, &buf) == 54 && buf == m.buf + 10);
	memcpy(buf, "xy", 2);
	seq_commit(&m, 2);
	expect(m.count == 12);
	seq_commit(&m, -1);
	expect(seq_has_overflowed(&m) && seq_get_buf(&m, &buf) == 0 && !buf);
	finish(&m);
}

void test_seq_numbers(void)
{
	struct seq_file m;

	start(&m, 200);
	seq_put_decimal_ull(&m, "", 0);
	seq_put_decimal_ull(&m, " ", 9);
	seq_put_decimal_ull(&m, NULL, 10);
	seq_put_decimal_ull(&m, ", ", 99);
	seq_put_decimal_ull(&m, " ", 100);
	seq_put_decimal_ull(&m, " ", ~0ull);
	expect(holds(&m, "0 910, 99 100 18446744073709551615"));
	m.count = 0;
	seq_put_decimal_ull_width(&m, "", 7, 3);
	seq_put_decimal_ull_width(&m, "|", 1234, 3);
	expect(holds(&m, "  7|1234"));
	finish(&m);
}

static void show(struct seq_file *m)
{
	seq_put_decimal_ull(m, "", 12345);
	seq_putc(m, '\n');
	seq_puts(m, "name");
	seq_printf(m, " %d", 678);
	seq_write(m, "\n", 1);
	seq_put_decimal_ull(m, " ", 9);
}

/* For each size either all of the text is there, or the overflow is reported. */
void test_seq_overflow_at_every_size(void)
{
	static const char text[] = "12345\nname 678\n 9";
	size_t size, len = sizeof(text) - 1;
	struct seq_file m;
	bool fitted = false;

	for (size = 1; size < 40; size++) {
		start(&m, size);
		show(&m);
		expect(m.count <= m.size);
		if (!seq_has_overflowed(&m)) {
			expect(holds(&m, text));
			fitted = true;
		} else {
			/* once it fits, more room does no harm */
			expect(!fitted && size <= len + 3);
		}
		finish(&m);
	}
	expect(fitted);
}

void test_seq_overflow_sticks(void)
{
	struct seq_file m;

	start(&m, 8);
	seq_puts(&m, "12345678");
	expect(seq_has_overflowed(&m));
	seq_puts(&m, "");
	seq_putc(&m, 'x');
	seq_printf(&m, "%d", 1);
	seq_put_decimal_ull(&m, "", 1);
	expect(seq_write(&m, "", 0) == -1);
	expect(seq_has_overflowed(&m) && m.count == 8);
	m.count = 7;
	seq_putc(&m, 'x');
	expect(seq_has_overflowed(&m) && m.buf[7] == 'x');
	finish(&m);
}

void test_seq_decimal_boundaries(void)
{
	unsigned long long n = 1;
	struct seq_file m;
	char text[32];
	int i;

	start(&m, 64);
	for (i = 0; i < 20; i++, n *= 10) {
		m.count = 0;
		seq_put_decimal_ull(&m, "", n);
		snprintf(text, sizeof(text), "%llu", n);
		expect(holds(&m, text));
		m.count = 0;
		seq_put_decimal_ull(&m, "", n - 1);
		snprintf(text, sizeof(text), "%llu", n - 1);
		expect(holds(&m, text));
	}
	for (i = 0; i < 20000; i++) {
		n = ((unsigned long long)random_next() << 32 | random_next()) >> (i % 64);
		m.count = 0;
		seq_put_decimal_ull(&m, "", n);
		snprintf(text, sizeof(text), "%llu", n);
		expect(holds(&m, text));
	}
	finish(&m);
}

void test_seq_escapes(void)
{
	struct seq_file m;

	start(&m, 64);
	seq_escape(&m, " a\\b\n", " \n\\");
	expect(holds(&m, "\\040a\\134b\\012"));
	m.count = 0;
	seq_show_option(&m, "a=b", "c=d, e");
	seq_show_option(&m, "f", NULL);
	expect(holds(&m, ",a\\075b=c=d\\054\\040e,f"));
	finish(&m);
}
