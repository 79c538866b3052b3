/* The sink's line of the Overview, and below it why and by which witnesses. */
#ifndef PAGE_SINK_PANEL_H
#define PAGE_SINK_PANEL_H

#include "ui/ui.h"

void sink_draw(const struct ui *ui, struct canvas *canvas, struct rect area);

#endif
