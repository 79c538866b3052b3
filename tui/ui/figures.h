/* Every figure of the screen: what it counts, in which unit, where it comes from and how old it may
 * be. `pintop help screen` prints the table, and pintop-screen(7) is made from that. */
#ifndef UI_FIGURES_H
#define UI_FIGURES_H

#include <stddef.h>

struct figure {
    const char *place; /* on the screen; NULL: that of the figure before */
    const char *name;  /* as the screen writes it */
    const char *unit;  /* "": it is a word, or a time */
    const char *means;
    const char *source;
    const char *age; /* how old it may be */
};

size_t figures_count(void);
const struct figure *figures_at(size_t i);

#endif
