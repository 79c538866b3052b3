/* The screen: the page in its frame, and the dialogs over it. */
#ifndef UI_FRAME_H
#define UI_FRAME_H

#include "ui/ui.h"

void ui_draw(const struct ui *ui, struct canvas *canvas);

#endif
