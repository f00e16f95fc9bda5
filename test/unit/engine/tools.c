// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all tests of the engine do: see tools.h
 */
#include "tools.h"

char mount_msg[256];

/* --- hierarchies --- */

int mount_err(const char *options)
{
	struct containerfs_root *root;
	int ret;

	strcpy(mount_msg, "nothing was said");
	ret = hierarchy_mount(options, &root_actor, mount_msg, sizeof(mount_msg), &root);
	if (!ret)
		hierarchy_umount(root);
	return ret;
}

struct containerfs_root *mount_ok(const char *options)
{
	struct containerfs_root *root = NULL;
	int ret = hierarchy_mount(options, &root_actor, mount_msg, sizeof(mount_msg), &root);

	ck_assert_msg(!ret, "mount -o %s: %d, %s", options, ret, mount_msg);
	ck_assert_ptr_nonnull(root);
	return root;
}

struct container *mount_top(const char *options)
{
	return hierarchy_top(mount_ok(options));
}

void umount_top(struct container *top)
{
	hierarchy_umount(container_root(top));
}

const char *options_of(struct containerfs_root *root)
{
	static char text[4096];
	int len = hierarchy_show_options(root, text, sizeof(text));

	ck_assert_uint_eq(len, strlen(text));
	return text;
}

/* --- the tree --- */

int try_mkdir(struct container *dir, const char *name)
{
	struct container *child;
	int ret = container_mkdir(dir, name, 0755, 0, 0, &root_actor, &child);

	if (!ret)
		container_put(child);
	return ret;
}

struct container *make_dir(struct container *dir, const char *name)
{
	int ret = try_mkdir(dir, name);

	ck_assert_msg(!ret, "mkdir %s: %d", name, ret);
	return find_dir(dir, name);
}

struct container *find_dir(struct container *top, const char *path)
{
	char copy[HOST_PATH], *name, *rest = strcpy(copy, path);
	struct container *cont = top, *child;
	unsigned int node;

	while (cont && (name = strsep(&rest, "/"))) {
		if (container_lookup(cont, name, &child, &node) || !child)
			return NULL;
		container_put(child);
		cont = child;
	}
	return cont;
}

const char *path_of(struct container *cont)
{
	static char path[HOST_PATH];
	int len = container_path(cont, path, sizeof(path));

	ck_assert_int_eq(len, (int)strlen(path));
	return path;
}

static int add_child(void *arg, const char *name, unsigned int namelen, struct container *child,
		     unsigned int node, unsigned long long next)
{
	char *names = arg;

	ck_assert_uint_eq(namelen, strlen(name));
	if (child)
		snprintf(names + strlen(names), 4096 - strlen(names), "%s%s", *names ? " " : "",
			 name);
	return 0;
}

const char *children_of(struct container *dir)
{
	static char names[4096];

	*names = '\0';
	ck_assert_int_eq(container_readdir(dir, 0, NULL, add_child, names), 0);
	return names;
}

/* --- files --- */

unsigned int node_of(struct container *cont, const char *file)
{
	struct container *child;
	unsigned int node;
	int ret = container_lookup(cont, file, &child, &node);

	ck_assert_msg(!ret && !child && node, "%s: %d", file, ret);
	return node;
}

bool has_file(struct container *cont, const char *file)
{
	struct container *child;
	unsigned int node;
	int ret = container_lookup(cont, file, &child, &node);

	ck_assert(!child);
	ck_assert(!ret || ret == -ENOENT);
	return !ret;
}

struct container_file *open_as(const struct container_actor *opener, struct container *cont,
			       const char *file)
{
	struct container_file *f = NULL;
	int ret = container_file_open(cont, node_of(cont, file), opener, &f);

	ck_assert_msg(!ret, "open %s: %d", file, ret);
	return f;
}

long container_file_read(struct container_file *f, const struct container_actor *reader,
			 unsigned long long pos, const char **data)
{
	long n = container_file_read_begin(f, reader, pos, data);

	container_file_read_end(f, n > 0 ? n : 0);
	return n;
}

const char *read_as(const struct container_actor *reader, struct container *cont,
		    const char *file)
{
	static char text[2][65536];
	static unsigned int turn;
	struct container_file *f = open_as(reader, cont, file);
	char *buf = text[turn++ % 2];
	const char *data;
	bool armed;
	long n, size = -1;

	/* A question for the size reads nothing; except for files that look at tasks. */
	if (strcmp(file, "freezer.state") && strncmp(file, "cpuacct.", 8)) {
		unsigned int ready = container_file_poll(f, &armed);

		size = container_file_size(cont, node_of(cont, file), reader);
		ck_assert_uint_eq(container_file_poll(f, &armed), ready);
	}
	n = container_file_read(f, reader, 0, &data);
	if (size >= 0)
		ck_assert_int_eq(size, n < 0 ? 0 : n);
	ck_assert_int_lt(n, (long)sizeof(text[0]));
	if (n < 0)
		snprintf(buf, sizeof(text[0]), "%ld", n);
	else
		snprintf(buf, sizeof(text[0]), "%.*s", (int)n, n ? data : "");
	container_file_release(f);
	return buf;
}

const char *read_of(struct container *cont, const char *file)
{
	return read_as(&root_actor, cont, file);
}

long write_bytes(struct container_file *file, const struct container_actor *writer,
		 const char *bytes, size_t len)
{
	/* Just as large as promised, so that the sanitizer sees a byte beyond it. */
	char *buf = malloc(len + 1);
	long ret;

	memcpy(buf, bytes, len);
	ret = container_file_write(file, writer, buf, len);
	free(buf);
	ck_assert(ret < 0 || ret == (long)len);
	return ret < 0 ? ret : 0;
}

long write_as(const struct container_actor *who, struct container *cont, const char *file,
	      const char *text)
{
	struct container_file *f;
	long ret = container_file_open(cont, node_of(cont, file), who, &f);

	if (!ret) {
		ret = write_bytes(f, who, text, strlen(text));
		container_file_release(f);
	}
	return ret;
}

long write_to(struct container *cont, const char *file, const char *text)
{
	return write_as(&root_actor, cont, file, text);
}

long attach(struct container *cont, int tid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", tid);
	return write_to(cont, "tasks", text);
}

bool is_in(struct container *cont, int tid)
{
	char wanted[16], text[65600];

	snprintf(wanted, sizeof(wanted), "\n%d\n", tid);
	snprintf(text, sizeof(text), "\n%s", read_of(cont, "tasks"));
	return strstr(text, wanted);
}

unsigned long number_in(struct container *cont, const char *file, const char *word)
{
	const char *text = read_of(cont, file), *at = strstr(text, word);

	ck_assert_msg(at, "no %s in %s", word, text);
	return strtoul(at + strlen(word), NULL, 10);
}

TCase *tcase_of(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, host_reset, host_finish);
	return tc;
}
