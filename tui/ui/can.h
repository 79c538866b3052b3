/* Whether an action makes sense here and now; the footer shows only those. */
#ifndef UI_CAN_H
#define UI_CAN_H

#include "ui/ui.h"

bool ui_can(const struct ui *ui, enum action action);

#endif
