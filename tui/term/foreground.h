/* A program that has the terminal for a while, such as ssh. */
#ifndef TERM_FOREGROUND_H
#define TERM_FOREGROUND_H

#include <stddef.h>

#include "pintop/error.h"

enum { FOREGROUND_WORDS = 32 };

/* Divides a command line into words, as a shell does that knows blanks, both kinds of quotes and
 * the backslash. text has room for one byte more than it is long.
 *
 * refused  signs that only a shell can carry out; they may stand in quotes.
 * words    out: at most max, then NULL; they point into text, which is changed.
 * Returns what cannot be read, of "it", or NULL. Pure. */
const char *foreground_split(char *text, const char *refused, char **words, size_t max);
/* The same for a command that pintop itself proposes, with blanks and double quotes and nothing
 * else: anything that a shell would take for more ($ ` ; | …) is refused.
 *
 * words  out: at most FOREGROUND_WORDS, then NULL; they point into text, which is changed.
 * Errors PT_EUSAGE. Pure. */
pt_code foreground_words(char *text, char **words, struct pt_error *err);

/* Runs the program in a process group of its own with the terminal in front of it, so that Ctrl-C
 * there is not for this process, and waits for its end. The terminal must have been given back
 * (screen_suspend).
 *
 * status  out: as waitpid says it.
 * Errors  PT_ENOTFOUND, PT_EIO: it cannot be started. Thread: the UI's. */
pt_code foreground_run(char *const *words, int *status, struct pt_error *err);

/* Shows a line, and waits for Enter: what the program said can be read before the screen is taken
 * over again. */
void foreground_pause(const char *line);

#endif
