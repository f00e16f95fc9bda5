// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A child enters what is held. It may share the caller's memory and have any number of
 * threads beside it, so there are only system calls here; those that set ids are called as
 * such, because the C library's would tell all threads.
 */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib.h"

#ifdef SYS_setresuid32
#define SETGROUPS	SYS_setgroups32
#define SETRESGID	SYS_setresgid32
#define SETRESUID	SYS_setresuid32
#else
#define SETGROUPS	SYS_setgroups
#define SETRESGID	SYS_setresgid
#define SETRESUID	SYS_setresuid
#endif

int enter_hidden(void)
{
	return prctl(PR_SET_DUMPABLE, 0) ? errno : 0;
}

/*
 * The user namespace comes last for whoever has the right over the others, which it would
 * take away; and first for whoever gets the right by it. So twice over the others.
 */
int enter_namespaces(const struct held *held, unsigned int types)
{
	unsigned int left = types & held->types & CONTAINER_NS_ALL & ~CLONE_NEWPID;
	int pass, i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < NS_NR; i++) {
			if (!(left & ns_types[i].type) || i == NS_user)
				continue;
			if (!setns(held->ns[i], (int)ns_types[i].type))
				left &= ~ns_types[i].type;
			else if (errno != EPERM || !(left & CLONE_NEWUSER))
				return errno;
		}
		if (left & CLONE_NEWUSER) {
			if (setns(held->ns[NS_user], CLONE_NEWUSER))
				return errno;
			left &= ~CLONE_NEWUSER;
		}
	}
	return 0;
}

static int enter_root(const struct held *held)
{
	return fchdir(held->root) || chroot(".") || chdir("/") ? errno : 0;
}

/* A session keyring of its own, which has the container's in it. Kernel ids decide. */
static int enter_keyring(const struct held *held)
{
	long own = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

	if (own < 0)
		return errno;
	return syscall(SYS_keyctl, KEYCTL_LINK, held->keyring, KEY_SPEC_SESSION_KEYRING) < 0 ? errno : 0;
}

/*
 * By the caller's ids, before the user namespace, where some may have none and setgroups(2) may
 * be denied. Who has no right to keeps its own.
 */
static int enter_groups(const struct held *held)
{
	return syscall(SETGROUPS, held->nr_groups, held->groups) && errno != EPERM ? errno : 0;
}

/* Who has no id in this namespace would be the overflow user. */
static int enter_cred(const struct held *held)
{
	struct stat st;

	if (fstat(held->owned, &st))
		return errno;
	if ((st.st_uid == 65534 && held->uid != 65534) || (st.st_gid == 65534 && held->gid != 65534))
		return EINVAL;
	if (syscall(SETRESGID, st.st_gid, st.st_gid, st.st_gid))
		return errno;
	return syscall(SETRESUID, st.st_uid, st.st_uid, st.st_uid) ? errno : 0;
}

int enter_held(const struct held *held)
{
	int err = 0;

	if (held->types & CONTAINERFS_HOLD_KEYRING)
		err = enter_keyring(held);
	if (!err && held->types & CONTAINERFS_HOLD_CRED)
		err = enter_groups(held);
	if (!err)
		err = enter_namespaces(held, CONTAINER_NS_ALL);
	if (!err && held->types & CONTAINERFS_HOLD_ROOT)
		err = enter_root(held);
	if (!err && held->types & CONTAINERFS_HOLD_CRED)
		err = enter_cred(held);
	return err;
}
