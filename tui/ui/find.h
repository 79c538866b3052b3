/* `/` filters what is shown, with each letter that is typed. */
#ifndef UI_FIND_H
#define UI_FIND_H

#include "ui/ui.h"

/* Asks for the filter of the page's list. */
void find_ask(struct ui *ui);
/* Asks for the filter of a text that is read. False: the key does something else. */
bool find_in_text(struct ui *ui, const struct dialog *text, int key);

#endif
