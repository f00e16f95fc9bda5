/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash tables of a fixed size, a power of two: arrays of hlist heads. A key is
 * an integer; two keys may share a bucket, so the caller compares.
 */
#ifndef _LINUX_HASHTABLE_H
#define _LINUX_HASHTABLE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/hash.h>
#include <linux/rculist.h>

#define DEFINE_HASHTABLE(name, bits) \
	struct hlist_head name[1 << (bits)] = \
		{ [0 ... ((1 << (bits)) - 1)] = HLIST_HEAD_INIT }

#define HASH_SIZE(name)		(ARRAY_SIZE(name))
#define HASH_BITS(name)		ilog2(HASH_SIZE(name))
#define hash_min(val, bits) \
	(sizeof(val) <= 4 ? hash_32(val, bits) : hash_long(val, bits))

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

static inline void hash_del_rcu(struct hlist_node *node)
{
	hlist_del_init_rcu(node);
}

#define __shim_bucket(table, key) (&(table)[hash_min(key, HASH_BITS(table))])
#define hash_add(table, node, key) \
	hlist_add_head(node, __shim_bucket(table, key))
#define hash_add_rcu(table, node, key) \
	hlist_add_head_rcu(node, __shim_bucket(table, key))

#define __shim_each_bucket(name, bkt, obj) \
	for ((bkt) = 0, obj = NULL; \
	     !obj && (size_t)(bkt) < HASH_SIZE(name); (bkt)++)
#define hash_for_each(name, bkt, obj, member) \
	__shim_each_bucket(name, bkt, obj) \
		hlist_for_each_entry(obj, &(name)[bkt], member)
#define hash_for_each_safe(name, bkt, tmp, obj, member) \
	__shim_each_bucket(name, bkt, obj) \
		hlist_for_each_entry_safe(obj, tmp, &(name)[bkt], member)

#define hash_for_each_possible(name, obj, member, key) \
	hlist_for_each_entry(obj, __shim_bucket(name, key), member)
#define hash_for_each_possible_rcu(name, obj, member, key, cond...) \
	hlist_for_each_entry_rcu(obj, __shim_bucket(name, key), member, ##cond)

#endif /* _LINUX_HASHTABLE_H */
