/* An event in full, over the page that lists it. */
#ifndef PAGE_EVENT_TEXT_H
#define PAGE_EVENT_TEXT_H

#include "ui/ui.h"

/* All of its text, folded, with its day, severity and area; NULL: nothing happens. */
void event_open(struct ui *ui, const char *title, const struct pt_event *event);

#endif
