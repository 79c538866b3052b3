/* The command line behind `:`. */
#ifndef UI_COMMAND_LINE_H
#define UI_COMMAND_LINE_H

#include "ui/ui.h"

void ask_command(struct ui *ui);
/* Writes the words that take arguments, one a line, with what they take. Returns the length. */
size_t command_line_help(const struct ui *ui, char *out, size_t cap);

#endif
