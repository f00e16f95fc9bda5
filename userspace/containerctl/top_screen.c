// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl top on a terminal, by ncurses.
 *
 * One loop waits for a key, a signal or the time of the next sample. Signals are
 * blocked outside of that wait, so that none is lost. The terminal is restored before
 * a signal ends the program; atexit() restores it when memory runs out.
 *
 * While a question is asked about a container, its directory is held open, because its
 * name may belong to another container when the answer comes. The selected container
 * is recognised by its inode, so that it stays selected when its line moves.
 */
#define _GNU_SOURCE
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

/* rows of the screen: summary, sources, message or question, headings, containers */
enum { ROW_SUMMARY, ROW_SOURCES, ROW_MESSAGE, ROW_HEADINGS, ROW_FIRST };

enum mode { MODE_LIST, MODE_HELP, MODE_DELAY, MODE_KILL, MODE_FREEZE };

struct screen {
	struct top	*top;
	struct lines	 lines;
	enum mode	 mode;
	dev_t		 dev;		/* of the container that is selected */
	ino_t		 ino;
	size_t		 selected;	/* its line; shown from line first on */
	size_t		 first;
	char		*message;	/* or the question */
	char		 input[16];	/* to the question about the delay */
	int		 fd;		/* the container of the question, -1: none */
	bool		 thaw;		/* what MODE_FREEZE would do */
	bool		 quit;
};

static SCREEN *terminal;
static volatile sig_atomic_t caught;

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define NR_DEADLY (sizeof(deadly) / sizeof(deadly[0]))

static void on_signal(int sig)
{
	caught = sig;
}

static void leave_terminal(void)
{
	if (terminal && !isendwin())
		endwin();
}

static size_t page(void)
{
	return LINES > ROW_FIRST + 1 ? (size_t)(LINES - ROW_FIRST) : 1;
}

static void say(struct screen *s, char *message)
{
	free(s->message);
	s->message = message;
}

/* --- which container is selected --- */

static const struct line *selected(const struct screen *s)
{
	return s->selected < s->lines.nr ? &s->lines.line[s->selected] : NULL;
}

static void select_line(struct screen *s, size_t i)
{
	s->selected = i < s->lines.nr ? i : s->lines.nr ? s->lines.nr - 1 : 0;
	if (!selected(s))
		return;
	s->dev = selected(s)->tree->dev;
	s->ino = selected(s)->cont->ino;
}

/* Make the lines anew. If the selected container has gone, its line number stays selected. */
static void arrange_lines(struct screen *s)
{
	size_t i;

	lines_free(&s->lines);
	lines_make(&s->lines, &s->top->sample, s->top->sort, s->top->flat);
	for (i = 0; i < s->lines.nr; i++)
		if (s->lines.line[i].cont->ino == s->ino && s->lines.line[i].tree->dev == s->dev)
			break;
	select_line(s, i < s->lines.nr ? i : s->selected);
}

/* --- drawing --- */

static void draw_text(int y, const char *text)
{
	char *fitted = text_fit(text, COLS);

	mvaddstr(y, 0, fitted);
	free(fitted);
}

static void draw_help(const struct top *top)
{
	static const char *const help[] = {
		"",
		"  up, down, page up, page down, home, end   select a container",
		"  P N M T    sort by CPU, name, memory, tasks",
		"  t          as a tree, or all containers in one order",
		"  s d        set the delay",
		"  f          freeze or thaw the container, and those below",
		"  k          kill all tasks in the container, and those below",
		"  space      look now",
		"  q          quit",
		"",
		"All numbers are those of a container and all below it. CPU% is of one CPU.",
		"RSS is the sum over its processes: pages that they share count for each.",
		"COMMAND is that of its process that was started last.",
		"",
		"Any key goes back.",
	};
	char *title = xasprintf("containerctl top: every %g s, sorted by %s, %s", top->delay,
				sort_key_name(top->sort), top->flat ? "flat" : "as a tree");

	draw_text(0, title);
	free(title);
	for (int i = 0; i < (int)(sizeof(help) / sizeof(help[0])) && i + 1 < LINES; i++)
		draw_text(i + 1, help[i]);
}

static void draw_list(struct screen *s)
{
	char *summary = sample_summary(&s->top->sample), *sources = sample_sources(&s->top->sample);
	int width = lines_name_width(&s->lines), room = COLS - lines_rest_width(&s->lines);
	char *text;

	/* names give way to the numbers, but not altogether */
	width = width < room ? width : room > 12 ? room : 12;
	text = xasprintf("%s; h: help", summary);
	draw_text(ROW_SUMMARY, text);
	free(text);
	text = xasprintf("CPU%%: %s; RSS: sum over processes", sources);
	draw_text(ROW_SOURCES, text);
	free(text);
	free(summary);
	free(sources);
	if (s->selected < s->first)
		s->first = s->selected;
	if (s->selected >= s->first + page())
		s->first = s->selected - page() + 1;
	if (s->first && s->first + page() > s->lines.nr)
		s->first = s->lines.nr > page() ? s->lines.nr - page() : 0;
	for (int y = ROW_HEADINGS; y < LINES; y++) {
		ssize_t i = y - ROW_FIRST + (y > ROW_HEADINGS ? (ssize_t)s->first : 0);

		if (i >= (ssize_t)s->lines.nr)
			break;
		text = lines_text(&s->lines, i, width);
		if (i < 0 || (size_t)i == s->selected)
			attron(i < 0 ? A_BOLD : A_REVERSE);
		draw_text(y, text);
		attrset(A_NORMAL);
		free(text);
	}
}

static void draw_screen(struct screen *s)
{
	erase();
	if (s->mode == MODE_HELP) {
		draw_help(s->top);
	} else {
		char *text = xasprintf("%s%s", s->message ? s->message : "",
				       s->mode == MODE_DELAY ? s->input : "");

		draw_list(s);
		draw_text(ROW_MESSAGE, text);
		curs_set(s->mode != MODE_LIST);
		move(ROW_MESSAGE, text_width(text) < COLS ? text_width(text) : COLS - 1);
		free(text);
	}
	refresh();
}

/* --- questions --- */

static void end_question(struct screen *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->mode = MODE_LIST;
}

/* Open the container of @line; -1 if it has gone, or another one has its name. */
static int open_line(const struct line *line)
{
	char *directory = container_directory(&line->tree->place, line->cont);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	free(directory);
	if (fd >= 0 && !fstat(fd, &st) && st.st_dev == line->tree->dev &&
	    st.st_ino == line->cont->ino)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void ask_question(struct screen *s, enum mode mode)
{
	const struct line *line = selected(s);
	const char *verb = mode == MODE_KILL ? "kill" : "freeze";
	const struct row *row;
	char *name;

	if (!line)
		return;
	row = row_of(line->cont);
	s->thaw = mode == MODE_FREEZE && row->state >= STATE_FREEZING;
	verb = s->thaw ? "thaw" : verb;
	if (!strcmp(line->cont->path, "/")) {
		say(s, xasprintf("The top container holds every task of the system: %s one below it.",
				 verb));
		return;
	}
	if (row->has_self && !s->thaw) {
		say(s, xasprintf("containerctl is in it itself: use `containerctl %s`.", verb));
		return;
	}
	s->fd = open_line(line);
	if (s->fd < 0) {
		say(s, xstrdup("The container has been removed."));
		return;
	}
	name = printable(line->cont->path);
	say(s, xasprintf("%c%s %s, with %lu task%s here and below? (y/N) ", verb[0] - 'a' + 'A',
			 verb + 1, name, row->tasks, row->tasks == 1 ? "" : "s"));
	free(name);
	s->mode = mode;
}

static void answer_question(struct screen *s, int key)
{
	bool kill = s->mode == MODE_KILL;
	int err;

	if (key != 'y' && key != 'Y') {
		say(s, NULL);
		end_question(s);
		return;
	}
	err = kill ? write_file(s->fd, "container.kill", "1")
		   : write_file(s->fd, "freezer.state", s->thaw ? "THAWED" : "FROZEN");
	/* a removed container has no files, and its descriptor says so */
	if (err && faccessat(s->fd, "tasks", F_OK, 0))
		err = -ENODEV;
	if (!err)
		say(s, xasprintf("%s.", kill ? "Killed" : s->thaw ? "Thawed" : "Frozen"));
	else if (err == -ENODEV)
		say(s, xstrdup("The container has been removed."));
	else
		say(s, xstrdup(kill || (err != -ENOENT && err != -EOPNOTSUPP) ? strerror(-err) :
			       err == -ENOENT ? "Its hierarchy has no freezer." :
			       "This host cannot freeze: see `containerctl subsystems`."));
	end_question(s);
}

static void edit_delay(struct screen *s, int key)
{
	size_t len = strlen(s->input);

	switch (key) {
	case '\n':
	case '\r':
	case KEY_ENTER:
		if (!len || delay_parse(s->input, &s->top->delay))
			say(s, NULL);
		else
			say(s, xasprintf("A delay is from %g to %g seconds.", DELAY_LEAST, DELAY_MOST));
		end_question(s);
		break;
	case 27:
		say(s, NULL);
		end_question(s);
		break;
	case KEY_BACKSPACE:
	case '\b':
	case 127:
		if (len)
			s->input[len - 1] = '\0';
		break;
	default:
		if (((key >= '0' && key <= '9') || key == '.') && len + 1 < sizeof(s->input)) {
			s->input[len] = (char)key;
			s->input[len + 1] = '\0';
		}
	}
}

/* --- keys --- */

static void sort_by(struct screen *s, enum sort_key key)
{
	s->top->sort = key;
	arrange_lines(s);
}

/* True if a new sample is wanted now. */
static bool list_key(struct screen *s, int key)
{
	say(s, NULL);
	switch (key) {
	case 'q':
		s->quit = true;
		break;
	case 'h':
	case '?':
	case KEY_F(1):
		s->mode = MODE_HELP;
		break;
	case 's':
	case 'd':
		s->mode = MODE_DELAY;
		s->input[0] = '\0';
		say(s, xasprintf("Delay in seconds, now %g: ", s->top->delay));
		break;
	case 'P':
		sort_by(s, SORT_CPU);
		break;
	case 'N':
		sort_by(s, SORT_NAME);
		break;
	case 'M':
		sort_by(s, SORT_MEMORY);
		break;
	case 'T':
		sort_by(s, SORT_TASKS);
		break;
	case 't':
		s->top->flat = !s->top->flat;
		arrange_lines(s);
		break;
	case 'f':
		ask_question(s, MODE_FREEZE);
		break;
	case 'k':
		ask_question(s, MODE_KILL);
		break;
	case KEY_UP:
		select_line(s, s->selected ? s->selected - 1 : 0);
		break;
	case KEY_DOWN:
		select_line(s, s->selected + 1);
		break;
	case KEY_PPAGE:
		select_line(s, s->selected > page() ? s->selected - page() : 0);
		break;
	case KEY_NPAGE:
		select_line(s, s->selected + page());
		break;
	case KEY_HOME:
		select_line(s, 0);
		break;
	case KEY_END:
		select_line(s, s->lines.nr);
		break;
	case '\f':
		clearok(curscr, TRUE);
		break;
	case ' ':
		return true;
	}
	return false;
}

static bool handle_key(struct screen *s, int key)
{
	/* draw all anew, because terminals differ in what they do with the old lines */
	if (key == KEY_RESIZE) {
		clearok(curscr, TRUE);
		return false;
	}
	switch (s->mode) {
	case MODE_HELP:
		s->mode = MODE_LIST;
		return false;
	case MODE_DELAY:
		edit_delay(s, key);
		/* the next sample comes by the new delay */
		return s->mode == MODE_LIST;
	case MODE_KILL:
	case MODE_FREEZE:
		answer_question(s, key);
		return true;
	case MODE_LIST:
		return list_key(s, key);
	}
	return false;
}

/* --- the loop --- */

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Until a key, a signal or @until; false if the terminal has gone. */
static bool wait_input(double until, const sigset_t *unblocked)
{
	double left = until - clock_now();
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec t = { 0 };

	if (left > 0) {
		t.tv_sec = (time_t)left;
		t.tv_nsec = (long)((left - (double)t.tv_sec) * 1e9);
	}
	if (ppoll(&in, 1, &t, unblocked) < 0)
		return errno == EINTR;
	return !(in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static int screen_loop(struct screen *s, const sigset_t *unblocked)
{
	double first = s->top->delay < DELAY_FIRST ? s->top->delay : DELAY_FIRST;
	int err = top_refresh(s->top), key;
	double next = clock_now() + first;
	unsigned long shown = 0;

	while (!err && !s->quit && !caught) {
		bool now;

		/* the first has no sample before it, and is not counted */
		arrange_lines(s);
		draw_screen(s);
		do {
			now = !wait_input(next, unblocked);
			s->quit |= now;
			while (!s->quit && !caught && (key = getch()) != ERR) {
				now |= handle_key(s, key);
				draw_screen(s);
			}
		} while (!s->quit && !caught && !now && clock_now() < next);
		if (s->quit || caught)
			break;
		if (s->top->count && shown++ == s->top->count)
			break;
		/* the lines refer to the sample that goes */
		lines_free(&s->lines);
		err = top_refresh(s->top);
		next = clock_now() + s->top->delay;
	}
	return err;
}

/* newterm(), because initscr() ends the program if it does not know the terminal. */
static bool enter_terminal(void)
{
	const char *move;

	terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		complain("top: the terminal type '%s' is not known here: set TERM, or use -b",
			 getenv("TERM") ? getenv("TERM") : "");
		return false;
	}
	/* such as "dumb" */
	move = tigetstr("cup");
	if (!move || move == (char *)-1) {
		endwin();
		delscreen(terminal);
		terminal = NULL;
		complain("top: a terminal of the type '%s' has no cursor to move: set TERM, or use -b",
			 getenv("TERM") ? getenv("TERM") : "");
		return false;
	}
	atexit(leave_terminal);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(50);
	return true;
}

int top_screen(struct top *top)
{
	struct screen s = { .top = top, .fd = -1 };
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t blocked, unblocked;
	int err;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	for (size_t i = 0; i < NR_DEADLY; i++) {
		sigaddset(&blocked, deadly[i]);
		sigaction(deadly[i], &act, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	if (!enter_terminal())
		return EXIT_FAILURE;
	err = screen_loop(&s, &unblocked);
	end_question(&s);
	lines_free(&s.lines);
	say(&s, NULL);
	leave_terminal();
	delscreen(terminal);
	terminal = NULL;
	if (err)
		top_complain(err);
	if (caught) {
		signal(caught, SIG_DFL);
		sigprocmask(SIG_SETMASK, &unblocked, NULL);
		raise(caught);
	}
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
