/* The sink's line of the Overview, and below it the cause, the next step and the witnesses. */
#ifndef PAGE_SINK_PANEL_H
#define PAGE_SINK_PANEL_H

#include "page/desk.h"

void sink_draw(const struct page_desk *desk, struct canvas *canvas, struct rect area);

#endif
