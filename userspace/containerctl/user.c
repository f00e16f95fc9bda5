// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of users, from all that nsswitch.conf(5) names. A static program cannot ask
 * these: front.c has a user_name() of its own.
 */
#include <pwd.h>

#include "containerctl.h"

char *user_name(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return pw ? xstrdup(pw->pw_name) : xasprintf("%u", (unsigned int)uid);
}
