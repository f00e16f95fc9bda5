/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text for a reader, gathered in one buffer. The caller of a show function supplies buf and
 * size, and starts with count 0. If seq_has_overflowed() afterwards, the caller doubles the
 * buffer and starts again. An overflow sets count to size, so later output changes nothing.
 */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

#include <linux/types.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/bug.h>
#include <linux/mutex.h>

struct file;
struct seq_file;

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

struct seq_file {
	char *buf;
	size_t size;
	size_t from;
	size_t count;
	size_t pad_until;
	loff_t index;
	loff_t read_pos;
	struct mutex lock;
	const struct seq_operations *op;
	int poll_event;
	const struct file *file;
	void *private;
};

static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}

/* The free part of the buffer; seq_commit() tells how much of it was used. */
static inline size_t seq_get_buf(struct seq_file *m, char **bufp)
{
	BUG_ON(m->count > m->size);
	*bufp = m->count < m->size ? m->buf + m->count : NULL;
	return m->size - m->count;
}

static inline void seq_commit(struct seq_file *m, int num)
{
	if (num < 0) {
		m->count = m->size;
	} else {
		BUG_ON(m->count + num > m->size);
		m->count += num;
	}
}

__printf(2, 3) void seq_printf(struct seq_file *m, const char *fmt, ...);
__printf(2, 0) void seq_vprintf(struct seq_file *m, const char *fmt, va_list args);
void seq_putc(struct seq_file *m, char c);
void seq_puts(struct seq_file *m, const char *s);
/* 0, or -1 if the text did not fit. */
int seq_write(struct seq_file *m, const void *data, size_t len);
/* These put delimiter, which may be NULL, in front. */
void seq_put_decimal_ull_width(struct seq_file *m, const char *delimiter,
			       unsigned long long num, unsigned int width);
void seq_put_decimal_ull(struct seq_file *m, const char *delimiter,
			 unsigned long long num);
/* Bytes of esc, backslash included only if it is there, come out in octal. */
void seq_escape(struct seq_file *m, const char *s, const char *esc);

/* One mount option, in the form of the mount table. */
static inline void seq_show_option(struct seq_file *m, const char *name, const char *value)
{
	seq_putc(m, ',');
	seq_escape(m, name, ",= \t\n\\");
	if (value) {
		seq_putc(m, '=');
		seq_escape(m, value, ", \t\n\\");
	}
}

#endif /* _LINUX_SEQ_FILE_H */
