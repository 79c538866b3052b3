/* The command line behind `:`. */
#ifndef UI_COMMAND_LINE_H
#define UI_COMMAND_LINE_H

#include "ui/ui.h"

void ask_command(struct ui *ui);

#endif
