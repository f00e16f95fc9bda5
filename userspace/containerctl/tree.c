// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl tree: containers as a tree, with the tasks in each and what
 * these run, so that one look says which sandbox is which.
 */
#include "containerctl.h"

int cmd_tree(int argc, char **argv)
{
	return show_containers(argc, argv, "NAME,TASKS,COMMANDS", true);
}
