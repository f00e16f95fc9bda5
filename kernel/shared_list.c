// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of ids, which open files share.  Equal lists are one, and all lists together
 * take container_lists_max bytes at most, however many files are open and however
 * often their contents change.
 *
 * An open file keeps the list that it began to read, so that its reader sees one state.
 * When the lists take more than the limit, the list that was not read for the longest
 * time loses its text.  A reader of such a list goes on, as with cgroup v1, with the ids
 * behind the last one that it got, of the list as it is then (file.c).  The newest list
 * never loses its text, so a list that is larger than the limit can be read, too.
 *
 * Lists are compared by hash under the lock, then by text without it.  The worst that
 * this can cause is a list that is not shared.
 */
#include <linux/jhash.h>

#include "cftype.h"

#define LIST_BITS	8

size_t container_lists_max = 16 << 20;

/* All under container_lock. */
static struct hlist_head lists[1 << LIST_BITS];
static LIST_HEAD(lists_by_use);			/* lists with a text, longest unused first */
static size_t lists_bytes;			/* of these texts */

static struct hlist_head *list_bucket(u32 hash)
{
	return &lists[hash_32(hash, LIST_BITS)];
}

static size_t text_bytes(const struct container_text *text)
{
	return sizeof(*text) + text->len + 1;
}

/* Take the text away from @list; the caller puts it without the lock.  NULL: it has none. */
static struct container_text *list_take_text(struct container_list *list)
{
	struct container_text *text = list->text;

	lockdep_assert_held(&container_lock);
	if (text) {
		list->text = NULL;
		hlist_del(&list->same_hash);
		list_del(&list->by_use);
		lists_bytes -= text_bytes(text);
	}
	return text;
}

/* Take away texts until the limit is kept, or only @list has one. */
static void lists_make_room(const struct container_list *list)
{
	struct container_text *text;
	struct container_list *oldest;

	do {
		text = NULL;
		spin_lock(&container_lock);
		oldest = list_first_entry_or_null(&lists_by_use, struct container_list, by_use);
		if (lists_bytes > container_lists_max && oldest && oldest != list)
			text = list_take_text(oldest);
		spin_unlock(&container_lock);
		container_text_put(text);
	} while (text);
}

static struct container_list *list_like(const struct container_text *text, u32 hash)
{
	struct container_list *list;

	spin_lock(&container_lock);
	hlist_for_each_entry(list, list_bucket(hash), same_hash) {
		if (list->hash == hash && list->text->len == text->len) {
			refcount_inc(&list->refs);
			goto out;
		}
	}
	list = NULL;
out:
	spin_unlock(&container_lock);
	return list;
}

struct container_list *container_list_make(struct container_text *text)
{
	u32 hash = jhash(text->data, text->len, 0);
	struct container_list *list = list_like(text, hash);
	struct container_text *other = list ? container_list_text(list) : NULL;

	if (other && !memcmp(other->data, text->data, text->len)) {
		container_text_put(other);
		container_text_put(text);
		return list;
	}
	container_text_put(other);
	container_list_put(list);

	list = kmalloc(sizeof(*list), GFP_KERNEL);
	if (!list) {
		container_text_put(text);
		return NULL;
	}
	refcount_set(&list->refs, 1);
	list->hash = hash;
	list->text = text;
	spin_lock(&container_lock);
	hlist_add_head(&list->same_hash, list_bucket(hash));
	list_add_tail(&list->by_use, &lists_by_use);
	lists_bytes += text_bytes(text);
	spin_unlock(&container_lock);
	lists_make_room(list);
	return list;
}

struct container_text *container_list_text(struct container_list *list)
{
	struct container_text *text;

	spin_lock(&container_lock);
	text = list->text;
	if (text) {
		refcount_inc(&text->refs);
		list_move_tail(&list->by_use, &lists_by_use);
	}
	spin_unlock(&container_lock);
	return text;
}

void container_list_put(struct container_list *list)
{
	struct container_text *text;

	if (!list)
		return;
	/* Under the lock, because list_like() takes references of lists that it finds. */
	spin_lock(&container_lock);
	if (!refcount_dec_and_test(&list->refs)) {
		spin_unlock(&container_lock);
		return;
	}
	text = list_take_text(list);
	spin_unlock(&container_lock);
	container_text_put(text);
	kfree(list);
}
