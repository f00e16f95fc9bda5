/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands around the request handlers in these tests: below them an engine
 * that has a tree, references and generations and nothing else, above them a
 * libfuse that only notes the last reply.
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
	struct container	*next;		/* in all */
	unsigned long long	 id, generation;
	char			 name[256];
	int			 refs;
	bool			 clone, dead;
};

struct containerfs_root {
	struct container	*top;
	void			*host;
};

/* The engine. Containers are freed by fake_reset() only, so that refs can be asked at the end. */
void fake_reset(void);
struct containerfs_root *fake_root(void);
struct container *fake_mkdir(struct container *dir, const char *name);
void fake_remove(struct container *cont);
extern bool fake_armed;			/* poll says so */
extern uint64_t fake_file_limit;	/* of whoever writes */
extern unsigned long fake_text_len;	/* of FAKE_TEXT, what there is to read */
extern int fake_actors;			/* tasks_actor() was asked */
extern int fake_open_files;
extern int fake_writer;			/* tid of the last write */

/* The last reply. */
struct fake_reply {
	int			 err;
	int			 count;		/* of replies so far */
	struct fuse_entry_param	 entry;
	struct stat		 attr;
	double			 attr_timeout;
	struct fuse_file_info	 fi;
	char			 buf[70000];
	size_t			 len;
	unsigned int		 events;
	bool			 fails;		/* the next entry or open finds nobody */
};
extern struct fake_reply reply;
extern fuse_ino_t fake_inval;		/* of the last notification */
extern int fake_invals, fake_polls;	/* notifications */

/* A request of connection @s by thread @pid, user 0. */
fuse_req_t fake_request(struct super *s, pid_t pid);
struct fuse_pollhandle *fake_pollhandle(void);
extern int fake_pollhandles;		/* alive */

#endif /* TEST_UNIT_FUSE_INODE_FAKE_H */
