/* `F` on the Setup page: all fixes, one after the other. Each shows its plan and asks; after each
 * one the setup is checked again, so that what it made possible is offered next. */
#ifndef UI_FIX_ALL_H
#define UI_FIX_ALL_H

#include "ui/ui.h"

void ask_fix_all(struct ui *ui);
/* Takes the walk a step further, with a new snapshot. */
void fix_all_update(struct ui *ui);
bool fix_all_is_on(const struct ui *ui);
/* Ends it, and says what was fixed and what was left. why: NULL, or what ended it early. */
void fix_all_end(struct ui *ui, const char *why);

#endif
