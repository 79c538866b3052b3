/* The names of the pages in one row, to click on: shown while the mouse is on. */
#ifndef UI_TABS_H
#define UI_TABS_H

#include "ui/ui.h"

void tabs_draw(const struct ui *ui, struct canvas *canvas, struct rect row);
/* The page whose name stands at column x of the screen, if the row is there; -1: none. */
int tabs_at(const struct ui *ui, struct rect row, int x);

#endif
