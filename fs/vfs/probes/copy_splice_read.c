// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.5: copy_splice_read() for files that have no page cache. */
#include <linux/fs.h>

const struct file_operations probe = { .splice_read = copy_splice_read };
