/* The flow lines of the Overview: generated -n> delivered ==> in topic -n> committed. */
#ifndef PAGE_FLOW_H
#define PAGE_FLOW_H

#include "ui/ui.h"

/* Header and one line a stream; a figure that does not fit whole is left out. */
void flow_draw(const struct ui *ui, struct canvas *canvas, struct rect area);
/* "-2>", "+7>", "==>": how far the right figure is behind the left one; "-->" unknown. */
void flow_arrow(int64_t left, int64_t right, char *out, size_t cap);

#endif
