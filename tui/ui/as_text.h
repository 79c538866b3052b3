/* The dashboard as text, for a program without a screen. Thread: any, one at a time. */
#ifndef UI_AS_TEXT_H
#define UI_AS_TEXT_H

#include "ui/ui.h"

/* All pages, one below the other, as a front end would show this snapshot. free(); NULL when out of
 * memory. */
char *as_text_pages(const struct pt_snapshot *snap, int64_t now_ms, const struct looks *looks);

#endif
