/* What a front end still has to say when its screen is closed. Thread: any. */
#ifndef UI_LAST_WORDS_H
#define UI_LAST_WORDS_H

#include "pintop/error.h"

/* Prints an error and its fix as one line on standard error; nothing when there is none. */
void last_words(const struct pt_error *err);
/* Prints that the dashboard has ended because its engine was ended from elsewhere, and why: who
 * asked for it; "" unknown. */
void last_words_elsewhere(const char *why);

#endif
