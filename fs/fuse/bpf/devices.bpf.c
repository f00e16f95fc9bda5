// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that check accesses to devices
 *
 * This is an object of its own, which the daemon loads only while there are rules. The
 * daemon gives it the maps of hooks.bpf.c: the word of the current task names its
 * css_group, and the entry of the css_group names its set of rules.
 *
 * A verdict counts only if word and entry are the same after it was found as before. The
 * kernel uses entries of both maps again once they are deleted. But the daemon deletes an
 * id only when no word has it, and a set only when no entry has it, so the entries looked
 * at were those that word and entry mean. A task that finds no quiet moment is denied.
 *
 * There are two ways to be called, of which the daemon attaches one:
 *
 *	cgroup/dev	on the root of cgroup v2, for every device that is opened or
 *			made; only newer kernels let such programs look into task
 *			storage (6.1 does not)
 *	lsm		inode_permission and inode_mknod, which the kernel calls next
 *			to its own device check; where bpf is among the LSMs
 */
#include "base.bpf.h"

#define DENIED_TRIES	8	/* looks for a quiet moment; then the access is denied */

char LICENSE[] SEC("license") = "GPL";

const volatile te_u32 daemon_tgid;

/* How often the daemon, whom no rule concerns, has opened a device: does the kernel call us? */
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

/* Look at rule @i of the set; 1: the rule decides. */
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
 * The same verdict as in kernel/device_rules.c. A loop would be quicker, but takes ten
 * times as long to verify.
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

/* The caller has not exited, so a word with TE_WORD_EXITED is not its own: see words.bpf.h. */
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
		if (!g)	/* an id without an entry is under the rules of the top container */
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

/*
 * Check @dev, in the encoding that the kernel has inside; its type is in @mode. overlayfs
 * uses 0:0 for what is no device (a whiteout).
 */
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
