/* The themes: which attribute and colour each style has. Included only by the files of term/ that
 * include curses. */
#ifndef TERM_PALETTE_H
#define TERM_PALETTE_H

#include <curses.h>

#include "term/canvas.h"
#include "term/looks.h"

struct paint {
    attr_t attr;
    short colour; /* the foreground; -1: the terminal's own */
    short ground; /* the background; the same */
};

/* How a style is drawn on a terminal of n_colours; less than 8: without colours. */
struct paint palette_paint(enum theme theme, enum style style, int n_colours);

#endif
