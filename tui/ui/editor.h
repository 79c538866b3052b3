/* The user's editor on a text: the dashboard steps aside and comes back. Thread: the dashboard's.
 */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include <stddef.h>

#include "pintop/error.h"
#include "term/screen.h"

enum { EDITOR_WORDS = 32 };

/* Divides what VISUAL or EDITOR says into a program and its arguments, as a shell does that knows
 * blanks, both kinds of quotes and the backslash. Git has a shell do it; here no shell reads
 * anything, so what only a shell can carry out ($, `, ;, |, <, * …) is refused outside of quotes.
 *
 * words  out: at most EDITOR_WORDS, then NULL; they point into text, which is changed.
 * Errors PT_EUSAGE. Pure. */
pt_code editor_words(const char *variable, char *text, char **words, struct pt_error *err);

/* Runs the editor on a private file with *text, and replaces *text by what the file holds then. The
 * engine goes on meanwhile.
 *
 * text   in and out: malloc's, the caller's. After an error it is what the editor had saved, or as
 *        it was.
 * max    a longer file is refused.
 * Errors PT_EUSAGE, PT_ENOTFOUND: there is no such editor; PT_EIO: it failed or was killed. */
pt_code editor_run(struct screen *screen, char **text, size_t *len, size_t max,
                   struct pt_error *err);

#endif
