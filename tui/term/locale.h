/* Which characters the terminal shows, from the user's locale. */
#ifndef TERM_LOCALE_H
#define TERM_LOCALE_H

#include <stdbool.h>

/* Takes over LC_CTYPE from the environment, and nothing else of the locale: a decimal comma would
 * spoil JSON and properties. A locale that this host does not have is replaced by C.UTF-8 when its
 * name says that it is UTF-8. Thread: before there are others; a later call changes nothing. */
void locale_take(void);

/* True for de_DE.UTF-8, en_US.utf8@euro, UTF-8 (as macOS sends it). Pure. */
bool locale_is_utf8(const char *name);

#endif
