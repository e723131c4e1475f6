/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_LOG_H
#define BLOGD_LOG_H

/*
 * One line per event on standard error, "<N>" in front.  Children write to a
 * pipe that the parent reads; the parent adds "role: ", and the priority only
 * where the journal or syslog wants it.  A line is one write(2) of at most
 * LOG_LINE bytes; bytes below 0x20, 0x7f and invalid UTF-8 leave as \xNN.
 * Nothing here allocates, and nothing needs more than write(2).
 */
#define LOG_LINE 1024

enum log_level { /* syslog's numbers */
		 LOG_LEVEL_ERR = 3,
		 LOG_LEVEL_WARNING = 4,
		 LOG_LEVEL_NOTICE = 5,
		 LOG_LEVEL_INFO = 6,
		 LOG_LEVEL_DEBUG = 7,
};

enum log_sink {
	LOG_TO_PARENT,	 /* a child: "<N>text" to descriptor 2 */
	LOG_TO_TERMINAL, /* "blogd: role: text", no priority */
	LOG_TO_JOURNAL,	 /* "<N>role: text" */
	LOG_TO_SYSLOG,	 /* as syslog(3) writes it: see log_system */
};

/* Starts logging; verbose lets LOG_LEVEL_DEBUG through. */
void log_init(enum log_sink sink, int verbose);

/* Waits for whoever reads the log rather than lose a line: for a command that
 * somebody has given. */
void log_patiently(void);

/* Lets nothing through that is less than `least`. */
void log_least(enum log_level least);

/* For LOG_TO_SYSLOG: `open` returns a connected socket to the system's log, or
 * -1; it is called now and whenever the log has gone away. */
void log_system(int (*open)(void));

/* For LOG_TO_SYSLOG or not: `also` gets each line as well, its text as it is
 * shown; NULL ends that.  log_ordinary is for what it has to say itself, and
 * does not come back to it. */
void log_also(void (*also)(int level, const char *role, const char *text));
void log_ordinary(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What standard error is: the journal (JOURNAL_STREAM), else a terminal. */
enum log_sink log_sink_of_stderr(void);

void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The parent's: one line a child wrote ("<N>text", no newline). */
void log_child_line(const char *role, const char *line);

/* For what cannot happen or cannot be lived with: logs and exits 1.  fatal
 * adds the text of errno. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
void fatalx(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
