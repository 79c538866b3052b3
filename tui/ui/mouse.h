/* The mouse, which is off until `m` turns it on, because it takes the terminal's own selection
 * away. */
#ifndef UI_MOUSE_H
#define UI_MOUSE_H

#include "term/screen.h"
#include "ui/ui.h"

/* A key of the mouse (term/key.h) at a place of the screen, whose picture is canvas: a click
 * selects the row or goes to the page under it, the wheel moves in the list or the dialog. */
void ui_mouse(struct ui *ui, const struct canvas *canvas, int key, int y, int x);
/* Handles a key of the terminal, whichever kind it is, and turns its mouse on or off as asked. */
void mouse_or_key(struct ui *ui, struct screen *screen, const struct canvas *canvas, int key);

#endif
