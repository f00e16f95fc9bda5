// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open control files: open, read, write, poll, release.
 *
 * A read is a text made whole at position 0 and kept until the next read at 0:
 * one descriptor sees one state, however small its reads.  A write is one
 * value.  Credentials are the opener's (as cgroup v1's since CVE-2021-4197);
 * ids are translated for whoever reads or writes.
 *
 * Errors: -ENODEV once the container is removed, -EINVAL for a direction that
 * the file does not have, -E2BIG for more than CONTAINER_WRITE_MAX bytes.
 */
#include "cftype.h"

/* as the system calls have them; not every libc-free build has linux/eventpoll.h */
#define EVENT_IN		0x0001
#define EVENT_PRI	0x0002
#define EVENT_OUT	0x0004
#define EVENT_ERR	0x0008
#define EVENT_RDNORM	0x0040
#define EVENT_WRNORM	0x0100

struct container_text *container_text_alloc(size_t len)
{
	struct container_text *text = kvmalloc(sizeof(*text) + len + 1, GFP_KERNEL);

	if (text) {
		refcount_set(&text->refs, 1);
		text->len = len;
	}
	return text;
}

void container_text_put(struct container_text *text)
{
	if (text && refcount_dec_and_test(&text->refs))
		kvfree(text);
}

int container_file_open(struct container *cont, unsigned int node,
			const struct container_actor *opener,
			struct container_file **filep)
{
	const struct cftype *cft = container_cftype(cont, node);
	struct container_file *file;
	int ret = 0;

	if (!cft)
		return -ENODEV;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	mutex_init(&file->lock);
	file->cft = cft;
	file->node = node;
	file->opener = *opener;

	spin_lock(&container_lock);
	if (container_dead(cont))
		ret = -ENODEV;
	else
		file->cont = container_get(cont);
	spin_unlock(&container_lock);
	if (ret)
		kfree(file);
	else
		*filep = file;
	return ret;
}

void container_file_release(struct container_file *file)
{
	struct container *cont = file->cont;

	container_text_put(file->text);
	mutex_destroy(&file->lock);
	kfree(file);
	container_put(cont);
}

struct container *container_file_container(const struct container_file *file)
{
	return file->cont;
}

unsigned int container_file_node(const struct container_file *file)
{
	return file->node;
}

/* Let @show print into a buffer that grows until all fits. */
static struct container_text *container_text_show(struct container_file *file,
						  const struct container_actor *reader, int *err)
{
	struct seq_file m = { .size = 256 };
	struct container_text *text;
	int ret;

	for (;; m.size *= 2) {
		text = container_text_alloc(m.size);
		if (!text) {
			*err = -ENOMEM;
			return NULL;
		}
		m.buf = text->data;
		m.count = 0;
		if (file->cft->show) {
			ret = file->cft->show(&m, file, reader);
		} else {
			seq_put_decimal_ull(&m, "", file->cft->read_u64(file->cont));
			seq_putc(&m, '\n');
			ret = 0;
		}
		if (ret) {
			container_text_put(text);
			*err = ret;
			return NULL;
		}
		if (!seq_has_overflowed(&m)) {
			text->len = m.count;
			return text;
		}
		container_text_put(text);
	}
}

/* The container is removed, or a remount took the file's subsystem away. */
static bool container_file_gone(const struct container_file *file)
{
	return container_is_dead(file->cont) ||
	       container_cftype(file->cont, file->node) != file->cft;
}

/* The host is to be told of the next event, whose hooks may have to look out for it. */
static void container_file_arm(struct container_file *file)
{
	struct container *cont = file->cont;

	lockdep_assert_held(&container_lock);
	if (cont->armed & (1ull << file->node))
		return;
	cont->armed |= 1ull << file->node;
	css_groups_changed_below(cont);
}

/*
 * What is read from here on is news.  Who sleeps in epoll(7) edge-triggered does not
 * ask again before the next event, so it is this that asks for it.
 */
static void container_file_seen(struct container_file *file, u32 seen)
{
	spin_lock(&container_lock);
	file->seen = seen;
	if (file->polled && file->cft->events && !container_file_gone(file)) {
		container_file_arm(file);
		if (*file->cft->events(file->cont) != seen)
			cftype_event(file->cont, file->cft);
	}
	spin_unlock(&container_lock);
}

/* From here to container_file_let() a remount takes no subsystem away.  Under file->lock. */
static void container_file_hold(const struct container_file *file)
{
	if (container_is_top(file->cont) && cftype_can_go(file->node))
		mutex_lock(&file->cont->root->files_lock);
}

static void container_file_let(const struct container_file *file)
{
	if (container_is_top(file->cont) && cftype_can_go(file->node))
		mutex_unlock(&file->cont->root->files_lock);
}

/* Held. */
static int container_file_fill(struct container_file *file, const struct container_actor *reader)
{
	const struct cftype *cft = file->cft;
	struct container_text *text;
	int ret = 0;
	u32 seen = 1;

	if (!cft->show && !cft->read_u64 && !cft->text)
		return -EINVAL;
	/* What changes from here on is news to poll. */
	spin_lock(&container_lock);
	if (container_file_gone(file))
		ret = -ENODEV;
	else if (cft->events)
		seen = *cft->events(file->cont);
	spin_unlock(&container_lock);
	if (ret)
		return ret;
	ret = -ENOMEM;
	text = cft->text ? cft->text(file, reader) : container_text_show(file, reader, &ret);
	if (!text)
		return ret;
	/* An empty list does not count as read: so it is with cgroup v1. */
	if (text->len && file->seen != seen)
		container_file_seen(file, seen);
	container_text_put(file->text);
	file->text = text;
	return 0;
}

long container_file_read_begin(struct container_file *file, const struct container_actor *reader,
			       unsigned long long pos, const char **data)
{
	long ret = 0;

	mutex_lock(&file->lock);
	if (file->rebase)
		file->base = pos;
	else if (pos < file->base)
		file->base = 0;
	file->rebase = false;
	pos -= file->base;
	/* What was read in part is given to its end, then the container's end shows. */
	if (!pos || !file->text || (pos >= file->text->len && container_file_gone(file))) {
		container_file_hold(file);
		ret = container_file_gone(file) ? -ENODEV : container_file_fill(file, reader);
		container_file_let(file);
	}
	if (!ret && pos < file->text->len) {
		*data = file->text->data + pos;
		ret = file->text->len - pos;
	}
	return ret;
}

void container_file_read_end(struct container_file *file)
{
	mutex_unlock(&file->lock);
}

long container_file_read(struct container_file *file, const struct container_actor *reader,
			 unsigned long long pos, const char **data)
{
	long ret = container_file_read_begin(file, reader, pos, data);

	container_file_read_end(file);
	return ret;
}

long container_file_write(struct container_file *file, const struct container_actor *writer,
			  char *buf, unsigned long len)
{
	const struct cftype *cft = file->cft;
	unsigned long long val;
	int ret;

	if (len > CONTAINER_WRITE_MAX)
		return -E2BIG;
	buf[len] = '\0';
	mutex_lock(&file->lock);
	container_file_hold(file);
	if (container_file_gone(file)) {
		ret = -ENODEV;
	} else if (!len) {
		ret = 0;	/* a write(2) of nothing; an empty line is something */
	} else if (cft->write) {
		ret = cft->write(file, writer, buf, len);
	} else if (cft->write_u64) {
		ret = kstrtoull(buf, 0, &val);
		if (!ret)
			ret = cft->write_u64(file->cont, val);
	} else {
		ret = -EINVAL;
	}
	container_file_let(file);
	mutex_unlock(&file->lock);
	return ret ? ret : (long)len;
}

/*
 * Before its first read a file has always changed.  A removed container's
 * files report an error, so that nobody waits for ever.
 */
unsigned int container_file_poll(struct container_file *file, _Bool *armed)
{
	const struct cftype *cft = file->cft;
	struct container *cont = file->cont;
	unsigned int mask = EVENT_IN | EVENT_OUT | EVENT_RDNORM | EVENT_WRNORM;

	*armed = false;
	spin_lock(&container_lock);
	file->polled = true;
	if (container_file_gone(file) || file->seen != (cft->events ? *cft->events(cont) : 1)) {
		mask |= EVENT_ERR | EVENT_PRI;
	} else if (cft->events) {
		container_file_arm(file);
		*armed = true;
	}
	spin_unlock(&container_lock);
	return mask;
}
