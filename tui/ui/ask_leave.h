/* Quitting a screen that is attached to another pintop's engine. */
#ifndef UI_ASK_LEAVE_H
#define UI_ASK_LEAVE_H

#include "ui/ui.h"

/* Quits without a question. */
void quit_now(struct ui *ui);

/* Leaves the engine running, after asking while streams run there; running names them, NULL: none
 * do. Returns false when the engine is this process's own: then nothing was done. */
bool ask_leave(struct ui *ui, const char *running);

#endif
