// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keyrings of containers.
 *
 * A keyring is the kernel's, and has no other link than the reference that is kept here, so
 * it is there while its container holds it. Root may look, search and link it; a process
 * that has linked it to its session keyring possesses it, and so do its children. The
 * container lets go of it by revoking it, so that no process which has linked it can use
 * the keys any longer.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/xarray.h>

#include "vfs.h"

#ifdef CONFIG_KEYS

static DEFINE_XARRAY(keyrings);		/* struct key by serial number; a reference each */

#define KEYRING_PERM	(KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_LINK)

int containerfs_keyring_new(const char *description)
{
	struct key *key;
	int ret;

	key = keyring_alloc(description, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
			    KEYRING_PERM, 0, NULL, NULL);
	if (IS_ERR(key))
		return PTR_ERR(key);
	ret = xa_insert(&keyrings, key_serial(key), key, GFP_KERNEL);
	if (ret) {
		key_put(key);
		return ret;
	}
	return key_serial(key);
}

void containerfs_keyring_put(int serial)
{
	struct key *key = xa_erase(&keyrings, serial);

	key_revoke(key);
	key_put(key);
}

#else /* CONFIG_KEYS */

int containerfs_keyring_new(const char *description)
{
	return -EOPNOTSUPP;
}

void containerfs_keyring_put(int serial)
{
}

#endif /* CONFIG_KEYS */
