/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps that hooks.bpf.c shares with devices.bpf.c, and how to read a word in them
 *
 * devices.bpf.c is an object of its own. The daemon gives it these maps of hooks.bpf.c.
 * words.bpf.h says which of `words` and `storage` holds the word of a task.
 */
#ifndef _CONTAINERFSD_BPF_BASE_BPF_H
#define _CONTAINERFSD_BPF_BASE_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct te_slot);
} storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TE_WORDS_MAX);
	__type(key, u64);
	__type(value, struct te_slot);
} words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_GROUPS_MAX);
	__type(key, u64);
	__type(value, struct te_group);
} groups SEC(".maps");

/* A compare-and-swap, because it is fully ordered in BPF; an add without result is not. */
static __always_inline u64 word_read(u64 *word)
{
	return __sync_val_compare_and_swap(word, 0, 0);
}

static __always_inline void full_barrier(void)
{
	u64 on_stack = 0;

	__sync_val_compare_and_swap(&on_stack, 0, 1);
}

#endif /* _CONTAINERFSD_BPF_BASE_BPF_H */
