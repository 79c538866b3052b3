/* Shows an event in full over the page that lists it. */
#ifndef PAGE_EVENT_TEXT_H
#define PAGE_EVENT_TEXT_H

#include "page/desk.h"

/* Shows the whole text, wrapped, with the date, severity and area. NULL: nothing happens. */
void event_open(struct page_desk *desk, const char *title, const struct pt_event *event);

#endif
