// SPDX-License-Identifier: GPL-2.0-only
/*
 * pty COMMAND [ARGUMENT...]: run a command on a terminal, and follow the lines of standard
 * input. The answer to each is one line (to screen: all lines).
 *
 *	wait TEXT	until TEXT is on the screen, where "#N" stands for line N: OK
 *	gone TEXT	until TEXT is not on the screen: OK
 *	send KEYS	with \e, \r and \b understood: OK
 *	resize ROWS COLUMNS
 *	signal NUMBER	to the command
 *	screen		the screen, without empty lines
 *	end		wait for the end of the command: "exit N" or "signal N", then
 *			"restored" if the terminal is as before: line discipline,
 *			main screen, cursor shown; else what is not
 *
 * After 20 seconds the answer to wait is "time", and standard error has the screen. The
 * terminal is that of pty.ti, which has only what this program understands: move, clear, two
 * screens, a cursor.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define ROWS_MAX	100
#define COLUMNS_MAX	400
#define WAIT_SECONDS	20

static char screen[ROWS_MAX][COLUMNS_MAX + 1];
static struct winsize size = { .ws_row = 24, .ws_col = 80 };
static int x, y;			/* of the cursor */
static bool alternate, hidden;		/* is the other screen shown? the cursor hidden? */
static char escape[32];			/* an incomplete sequence */
static size_t escape_len;

static void clear(int from_y, int from_x, int to_y)
{
	for (int row = from_y; row < to_y; row++, from_x = 0)
		memset(screen[row] + from_x, ' ', (size_t)(COLUMNS_MAX - from_x));
}

static void scroll(void)
{
	memmove(screen[0], screen[1], sizeof(screen[0]) * (size_t)(size.ws_row - 1));
	clear(size.ws_row - 1, 0, size.ws_row);
	y = size.ws_row - 1;
}

static void sequence(void)
{
	int a = 1, b = 1;

	if (sscanf(escape, "[?%d", &a) == 1) {
		if (a == 1049)
			alternate = escape[escape_len - 1] == 'h';
		if (a == 25)
			hidden = escape[escape_len - 1] == 'l';
		return;
	}
	switch (escape[escape_len - 1]) {
	case 'H':
		sscanf(escape, "[%d;%d", &a, &b);
		y = a > 0 && a <= size.ws_row ? a - 1 : 0;
		x = b > 0 && b <= size.ws_col ? b - 1 : 0;
		break;
	case 'J':
		clear(y, x, ROWS_MAX);
		break;
	case 'K':
		clear(y, x, y + 1);
		break;
	}
}

static void put(char c)
{
	if (escape_len || c == '\033') {
		if (c != '\033' && escape_len < sizeof(escape) - 1) {
			/* the escape character itself is not kept */
			escape[escape_len - 1] = c;
			escape[escape_len] = '\0';
			if (escape_len > 1 && c >= '@') {
				sequence();
				escape_len = 0;
				return;
			}
		}
		escape_len = c == '\033' ? 1 : escape_len + 1;
		return;
	}
	switch (c) {
	case '\r':
		x = 0;
		break;
	case '\n':
		if (++y >= size.ws_row)
			scroll();
		break;
	case '\b':
		x -= x > 0;
		break;
	default:
		if ((unsigned char)c < ' ')
			break;
		if (x >= size.ws_col) {
			x = 0;
			if (++y >= size.ws_row)
				scroll();
		}
		screen[y][x++] = c;
	}
}

/* Take the output of the command within @ms; false at its end. */
static bool take(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return true;
	n = read(fd, buf, sizeof(buf));
	for (ssize_t i = 0; i < n; i++)
		put(buf[i]);
	return n > 0;
}

static bool shown(const char *text)
{
	int from = 0, to = size.ws_row;

	if (text[0] == '#') {
		from = (int)strtol(text + 1, (char **)&text, 10);
		to = from + 1;
		text += *text == ' ';
	}
	for (int row = from; row < to; row++)
		if (strstr(screen[row], text))
			return true;
	return false;
}

static void print_screen(FILE *out)
{
	for (int row = 0; row < size.ws_row; row++) {
		int len = size.ws_col;

		while (len && screen[row][len - 1] == ' ')
			len--;
		if (len)
			fprintf(out, "%.*s\n", len, screen[row]);
	}
}

static void wait_text(int fd, const char *text, bool wanted)
{
	time_t until = time(NULL) + WAIT_SECONDS;

	while (shown(text) != wanted) {
		if (time(NULL) > until || !take(fd, 100)) {
			printf("time: %s%s\n", wanted ? "" : "still ", text);
			print_screen(stderr);
			return;
		}
	}
	puts("OK");
}

static void send_keys(int fd, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '\\' && text[1])
			c = *++text == 'e' ? '\033' : *text == 'r' ? '\r' :
			    *text == 'b' ? '\b' : *text;
		if (write(fd, &c, 1) != 1)
			break;
	}
	puts("OK");
}

static void finish(int fd, int slave, pid_t pid, const struct termios *before)
{
	time_t until = time(NULL) + WAIT_SECONDS;
	struct termios after;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (time(NULL) > until) {
			puts("time: it does not end");
			kill(pid, SIGKILL);
			until += WAIT_SECONDS;
		}
		take(fd, 20);
	}
	while (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0 && take(fd, 0))
		;
	if (WIFEXITED(status))
		printf("exit %d", WEXITSTATUS(status));
	else
		printf("signal %d", WTERMSIG(status));
	tcgetattr(slave, &after);
	if (after.c_iflag != before->c_iflag || after.c_oflag != before->c_oflag ||
	    after.c_lflag != before->c_lflag || after.c_cflag != before->c_cflag ||
	    memcmp(after.c_cc, before->c_cc, sizeof(after.c_cc)))
		puts(", another line discipline");
	else if (alternate || hidden)
		puts(alternate ? ", on the other screen" : ", without a cursor");
	else
		puts(", restored");
}

int main(int argc, char **argv)
{
	struct termios before;
	int fd, slave, number;
	char line[512];
	pid_t pid;

	clear(0, 0, ROWS_MAX);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || openpty(&fd, &slave, NULL, NULL, &size))
		return 2;
	tcgetattr(slave, &before);
	pid = fork();
	if (pid < 0)
		return 2;
	if (!pid) {
		close(fd);
		login_tty(slave);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "wait ", 5) || !strncmp(line, "gone ", 5)) {
			wait_text(fd, line + 5, line[0] == 'w');
		} else if (!strncmp(line, "send ", 5)) {
			send_keys(fd, line + 5);
		} else if (sscanf(line, "resize %hu %hu", &size.ws_row, &size.ws_col) == 2) {
			if (size.ws_row > ROWS_MAX || size.ws_col > COLUMNS_MAX)
				return 2;
			ioctl(fd, TIOCSWINSZ, &size);
			puts("OK");
		} else if (sscanf(line, "signal %d", &number) == 1) {
			kill(pid, number);
			puts("OK");
		} else if (!strcmp(line, "screen")) {
			take(fd, 0);
			print_screen(stdout);
		} else if (!strcmp(line, "end")) {
			finish(fd, slave, pid, &before);
			return 0;
		} else {
			printf("pty: what is '%s'?\n", line);
		}
	}
	kill(pid, SIGKILL);
	return 1;
}
