// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl ls: a container and all below it, one a line, parents first;
 * for scripts with --raw or --json.
 */
#include "containerctl.h"

int cmd_ls(int argc, char **argv)
{
	return show_containers(argc, argv, "PATH,TASKS,NCHILDREN,POPULATED", false);
}
