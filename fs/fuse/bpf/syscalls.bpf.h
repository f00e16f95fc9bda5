/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system call that a task is in, or returns from
 *
 * A number names a call only together with the ABI that the task has called by.
 */
#ifndef _CONTAINERFSD_BPF_SYSCALLS_BPF_H
#define _CONTAINERFSD_BPF_SYSCALLS_BPF_H

#include "base.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define NR_UNSHARE		272
#define NR_UNSHARE_X32		(0x40000000 | 272)
#define NR_UNSHARE_IA32		310
#define NR_SETNS		308
#define NR_SETNS_X32		(0x40000000 | 308)
#define NR_SETNS_IA32		346
#define NR_SETAFFINITY		203
#define NR_SETAFFINITY_X32	(0x40000000 | 203)
#define NR_SETAFFINITY_IA32	241
#elif defined(__TARGET_ARCH_arm64)
#define NR_UNSHARE		97
#define NR_UNSHARE_ARM		337
#define NR_SETNS		268
#define NR_SETNS_ARM		375
#define NR_SETAFFINITY		122
#define NR_SETAFFINITY_ARM	241
#define TIF_32BIT		22
#endif

/* Is current in, or returning from, the system call @name of any ABI? @arg: its first argument. */
#if defined(__TARGET_ARCH_x86)
#define is_call(name, regs, arg)					\
	is_call_of(NR_ ## name, NR_ ## name ## _X32, NR_ ## name ## _IA32, regs, arg)

static __always_inline bool is_call_of(u32 native, u32 x32, u32 ia32, struct pt_regs *regs,
				       u64 *arg)
{
	u32 nr = regs->orig_ax;
	bool compat;

	if (nr != native && nr != ia32 && nr != x32)
		return false;
	compat = bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
	*arg = compat ? (u32)regs->bx : regs->di;
	return compat ? nr == ia32 : nr != ia32;
}
#elif defined(__TARGET_ARCH_arm64)
#define is_call(name, regs, arg)	is_call_of(NR_ ## name, NR_ ## name ## _ARM, regs, arg)

static __always_inline bool is_call_of(u32 native, u32 arm, struct pt_regs *regs, u64 *arg)
{
	u32 nr = regs->syscallno;
	bool compat;

	if (nr != native && nr != arm)
		return false;
	compat = bpf_get_current_task_btf()->thread_info.flags >> TIF_32BIT & 1;
	*arg = regs->orig_x0;
	return nr == (compat ? arm : native);
}
#else
#error "which registers hold a system call here?"
#endif

#endif /* _CONTAINERFSD_BPF_SYSCALLS_BPF_H */
