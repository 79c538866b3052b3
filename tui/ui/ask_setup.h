/* What the Setup page asks: one fix, all fixes one after the other, one of several clusters, and
 * whether a running fix is to be stopped. */
#ifndef UI_ASK_SETUP_H
#define UI_ASK_SETUP_H

#include "ui/ui.h"

/* The fix of the selected check: shows what it would change, and asks. Where one of several values
 * makes the check good, asks for that value. */
void ask_fix(struct ui *ui);
/* Whether the check offers values of a setting. */
bool choice_can(const struct ui *ui, const char *check);
/* Asks for one of the values that the selected check offers; pintop then starts again with it. */
void ask_choice(struct ui *ui);
/* Asks whether the fix that runs is to be stopped. */
void ask_fix_cancel(struct ui *ui);
/* Whether a fix runs. */
bool fix_is_running(const struct ui *ui);

#endif
