/* One record by hand: its text in the user's editor, the plan, the question, and what became of it.
 * What was typed is kept until the record is produced. Thread: the UI's. */
#ifndef UI_ASK_PRODUCE_H
#define UI_ASK_PRODUCE_H

#include "ui/ui.h"

/* Begins with the selected topic, and with the selected record if there is one. */
void ask_produce(struct ui *ui);
/* Takes what the engine has answered. */
void produce_update(struct ui *ui);

#endif
