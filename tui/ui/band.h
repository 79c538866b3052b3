/* The band of a context: the title row in the colour that pintop.band gives it, with its name, so
 * that nobody takes production for something else. It is that of the engine that is shown, wherever
 * that runs. Thread: the UI's alone. */
#ifndef UI_BAND_H
#define UI_BAND_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/snapshot.h"
#include "term/canvas.h"

/* Whether there is one. */
bool band_is_on(const struct pt_session_section *session);
/* The style of the title row; of a colour that is not known here the band's of a demo. */
enum style band_style(const struct pt_session_section *session);
/* "prod (red)": the name of the context and the word for its colour, which is never the only sign.
 */
void band_words(const struct pt_session_section *session, char *out, size_t cap);
/* Writes "In context prod". True: the context is a red one, and its questions begin with that. */
bool band_where(const struct pt_session_section *session, char *out, size_t cap);

#endif
