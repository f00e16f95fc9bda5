/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all tests of the engine do: mount, mkdir, read, write
 *
 * A path is relative to a directory, of names joined by '/'; the functions
 * here fail the test unless their comment says that they return an error.
 * Directories are borrowed: a container that tests name stays as long as it
 * is in the tree. sane() is for the end of each step: see inspect.h.
 */
#ifndef TEST_ENGINE_TOOLS_H
#define TEST_ENGINE_TOOLS_H

#include "../cases.h"
#include "../quiet_check.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "inspect.h"
#include "uapi/containerfs.h"
#include "shim_libc.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

#define sane()								\
	do {								\
		const char *wrong_ = inspect_engine();			\
		ck_assert_msg(!wrong_, "%s", wrong_);			\
		host_groups_sane();					\
	} while (0)

/* mount(2) as root; the second one returns the errno and leaves the message in mount_msg */
extern char mount_msg[256];
struct containerfs_root *mount_ok(const char *options);
int mount_err(const char *options);
/* Mounts, and returns the top container. */
struct container *mount_top(const char *options);
void umount_top(struct container *top);
const char *options_of(struct containerfs_root *root);

/* -errno or 0 */
int try_mkdir(struct container *dir, const char *name);
struct container *make_dir(struct container *dir, const char *name);
/* NULL if there is none; borrowed */
struct container *find_dir(struct container *top, const char *path);
const char *path_of(struct container *cont);
/* The names of the children, in the order of a listing, joined by spaces. */
const char *children_of(struct container *dir);

unsigned int node_of(struct container *cont, const char *file);
bool has_file(struct container *cont, const char *file);
struct container_file *open_as(const struct container_actor *opener, struct container *cont,
			       const char *file);
/* All from @pos on; *@data is good until the next read of any file. */
long container_file_read(struct container_file *f, const struct container_actor *reader,
			 unsigned long long pos, const char **data);
/* The file's text (static, two at a time), "-ERRNO" if it can not be read. */
const char *read_as(const struct container_actor *reader, struct container *cont,
		    const char *file);
const char *read_of(struct container *cont, const char *file);
/* 0 if all of it was taken, else -errno of open or write */
long write_as(const struct container_actor *who, struct container *cont, const char *file,
	      const char *text);
long write_to(struct container *cont, const char *file, const char *text);
long write_bytes(struct container_file *file, const struct container_actor *writer,
		 const char *bytes, size_t len);
/* root writes @tid to tasks */
long attach(struct container *cont, int tid);
/* Is thread @tid in @cont? */
bool is_in(struct container *cont, int tid);

/* The number behind @word in ns.events, container.events and the like. */
unsigned long number_in(struct container *cont, const char *file, const char *word);

/* comparisons.c: calls of strcmp() so far */
extern unsigned long comparisons;

/* A case with the fixture that most have: an engine without a hierarchy. */
TCase *tcase_of(const char *name);
#define CASES(X)	\
	X(options)	\
	X(hierarchies)	\
	X(tree)	\
	X(listing)	\
	X(attributes)	\
	X(core_files)	\
	X(locks)	\
	X(tasks_files)	\
	X(shared_lists)	\
	X(ns_files)	\
	X(poll)	\
	X(groups)	\
	X(attach)	\
	X(processes)	\
	X(ns_rules)	\
	X(clone)	\
	X(names)	\
	X(empties)	\
	X(limits)	\
	X(memory)	\
	X(kill)	\
	X(init)	\
	X(lease)	\
	X(dead)	\
	X(hold)	\
	X(objects_model)	\
	X(freezer)	\
	X(freezer_later)	\
	X(freezer_model)	\
	X(release)	\
	X(model)	\
	X(cpuacct)	\
	X(cpuacct_model)	\
	X(devices)	\
	X(devices_model)	\
	X(pids)	\
	X(pids_model)	\
	X(cpuset)	\
	X(cpuset_rules)	\
	X(cpuset_model)
CASES_DECLARE(CASES)

#endif /* TEST_ENGINE_TOOLS_H */
