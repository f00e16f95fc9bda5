// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open control files: open, read, write, poll, release.
 *
 * A read at position 0 makes the whole text, which is kept until the next read at 0.  So
 * one descriptor sees one state, however small its reads are.  A list of ids is shared
 * between open files and may lose its text when too many are kept (shared_list.c).  Then
 * a reader gets the ids behind its last one, of the list as it is now.  A write is one
 * value.  The credentials are those of the opener (as in cgroup v1 since CVE-2021-4197);
 * ids are translated for the task that reads or writes.
 *
 * Errors: -ENODEV once the container is removed, -EINVAL for a direction that
 * the file does not have, -E2BIG for more than CONTAINER_WRITE_MAX bytes.
 */
#include "cftype.h"

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
	if (cftype_is_link(cft))
		return -EINVAL;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	mutex_init(&file->lock);
	file->cft = cft;
	file->node = node;
	file->opener = *opener;

	spin_lock(&container_lock);
	if (container_removed(cont))
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

	if (file->lease)
		container_lease_end(cont, file->lease);
	container_text_put(file->text);
	container_list_put(file->list);
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

/* Let the handler print into a buffer that grows until the whole text fits. */
static struct container_text *container_text_show(struct container_subsys_state *css,
						  struct container_file *file, int *err)
{
	struct seq_file m = { .size = 256, .private = file };
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
			ret = file->cft->show(&m, css);
		} else {
			seq_put_decimal_ull(&m, "", file->cft->read_u64(css));
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

/* Was the container removed, or did a remount take the subsystem of the file away? */
static bool container_file_gone(const struct container_file *file)
{
	return container_is_removed(file->cont) ||
	       container_cftype(file->cont, file->node) != file->cft;
}

/* Have the host told of the next event; its hooks may have to watch the tasks for that. */
static void container_file_arm(struct container_file *file)
{
	struct container *cont = file->cont;
	u64 bit = cftype_armed_bit(file->node);

	lockdep_assert_held(&container_lock);
	if (cont->armed & bit)
		return;
	cont->armed |= bit;
	if (bit & cftype_watched)
		css_groups_changed_below(cont);
}

/*
 * The reader has seen change number @seen.  This arms the file for the next event, because
 * a reader that sleeps in edge-triggered epoll(7) does not poll again before that event.
 */
static void container_file_seen(struct container_subsys_state *css, struct container_file *file,
				u32 seen)
{
	spin_lock(&container_lock);
	file->seen = seen;
	if (file->polled && file->cft->events && !container_file_gone(file)) {
		container_file_arm(file);
		if (*file->cft->events(css) != seen)
			cftype_event(file->cont, file->cft);
	}
	spin_unlock(&container_lock);
}

/* A remount takes away files of subsystems from the top container, and no others. */
static bool container_file_may_go(const struct container_file *file)
{
	return container_is_top(file->cont) && cftype_can_go(file->node);
}

static void container_file_unpin(struct container_file *file)
{
	file->caller = NULL;
	if (container_file_may_go(file))
		up_read(&file->cont->root->css_rwsem);
}

/*
 * What the handlers of @file are given, which stays until container_file_unpin().
 * NULL, and nothing is pinned: the file is gone.  @caller reads or writes.  May sleep;
 * under file->lock.
 */
static struct container_subsys_state *container_file_pin(struct container_file *file,
							 const struct container_actor *caller)
{
	if (container_file_may_go(file))
		down_read(&file->cont->root->css_rwsem);
	file->caller = caller;
	if (!container_file_gone(file))
		return cftype_css(file->cont, file->node);
	container_file_unpin(file);
	return NULL;
}

static int container_file_list(struct container_subsys_state *css, struct container_file *file)
{
	struct container_list *list;
	struct container_text *text;

	/* Other readers may make so many lists meanwhile that this one loses its text at once. */
	do {
		list = file->cft->list(css, file);
		if (!list)
			return -ENOMEM;
		container_list_put(file->list);
		file->list = list;
		text = container_list_text(list);
	} while (!text);
	container_text_put(file->text);
	file->text = text;
	file->next = 0;
	return 0;
}

static int container_file_text(struct container_subsys_state *css, struct container_file *file)
{
	struct container_text *text;
	int ret = -ENOMEM;

	text = container_text_show(css, file, &ret);
	if (!text)
		return ret;
	container_text_put(file->text);
	file->text = text;
	return 0;
}

/* Make the text that is read anew. */
static int container_file_make(struct container_subsys_state *css, struct container_file *file)
{
	return file->cft->list ? container_file_list(css, file) : container_file_text(css, file);
}

static bool cftype_readable(const struct cftype *cft)
{
	return cft->show || cft->read_u64 || cft->list;
}

unsigned long container_file_size(struct container *cont, unsigned int node,
				  const struct container_actor *reader)
{
	struct container_file file = {
		.cont = cont, .cft = container_cftype(cont, node), .node = node, .opener = *reader,
	};
	struct container_subsys_state *css;
	unsigned long len = 0;

	if (!file.cft || !cftype_readable(file.cft))
		return 0;
	mutex_init(&file.lock);
	mutex_lock(&file.lock);
	css = container_file_pin(&file, reader);
	if (css) {
		if (!container_file_make(css, &file))
			len = file.text->len;
		container_file_unpin(&file);
	}
	mutex_unlock(&file.lock);
	mutex_destroy(&file.lock);
	container_text_put(file.text);
	container_list_put(file.list);
	return len;
}

static int container_file_fill_pinned(struct container_subsys_state *css,
				      struct container_file *file)
{
	const struct cftype *cft = file->cft;
	int ret = 0;
	u32 seen = 1;

	if (!cftype_readable(cft))
		return -EINVAL;
	/* For poll, a change from here on is a new one. */
	spin_lock(&container_lock);
	if (container_file_gone(file))
		ret = -ENODEV;
	else if (cft->events)
		seen = *cft->events(css);
	spin_unlock(&container_lock);
	if (!ret)
		ret = container_file_make(css, file);
	/* An empty list does not count as read: so it is with cgroup v1. */
	if (!ret && file->text->len && file->seen != seen)
		container_file_seen(css, file, seen);
	return ret;
}

static int container_file_fill(struct container_file *file, const struct container_actor *reader)
{
	struct container_subsys_state *css = container_file_pin(file, reader);
	int ret;

	if (!css)
		return -ENODEV;
	ret = container_file_fill_pinned(css, file);
	container_file_unpin(file);
	return ret;
}

/* --- a list that was taken away under its reader --- */

/* The id in the line that has @at; *@line is where that line begins, @start the text. */
static int list_id_at(const char *start, const char *at, const char **line)
{
	int id = 0;

	while (at > start && at[-1] != '\n')
		at--;
	*line = at;
	for (; *at >= '0' && *at <= '9'; at++)
		id = id * 10 + (*at - '0');
	return id;
}

/* The position of the first id greater than @id. */
static size_t list_behind(const struct container_text *text, int id)
{
	const char *p = text->data, *end = p + text->len, *line;

	for (; p < end; p = memchr(p, '\n', end - p) + 1)
		if (list_id_at(p, p, &line) > id)
			break;
	return p - text->data;
}

/* The reader took @taken bytes. */
static void list_taken(struct container_file *file, size_t taken)
{
	const char *last = file->at + taken - 1, *line;

	file->last_id = list_id_at(file->from, last, &line);
	file->last_part = *last == '\n' ? 0 : last - line + 1;
	file->next += taken;
}

/*
 * Give the rest of an id that was read in part; else make the list anew, with a base such
 * that the ids behind the last one are at @pos.
 */
static long list_go_on(struct container_file *file, const struct container_actor *reader, u64 pos)
{
	int id = file->last_id, ret;
	unsigned int len;

	if (file->last_part) {
		len = snprintf(file->line, sizeof(file->line), "%d\n", id);
		file->from = file->line;
		file->at = file->line + file->last_part;
		return len - file->last_part;
	}
	ret = container_file_fill(file, reader);
	if (ret)
		return ret;
	file->base = pos - list_behind(file->text, id);
	file->from = file->text->data;
	file->at = file->from + (pos - file->base);
	file->next = pos;
	return file->text->len - (pos - file->base);
}

long container_file_read_begin(struct container_file *file, const struct container_actor *reader,
			       unsigned long long pos, const char **data)
{
	u64 at;
	long ret = 0;

	mutex_lock(&file->lock);
	if (file->rebase)
		file->base = pos;
	else if (!pos || (long long)(pos - file->base) < 0)
		file->base = 0;
	file->rebase = false;
	at = pos - file->base;
	if (at && file->list) {
		file->text = container_list_text(file->list);
		if (!file->text && pos == file->next) {
			ret = list_go_on(file, reader, pos);
			*data = file->at;
			return ret;
		}
		if (!file->text) {
			file->base = 0;
			at = pos;
		}
	}
	/* A text that was read in part is given to its end; only then the removal shows. */
	if (!at || !file->text || (at >= file->text->len && container_file_gone(file)))
		ret = container_file_fill(file, reader);
	if (!ret && at < file->text->len) {
		file->from = file->text->data;
		file->at = *data = file->from + at;
		file->next = pos;
		ret = file->text->len - at;
	}
	return ret;
}

void container_file_read_end(struct container_file *file, unsigned long taken)
{
	if (file->cft->list) {
		if (taken)
			list_taken(file, taken);
		container_text_put(file->text);
		file->text = NULL;
	}
	mutex_unlock(&file->lock);
}

static int container_file_put(struct container_subsys_state *css, struct container_file *file,
			      char *buf, unsigned long len)
{
	const struct cftype *cft = file->cft;
	unsigned long long val;
	int ret;

	/* A write(2) of no bytes changes nothing; an empty line is a value. */
	if (!len)
		return 0;
	if (cft->write)
		return cft->write(css, file, buf, len);
	if (!cft->write_u64)
		return -EINVAL;
	ret = kstrtoull(buf, 0, &val);
	return ret ? ret : cft->write_u64(css, val);
}

long container_file_write(struct container_file *file, const struct container_actor *writer,
			  char *buf, unsigned long len)
{
	struct container_subsys_state *css;
	int ret = -ENODEV;

	if (len > CONTAINER_WRITE_MAX)
		return -E2BIG;
	buf[len] = '\0';
	mutex_lock(&file->lock);
	css = container_file_pin(file, writer);
	if (css) {
		ret = container_file_put(css, file, buf, len);
		container_file_unpin(file);
	}
	mutex_unlock(&file->lock);
	return ret ? ret : (long)len;
}

/* Has the file changed since it was last read?  Under container_lock, and the file is there. */
static bool container_file_changed(const struct container_file *file)
{
	struct container_subsys_state *css = cftype_css(file->cont, file->node);

	return file->seen != (file->cft->events ? *file->cft->events(css) : 1);
}

/*
 * Before its first read a file has always changed.  The files of a removed container
 * report an error, so that no poller waits for ever.
 */
unsigned int container_file_poll(struct container_file *file, _Bool *armed)
{
	unsigned int mask = EVENT_IN | EVENT_OUT | EVENT_RDNORM | EVENT_WRNORM;

	*armed = false;
	spin_lock(&container_lock);
	file->polled = true;
	if (container_file_gone(file) || container_file_changed(file)) {
		mask |= EVENT_ERR | EVENT_PRI;
	} else if (file->cft->events) {
		container_file_arm(file);
		*armed = true;
	}
	if (file->cft->poll && !container_file_gone(file))
		mask |= file->cft->poll(cftype_css(file->cont, file->node));
	spin_unlock(&container_lock);
	return mask;
}
