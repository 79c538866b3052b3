/* The question, asked once for a state directory, whether what happens there is recorded. It is a
 * line at the foot of the screen: y and n answer it, and every other key does what it does, and
 * puts the question off to the next start. Thread: the UI's. */
#ifndef UI_ASK_RECORD_H
#define UI_ASK_RECORD_H

#include "ui/ui.h"

/* Asks, when a stream has started here and nobody has decided it. */
void ask_record_update(struct ui *ui);
/* Whether the key was the answer, which is taken then. */
bool ask_record_takes(struct ui *ui, int key);

#endif
