/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of the mount table.  Includes nothing.
 */
#ifndef _CONTAINERFS_UNESCAPE_H
#define _CONTAINERFS_UNESCAPE_H

/* Replace each \ooo of @text, in place, by the byte with that octal number. */
void unescape(char *text);

#endif /* _CONTAINERFS_UNESCAPE_H */
