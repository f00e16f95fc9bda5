/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs whose execve(2) fails, or takes long, behind the point of no return
 *
 * exec_files() makes two small executables in @dir: "bad", whose segment can be mapped
 * nowhere, and "slow", which sleeps for ever once it runs. slow_serve() shows the second as
 * the only file of a file system, which takes SLOW_US to read the page whose end execve
 * clears. execve does so behind the point of no return, when all other threads have ended.
 * The file system speaks the FUSE protocol itself, so that it needs nothing but the kernel.
 *
 * Included after stress.h.
 */
#ifndef TEST_STRESS_SLOW_EXEC_H
#define TEST_STRESS_SLOW_EXEC_H

#include <elf.h>
#include <linux/fuse.h>
#include <sys/uio.h>

#define SLOW_US		150000
#define SLOW_AT		(1 << 20)	/* offset of that page in the file */
#define SLOW_NODE	2
#define SLOW_LEN	(SLOW_AT + 64)

#if defined(__x86_64__)
#define EXEC_MACHINE	EM_X86_64
/* again: mov $34, %eax (pause); syscall; jmp again */
static const unsigned char exec_code[] = { 0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7 };
#elif defined(__aarch64__)
#define EXEC_MACHINE	EM_AARCH64
/* again: ppoll(NULL, 0, NULL, NULL): mov x0..x4, #0; mov x8, #73; svc #0; b again */
static const unsigned int exec_code[] = { 0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003,
					  0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9 };
#else
#define EXEC_MACHINE	EM_NONE		/* both executables fail */
static const unsigned char exec_code[1];
#endif

static void exec_file(const char *path, unsigned long base, bool slow)
{
	static char image[4096];
	Elf64_Ehdr *head = (Elf64_Ehdr *)image;
	Elf64_Phdr *segment = (Elf64_Phdr *)(image + sizeof(*head));
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	memset(image, 0, sizeof(image));
	memcpy(head->e_ident, ELFMAG, SELFMAG);
	head->e_ident[EI_CLASS] = ELFCLASS64;
	head->e_ident[EI_DATA] = ELFDATA2LSB;
	head->e_ident[EI_VERSION] = EV_CURRENT;
	head->e_type = ET_EXEC;
	head->e_machine = EXEC_MACHINE;
	head->e_version = EV_CURRENT;
	head->e_entry = base + 1024;
	head->e_phoff = sizeof(*head);
	head->e_ehsize = sizeof(*head);
	head->e_phentsize = sizeof(*segment);
	head->e_phnum = 1 + slow;
	segment[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = base,
				   .p_filesz = sizeof(image), .p_memsz = sizeof(image),
				   .p_align = 4096 };
	segment[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = SLOW_AT,
				   .p_vaddr = base + SLOW_AT, .p_filesz = 64, .p_memsz = 8192,
				   .p_align = 4096 };
	memcpy(image + 1024, exec_code, sizeof(exec_code));
	if (fd < 0 || write(fd, image, sizeof(image)) != sizeof(image) ||
	    (slow && pwrite(fd, "data", 4, SLOW_LEN - 4) != 4))
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void exec_files(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bad", dir);
	exec_file(path, 2 * 0x7ffffffff000UL, false);
	snprintf(path, sizeof(path), "%s/slow", dir);
	exec_file(path, 0x400000, true);
}

static void slow_reply(int fuse, const struct fuse_in_header *in, int err, const void *data,
		       size_t len)
{
	struct fuse_out_header out = { .len = sizeof(out) + len, .error = -err,
				       .unique = in->unique };
	struct iovec parts[2] = { { &out, sizeof(out) }, { (void *)data, len } };

	/* ENOENT: the task that asked has been killed. */
	if (writev(fuse, parts, len ? 2 : 1) < 0 && errno != ENOENT)
		_exit(0);
}

static struct fuse_attr slow_attr(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node, .nlink = 1, .blksize = 4096,
		.size = node == SLOW_NODE ? SLOW_LEN : 0,
		.mode = node == SLOW_NODE ? S_IFREG | 0755 : S_IFDIR | 0755,
	};
}

static void slow_request(int fuse, int file, const struct fuse_in_header *in)
{
	const struct fuse_read_in *read_in = (const void *)(in + 1);
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31,
				      .max_readahead = 4096, .max_write = 4096 };
	struct fuse_entry_out entry = { .nodeid = SLOW_NODE, .attr = slow_attr(SLOW_NODE) };
	struct fuse_attr_out attr = { .attr = slow_attr(in->nodeid) };
	struct fuse_open_out opened = { .fh = 1 };
	static char data[1 << 20];
	ssize_t n;

	switch (in->opcode) {
	case FUSE_INIT:
		slow_reply(fuse, in, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		slow_reply(fuse, in, 0, &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		slow_reply(fuse, in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		slow_reply(fuse, in, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		if (read_in->offset + read_in->size > SLOW_AT)
			usleep(SLOW_US);
		n = pread(file, data, read_in->size < sizeof(data) ? read_in->size : sizeof(data),
			  (off_t)read_in->offset);
		slow_reply(fuse, in, n < 0 ? EIO : 0, data, n < 0 ? 0 : (size_t)n);
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		slow_reply(fuse, in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		slow_reply(fuse, in, ENOSYS, NULL, 0);
	}
}

/* Runs in a process of its own, which ends with the mount. */
static pid_t slow_serve(const char *program, const char *mnt)
{
	static char request[FUSE_MIN_READ_BUFFER + 8192] __attribute__((aligned(8)));
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC), file = open(program, O_RDONLY | O_CLOEXEC);
	char options[128];
	pid_t pid;

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fuse);
	if (fuse < 0 || file < 0 || mount("slow", mnt, "fuse", MS_NOSUID | MS_NODEV, options))
		fail("a FUSE mount for slow programs: %s", strerror(errno));
	pid = fork();
	if (pid)
		return close(fuse), close(file), pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (read(fuse, request, sizeof(request)) > 0)
			slow_request(fuse, file, (const void *)request);
		else if (errno != EINTR && errno != ENOENT && errno != EAGAIN)
			_exit(0);
}

#endif /* TEST_STRESS_SLOW_EXEC_H */
