/* A dashboard that remembers what it looked like: the order of its lists, its chart, its times and
 * its colours, for each context (ui/view_text.h). Thread: the UI's alone. */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/ui.h"

/* Begins with the context of the configuration in force; needs the host's config and look. */
void view_begin(struct ui *ui);
/* Called before a frame is drawn: takes over what was read, and has written what has changed. */
void view_follow(struct ui *ui);
/* Waits a moment for what is still to be written. */
void view_end(struct ui *ui);
/* Shows other colours from now on. False: there is no such theme. */
bool view_set_theme(struct ui *ui, const char *name);

#endif
