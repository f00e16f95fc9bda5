// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device checks: a probe at the entry of devcgroup_check_permission().
 *
 * The kernel calls the function whenever a device is to be opened or its node made, to ask
 * BPF and its own devices controller. If the engine denies the access, the probe makes the
 * function return -EPERM at once; else the function goes on, so that the kernel's own rules
 * stay in force.
 *
 * The probe is at the entry, because a return probe has a limited number of instances, and
 * misses the calls for which there is none. On an ftrace site it has no post handler,
 * because one would get in the way of the probes of others there. Elsewhere it has an empty
 * one, which keeps the kernel from optimizing the probe into a jump, because a jump could
 * not make the function return.
 *
 * The probe is registered only while a task may be restricted. It runs where nothing may
 * sleep.
 */
#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "devices_host.h"
#include "vfs.h"

#define DEVICE_CHECK	"devcgroup_check_permission"

/* Runs instead of the function, and returns at once; check_entry() has set the value. */
static noinline notrace void just_return(void)
{
	barrier();
}
NOKPROBE_SYMBOL(just_return);

static int check_entry(struct kprobe *p, struct pt_regs *regs)
{
	struct container_device_rule want = {
		.type	= (short)regs_get_kernel_argument(regs, 0),
		.major	= (u32)regs_get_kernel_argument(regs, 1),
		.minor	= (u32)regs_get_kernel_argument(regs, 2),
		.access	= (short)regs_get_kernel_argument(regs, 3),
	};

	if (!container_device_permission((unsigned long)current, &want))
		return 0;
	regs_set_return_value(regs, -EPERM);
	instruction_pointer_set(regs, (unsigned long)just_return);
	return 1;
}

static void check_post(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe check_probe;
static bool possible, on_ftrace;	/* set at load */
static bool checked;			/* the probe was enabled since the module was loaded */

/* All is set anew, because the address of a removed probe must not be left in it. */
static int probe_register(u32 flags)
{
	check_probe = (struct kprobe){
		.symbol_name	= DEVICE_CHECK,
		.pre_handler	= check_entry,
		.post_handler	= on_ftrace ? NULL : check_post,
		.flags		= flags,
	};
	return register_kprobe(&check_probe);
}

static const char *devices_describe(void)
{
	return possible ? "enforced: at " DEVICE_CHECK ", beside the kernel's own rules" :
			  "unsupported: this kernel has no " DEVICE_CHECK " to probe";
}

static int devices_start(void)
{
	int ret = possible ? probe_register(0) : -ENOENT;

	if (ret)
		return ret == -ENOMEM ? ret : -EOPNOTSUPP;
	checked = true;
	return 0;
}

static void devices_stop(void)
{
	unregister_kprobe(&check_probe);
}

/* The engine is asked each time, so it need not tell the rules. */
const struct devices_host_ops devices_host = {
	.describe	= devices_describe,
	.start		= devices_start,
	.stop		= devices_stop,
};

/* The probe is not armed: it only shows whether the kernel can have one. */
void __init containerfs_devices_init(void)
{
	possible = !probe_register(KPROBE_FLAG_DISABLED);
	if (!possible)
		return;
	on_ftrace = check_probe.flags & KPROBE_FLAG_FTRACE;
	unregister_kprobe(&check_probe);
}

/* A task may still be inside just_return(). */
void containerfs_devices_exit(void)
{
	if (checked)
		synchronize_rcu_tasks();
}
