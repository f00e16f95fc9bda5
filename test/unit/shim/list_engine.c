// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists and hash tables.
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/list.h>

#include "tests.h"

struct item {
	int value;
	struct list_head list;
	struct hlist_node node;
};

static struct item items[64];

static LIST_HEAD(head);
static LIST_HEAD(other);

static void fill(struct list_head *list, int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		items[i].value = i;
		list_add_tail(&items[i].list, list);
	}
}

/* True if the list holds the digits of text, walked both ways. */
static bool holds(struct list_head *list, const char *text)
{
	const char *c = text;
	struct item *item;

	list_for_each_entry(item, list, list)
		if (*c++ != '0' + item->value)
			return false;
	if (*c)
		return false;
	list_for_each_entry_reverse(item, list, list)
		if (*--c != '0' + item->value)
			return false;
	return c == text;
}

void test_list_order(void)
{
	expect(list_empty(&head) && !list_first_entry_or_null(&head, struct item, list));
	fill(&head, 0, 4);
	expect(holds(&head, "0123") && !list_empty(&head));
	list_move_tail(&items[0].list, &head);
	expect(holds(&head, "1230"));
	list_move_tail(&items[1].list, &items[3].list);
	expect(holds(&head, "2130"));
	expect(list_first_entry_or_null(&head, struct item, list) == &items[2]);
	expect(list_last_entry(&head, struct item, list) == &items[0]);
	expect(list_next_entry(&items[2], list) == &items[1]);
	expect(list_prev_entry(&items[0], list) == &items[3]);
	expect(list_is_first(&items[2].list, &head) && !list_is_first(&items[0].list, &head));
	list_del_init(&items[1].list);
	expect(list_empty(&items[1].list) && holds(&head, "230"));
	list_del(&items[3].list);
	expect(holds(&head, "20"));
}

void test_list_splicing(void)
{
	fill(&head, 0, 2);
	fill(&other, 4, 6);
	list_splice_init(&other, &head);
	expect(holds(&head, "4501") && list_empty(&other));
	list_splice_init(&other, &head);
	expect(holds(&head, "4501"));
}

void test_list_walk_and_delete(void)
{
	struct item *item, *tmp;

	fill(&head, 0, 8);
	list_for_each_entry_safe(item, tmp, &head, list)
		if (item->value % 2) {
			list_del(&item->list);
			item->value = -1;
		}
	expect(holds(&head, "0246"));
	list_for_each_entry_safe(item, tmp, &head, list)
		list_del_init(&item->list);
	expect(list_empty(&head));
}

void test_list_del_twice(void)
{
	fill(&head, 0, 3);
	list_del(&items[1].list);
	list_del(&items[1].list);
}

void test_list_add_twice(void)
{
	fill(&head, 0, 3);
	list_add_tail(&items[2].list, &head);
}

void test_hlist_order(void)
{
	struct hlist_head chain = HLIST_HEAD_INIT;
	struct item *item;
	int left = 3;

	expect(hlist_unhashed(&items[0].node));
	hlist_add_head(&items[0].node, &chain);
	hlist_add_head(&items[1].node, &chain);
	hlist_add_head(&items[2].node, &chain);
	hlist_for_each_entry(item, &chain, node)
		expect(item == &items[--left]);
	expect(left == 0 && !hlist_unhashed(&items[1].node));
	hlist_del_init(&items[2].node);
	hlist_del_init(&items[2].node);
	expect(chain.first == &items[1].node && hlist_unhashed(&items[2].node));
	hlist_del(&items[1].node);
	expect(chain.first == &items[0].node && !items[0].node.next);
}

void test_hlist_del_twice(void)
{
	struct hlist_head chain = HLIST_HEAD_INIT;

	hlist_add_head(&items[0].node, &chain);
	hlist_del(&items[0].node);
	hlist_del(&items[0].node);
}

static DEFINE_HASHTABLE(table, 3);

static bool is_empty(void)
{
	struct item *item;
	unsigned int bkt;

	hash_for_each(table, bkt, item, node)
		return false;
	return true;
}

void test_hashtable_finds(void)
{
	struct item *item;
	int i, found;

	expect(is_empty() && HASH_SIZE(table) == 8 && HASH_BITS(table) == 3);
	for (i = 0; i < 64; i++) {
		items[i].value = i * 1000;
		hash_add(table, &items[i].node, i * 1000);
	}
	for (i = 0; i < 64; i++) {
		found = 0;
		hash_for_each_possible(table, item, node, i * 1000)
			found += item->value == i * 1000;
		expect(found == 1);
	}
	hash_for_each_possible(table, item, node, 5)
		expect(item->value != 5);
	expect(!is_empty());
}

void test_hashtable_walk_and_delete(void)
{
	struct hlist_node *tmp;
	struct item *item;
	unsigned int bkt;
	u64 seen = 0;
	int i;

	for (i = 0; i < 64; i++) {
		items[i].value = i;
		hash_add(table, &items[i].node, (u64)i << 32);
	}
	hash_for_each(table, bkt, item, node) {
		expect(!(seen & 1ull << item->value));
		seen |= 1ull << item->value;
	}
	expect(seen == ~0ull);
	/* a break out of the walk is the end of it */
	hash_for_each(table, bkt, item, node)
		break;
	expect(item);
	hash_for_each_safe(table, bkt, tmp, item, node)
		hash_del(&item->node);
	expect(is_empty() && hlist_unhashed(&items[7].node));
}
