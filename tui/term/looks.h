/* With which colours the terminal is drawn, and whether with characters outside ASCII. */
#ifndef TERM_LOOKS_H
#define TERM_LOOKS_H

#include <stdbool.h>

/* pintop.theme: SAFE is for eyes that do not tell red from green, LIGHT for a light background. */
enum theme { THEME_DEFAULT, THEME_SAFE, THEME_LIGHT, THEME_MONO };
enum { LOOKS_THEMES = THEME_MONO + 1 };

/* "default", "safe", "light", "mono"; any other name is the default. */
enum theme theme_named(const char *name);
/* False: no theme has that name. */
bool theme_find(const char *name, enum theme *theme);
const char *theme_word(enum theme theme);

struct looks {
    bool is_mono;  /* --no-color, NO_COLOR */
    bool is_ascii; /* --ascii, or a locale that is not UTF-8 */
    enum theme theme;
};

#endif
