/* The saved contexts inside the program: the list of them, and another one in the place of the one
 * that is shown. Thread: the UI's alone. */
#ifndef UI_CONTEXT_H
#define UI_CONTEXT_H

#include "ui/ui.h"

/* Begins to read which contexts there are, for the completion of their names. */
void context_look(struct ui *ui);
/* Whether that is over. Otherwise a dialog that has set is_awaited is completed once it is. */
bool context_looked(struct ui *ui);
/* Why the list could not be read; NULL: it could. */
const struct pt_error *context_look_failure(const struct ui *ui);
/* Shows the list of contexts, from which Enter takes one. */
void context_list(struct ui *ui);
/* Takes another context: it is loaded first, then the same is asked as before quitting, and only
 * then the engine that is shown ends. is_readonly: there nothing may be changed. */
void context_take(struct ui *ui, const char *name, bool is_readonly);
/* Called after each snapshot: goes on with what was read meanwhile. */
void context_update(struct ui *ui);

#endif
