// SPDX-License-Identifier: GPL-2.0-only
/*
 * devices.bpf.c - the programs that check devices
 *
 * An object of its own, that is loaded only while there are rules. It is given
 * the maps of hooks.bpf.c: the current task's word says its css_group, whose
 * entry says its set of rules.
 *
 * A verdict counts only if word and entry say the same after it was found as
 * before. Entries of both maps are used again once they are deleted; but an id is
 * deleted only when no word has it, and a set when no entry has it, so what was
 * looked at was what was meant. Whoever finds no quiet moment is denied.
 *
 * Two ways to be called, of which the daemon attaches one:
 *
 *	cgroup/dev	on the root of cgroup v2, for every device that is opened or
 *			made; these programs may look into task storage only from
 *			some kernel on (6.1: not)
 *	lsm		inode_permission and inode_mknod, which are called next to
 *			the kernel's own device check; where bpf is among the LSMs
 */
#include "base.bpf.h"

#define DENIED_TRIES	8	/* looks for a quiet moment; then the access is denied */

char LICENSE[] SEC("license") = "GPL";

const volatile te_u32 daemon_tgid;

/* How often the daemon was seen, whom no rule concerns: is this called at all? */
te_u64 seen;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_RULE_SETS_MAX);
	__type(key, u64);
	__type(value, struct te_rules);
} rules SEC(".maps");

struct access {
	u32 type;
	u32 bits;
	u32 major;
	u32 minor;
};

static __always_inline bool same_device(const struct te_rule *rule, const struct access *a)
{
	return rule->type == a->type &&
	       (rule->major == TE_DEVICE_ANY || rule->major == a->major) &&
	       (rule->minor == TE_DEVICE_ANY || rule->minor == a->minor);
}

struct look {
	const struct te_rules *set;
	const struct access *access;
	bool permitted;
};

/* Rule @i of the set; 1: it decides. */
static long look_at(u32 i, void *ctx)
{
	struct look *look = ctx;
	const struct te_rules *set = look->set;
	const struct te_rule *rule;
	u32 bits = look->access->bits;

	if (i >= TE_RULES_MAX)
		return 1;
	rule = &set->rule[i];
	if (!same_device(rule, look->access))
		return 0;
	if (set->deny ? bits & ~rule->access : !(bits & rule->access))
		return 0;
	look->permitted = set->deny;
	return 1;
}

/*
 * As kernel/device_rules.c has it. A loop would be quicker, but takes ten times as
 * long to verify.
 */
static __always_inline bool permits(const struct te_rules *set, const struct access *access)
{
	struct look look = { .set = set, .access = access, .permitted = !set->deny };

	bpf_loop(set->nr, look_at, &look, 0);
	return look.permitted;
}

static __always_inline u64 *my_word(struct task_struct *me)
{
	u64 *word = bpf_task_storage_get(&storage, me, 0, 0);
	u64 key = (u64)me;

	return word && *word ? word : bpf_map_lookup_elem(&words, &key);
}

/* Who opens has not exited: see words.bpf.h. */
static __always_inline u64 id_of(u64 *word)
{
	u64 w = word ? word_read(word) : 0;

	return w & TE_WORD_EXITED ? 0 : te_word_id(w);
}

static __always_inline bool denied(const struct access *a)
{
	struct task_struct *me = bpf_get_current_task_btf();
	u64 id, now, set_id, zero = 0;
	struct te_rules *set;
	struct te_group *g;
	bool ok;
	int i;

	if (me->tgid == daemon_tgid) {
		__sync_fetch_and_add(&seen, 1);
		return false;
	}
	id = id_of(my_word(me));
	for (i = 0; i < DENIED_TRIES; i++) {
		g = bpf_map_lookup_elem(&groups, &id);
		if (!g)	/* of this id BPF and the daemon know nothing but that it is one */
			g = bpf_map_lookup_elem(&groups, &zero);
		if (!g)
			return false;
		set_id = *(volatile u64 *)&g->rules;
		if (!set_id && !id)
			return false;
		set = set_id ? bpf_map_lookup_elem(&rules, &set_id) : NULL;
		ok = set ? permits(set, a) : !set_id;
		full_barrier();
		now = id_of(my_word(me));
		if (now == id && *(volatile u64 *)&g->rules == set_id && (set || !set_id))
			return !ok;
		id = now;
	}
	return true;
}

SEC("cgroup/dev")
int te_device(struct bpf_cgroup_dev_ctx *ctx)
{
	struct access a = {
		.type = ctx->access_type & 0xffff,
		.bits = ctx->access_type >> 16,
		.major = ctx->major,
		.minor = ctx->minor,
	};

	return !denied(&a);
}

/* @dev as the kernel has it inside, type from @mode. 0:0 is overlayfs's, not a device. */
static __always_inline int check_node(u32 mode, u32 dev, u32 bits)
{
	struct access a = { .bits = bits, .major = dev >> 20, .minor = dev & 0xfffff };

	if (!dev)
		return 0;
	if ((mode & S_IFMT) == S_IFCHR)
		a.type = BPF_DEVCG_DEV_CHAR;
	else if ((mode & S_IFMT) == S_IFBLK)
		a.type = BPF_DEVCG_DEV_BLOCK;
	else
		return 0;
	return denied(&a) ? -EPERM : 0;
}

SEC("lsm/inode_permission")
int BPF_PROG(te_inode_permission, struct inode *inode, int mask)
{
	u32 bits = 0;

	if (mask & MAY_READ)
		bits |= BPF_DEVCG_ACC_READ;
	if (mask & MAY_WRITE)
		bits |= BPF_DEVCG_ACC_WRITE;
	return check_node(inode->i_mode, inode->i_rdev, bits);
}

SEC("lsm/inode_mknod")
int BPF_PROG(te_inode_mknod, struct inode *dir, struct dentry *dentry, u16 mode, u32 dev)
{
	return check_node(mode, dev, BPF_DEVCG_ACC_MKNOD);
}
