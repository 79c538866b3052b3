/* What the terminal can do, by its entry in the database and by its name. After setupterm. */
#ifndef TERM_KNOWS_H
#define TERM_KNOWS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes what resets attributes and keypad, shows the cursor and leaves the other screen. Returns
 * its length, less than cap. */
size_t knows_restoring(char *out, size_t cap);
/* Whether it takes a frame as one picture (collect_knows_sync). */
bool knows_sync(void);
/* Whether it understands titles, OSC 52 and reports of the focus, or at least ignores them. */
bool knows_xterm_codes(void);
/* Whether it has escape sequences of the ANSI kind, and so will not print a request for its status.
 */
bool knows_requests(void);

#endif
