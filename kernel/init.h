/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The init of a container, and its file, for the rest of the core: see init.c.
 */
#ifndef _CONTAINERFS_INIT_H
#define _CONTAINERFS_INIT_H

#include "init_host.h"
#include "cftype.h"

struct container_init_info {
	enum containerfs_init_state	state;
	int				pid;	/* for the reader; 0: none runs, or not seen */
	struct container_end		end;	/* once it has exited */
};

/* What is known of the init of @cont.  No lock, may sleep. */
void container_init_get(struct container *cont, const struct container_actor *reader,
			struct container_init_info *info);

/* the handlers of container.init */
int container_init_show(struct seq_file *m, struct container_subsys_state *css);
int container_init_write(struct container_subsys_state *css, struct container_file *file,
			 char *buf, size_t len);
u32 *container_init_events(struct container_subsys_state *css);
unsigned int container_init_poll(struct container_subsys_state *css);

#endif /* _CONTAINERFS_INIT_H */
