/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The UAPI header numbers its ioctls with macros of this header; the engine does not
 * expand them.
 */
#ifndef _LINUX_IOCTL_H
#define _LINUX_IOCTL_H

#endif /* _LINUX_IOCTL_H */
