/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl: what create and run make, as their options say.
 */
#ifndef _CONTAINERCTL_CREATION_H
#define _CONTAINERCTL_CREATION_H

#include "containerctl.h"

struct creation {
	const char	*command;	/* for messages */
	const char	*hierarchy;	/* or NULL */
	unsigned int	 flags;		/* CONTAINER_NEW_*, CONTAINER_KEYRING */
	int		 fd[16];	/* namespaces to hold */
	unsigned int	 nr_fds;
	char		*uid_map, *gid_map, *offsets;
	const char	*hostname;
	struct {
		char	*file, *value;
	}		*write;		/* in this order */
	size_t		 nr_writes;
	bool		 devices;	/* a --device was given */
};

extern const struct option_row creation_options[];

void creation_init(struct creation *c, const char *command);
void creation_end(struct creation *c);

enum creation_took { TOOK_NOT, TOOK, TOOK_BAD };
/* Take the option @key with its optarg, if it is one of creation_options[]. Reports TOOK_BAD. */
enum creation_took creation_option(struct creation *c, int key);
/* Is something to be held? */
bool creation_holds(const struct creation *c);
/* Is object_enters() true of what is to be made? */
bool creation_enters(const struct creation *c);
/*
 * Make the container @name in the directory @dir, with the @flags of container_create()
 * besides; its descriptor, or -1. @path is for messages. Reports, unless *@again: errno says
 * that somebody else has made it, or removed or ended what is above.
 */
int creation_make(struct creation *c, int dir, const char *name, unsigned int flags,
		  const char *path, bool *again);
/* What @err of that says. */
const char *create_error(int err);

/* --- limits.c --- */

/* Write @value to @file when the container is made. */
void creation_write(struct creation *c, const char *file, const char *value);
/* "FILE=VALUE", and a rule of --device. These report. */
bool creation_set(struct creation *c, const char *value);
bool creation_device(struct creation *c, const char *value);
/* Write all to the container @cfd. Reports. */
bool creation_apply(const struct creation *c, int cfd, const char *path);

#endif /* _CONTAINERCTL_CREATION_H */
