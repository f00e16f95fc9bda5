// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine's ns subsystem asks of this host: struct ns_host_ops.
 */
#include <stdio.h>

#include "bpf/task_events.h"
#include "hold.h"
#include "limits.h"
#include "link.h"

static const char *ns_describe(void)
{
	static char text[96];

	snprintf(text, sizeof(text), "enforced: clones seen by %s",
		 te ? task_events_unshare_hook(te) : "none");
	return text;
}

const struct ns_host_ops ns_host = {
	.describe	= ns_describe,
	.charge_user	= limits_charge_user,
	.uncharge_user	= limits_uncharge_user,
	.stays		= limits_stays,
	.hold		= hold_own,
	.hold_fd	= hold_fd,
	.hold_put	= hold_put,
	.hold_link	= hold_link,
	.cred		= hold_cred,
	.keyring_new	= hold_keyring_new,
	.keyring_put	= hold_keyring_put,
};
