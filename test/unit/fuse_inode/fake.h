/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The surroundings of the request handlers in these tests: below them an engine that has only
 * a tree, references and generations; above them a libfuse that only notes the last reply.
 */
#ifndef TEST_UNIT_FUSE_INODE_FAKE_H
#define TEST_UNIT_FUSE_INODE_FAKE_H

#include "base/base.h"
#include "tasks/tasks.h"
#include "view/view.h"

#define FAKE_TEXT	"1\n22\n333\n"

struct container {
	struct containerfs_root	*root;
	struct container	*parent;
	struct container	*next;		/* in the list of all */
	unsigned long long	 id, generation;
	char			 name[256];
	int			 refs;
	bool			 clone, dead;
	int			 leases;
	unsigned int		 ended;		/* flags of the lease that ended last */
	const char		*link;		/* text of FAKE_LINK; NULL: it is not there */
	unsigned int		 lease_mode;	/* of FAKE_LEASE; its owner is user 10, group 20 */
};

/* nodes of each container but the top, besides those of each */
#define FAKE_LEASE	3
#define FAKE_LINK	4

struct containerfs_root {
	struct container	*top;
	void			*host;
};

/* The engine. Only fake_reset() frees containers, so that a test can read their refs at the end. */
void fake_reset(void);
struct containerfs_root *fake_root(void);
struct container *fake_mkdir(struct container *dir, const char *name);
void fake_remove(struct container *cont);
extern bool fake_armed;			/* poll reports it */
extern uint64_t fake_file_limit;	/* RLIMIT_FSIZE of the writer */
extern bool fake_override;		/* the caller has CAP_DAC_OVERRIDE */
extern unsigned long fake_text_len;	/* so much of FAKE_TEXT can be read */
extern int fake_actors;			/* calls of tasks_actor() */
extern int fake_open_files;
extern int fake_writer;			/* tid of the last write */

/* The last reply. */
struct fake_reply {
	int			 err;
	int			 count;		/* replies so far */
	struct fuse_entry_param	 entry;
	struct stat		 attr;
	double			 attr_timeout;
	struct fuse_file_info	 fi;
	char			 buf[70000];
	size_t			 len;
	unsigned int		 events;
	char			 link[64];
	bool			 fails;		/* the caller of the next entry or open has gone */
};
extern struct fake_reply reply;
extern fuse_ino_t fake_inval;		/* inode of the last notification */
extern int fake_invals, fake_polls;	/* notifications */

/* A request of connection @s by thread @pid, user 0. */
fuse_req_t fake_request(struct super *s, pid_t pid);
/* The same by a user without privilege, who is in @nr groups besides @gid. */
fuse_req_t fake_user_request(struct super *s, uid_t uid, gid_t gid, int nr, const gid_t *groups);
struct fuse_pollhandle *fake_pollhandle(void);
extern int fake_pollhandles;		/* how many exist */

#endif /* TEST_UNIT_FUSE_INODE_FAKE_H */
