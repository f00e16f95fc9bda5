// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reasons why the daemon does not start: the manual has each sentence of the table, and
 * no other; and the sentences are for users.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "tests.h"

/* The section of the manual as text: lines joined, without macros and escapes. */
static char *read_section(const char *path, const char *section)
{
	char *text = calloc(1, 65536), line[512], *to = text, *from;
	FILE *f = fopen(path, "r");
	int inside = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, ".Sh ", 4))
			inside = !strcmp(line + 4, section);
		if (!inside || (line[0] == '.' && strncmp(line, ".It ", 4)))
			continue;
		from = line[0] == '.' ? line + 4 : line;
		for (*to++ = line[0] == '.' ? '\n' : ' '; *from; from++)
			if (*from != '\\')
				*to++ = *from;
	}
	fclose(f);
	return text;
}

START_TEST(manual)
{
	char *text = read_section("userspace/man/containerfsd.8", "DIAGNOSTICS"), *p = text;
	int items = 0;

	for (int i = 0; i < FAILURE_NR; i++) {
		char entry[512];

		snprintf(entry, sizeof(entry), "\n%s %s", failure_what(i), failure_cure(i));
		ck_assert_msg(strstr(text, entry), "not in the manual: %s", entry + 1);
	}
	while ((p = strchr(p, '\n'))) {
		items++;
		p++;
	}
	ck_assert_int_eq(items, FAILURE_NR);
	free(text);
}
END_TEST

/* "what, detail (errno): cure" */
START_TEST(sentence)
{
	ck_assert_int_eq(failure_log(FAILURE_NO_FUSE, -2, NULL), -2);
	ck_assert_str_eq(fake_log, "there is no /dev/fuse (No such file or directory): "
			 "modprobe fuse, or a kernel with CONFIG_FUSE_FS");
	ck_assert_int_lt(failure_log(FAILURE_STARTING, 0, "process 7"), 0);
	ck_assert_str_eq(fake_log, "another containerfsd has been starting for too long, process 7: "
			 "its process is named: kill -KILL ends it");
}
END_TEST

TCase *failure_tests(void)
{
	TCase *tc = tcase_create("failure");

	tcase_add_test(tc, manual);
	tcase_add_test(tc, sentence);
	return tc;
}
