/* The flow lines of the Overview: generated -n> delivered ==> in topic -n> committed. */
#ifndef PAGE_FLOW_H
#define PAGE_FLOW_H

#include "page/desk.h"

/* Draws the header and one line for each stream. A figure that does not fit is left out. */
void flow_draw(const struct page_desk *desk, struct canvas *canvas, struct rect area);
/* How far the right figure is behind the left one or ahead of it: "-2>", "+7>", "==>"; "-->":
 * unknown. */
void flow_arrow(int64_t left, int64_t right, char *out, size_t cap);

#endif
