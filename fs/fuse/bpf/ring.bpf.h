/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of records, and when a record wakes the daemon
 *
 * A program reserves a record before it makes the change that the record reports, because
 * the proof in hooks.bpf.c needs that order. A program that finds no room counts up `lost`
 * instead, makes its change, and counts up `lost_done`; the daemon then rebuilds its
 * replica.
 */
#ifndef _CONTAINERFSD_BPF_RING_BPF_H
#define _CONTAINERFSD_BPF_RING_BPF_H

#include "base.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u64 ring_half = TE_RING_BYTES / 2;

/* Set when a half full ring has woken the daemon; cleared when the daemon has read it. */
te_u32 half_woken;

/* Written by programs, read by the daemon. */
te_u64 lost;
te_u64 lost_done;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TE_RING_BYTES);
} ring SEC(".maps");

static __always_inline void lost_begin(void)
{
	__sync_fetch_and_add(&lost, 1);
	full_barrier();
}

static __always_inline void lost_end(void)
{
	full_barrier();
	__sync_fetch_and_add(&lost_done, 1);
}

/*
 * Reserve a record of @size bytes, then make @change, which says whether there is
 * something to report. The record, to be filled and submitted; NULL if there is nothing
 * to report, or if the ring is full: then `lost` stands in for the record.
 *
 * A macro, because each branch needs a copy of @change of its own: before 6.3 the
 * verifier forgets in a call that it has seen the record to be there.
 */
#define record_change(size, change)					\
({									\
	void *_rec = bpf_ringbuf_reserve(&ring, size, 0);		\
									\
	if (!_rec) {							\
		lost_begin();						\
		(void)(change);						\
		lost_end();						\
	} else if (!(change)) {						\
		bpf_ringbuf_discard(_rec, BPF_RB_NO_WAKEUP);		\
		_rec = NULL;						\
	}								\
	_rec;								\
})

static __always_inline u64 wake_flags(bool wake)
{
	if (!half_woken &&
	    bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= ring_half) {
		half_woken = 1;
		wake = true;
	}
	return wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Wake the daemon without a record. */
static __always_inline void wake_daemon(void)
{
	void *rec = bpf_ringbuf_reserve(&ring, sizeof(u64), 0);

	/* A full ring has woken it already. */
	if (rec)
		bpf_ringbuf_discard(rec, BPF_RB_FORCE_WAKEUP);
}

#endif /* _CONTAINERFSD_BPF_RING_BPF_H */
