/* Shows the keys of the page on screen. */
#ifndef UI_HELP_H
#define UI_HELP_H

#include "ui/ui.h"

void help_show(struct ui *ui);

#endif
