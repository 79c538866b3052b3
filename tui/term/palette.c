/* The themes. A style is told apart without its colour, too: colour is never the only sign. */
#include "term/palette.h"

#include <stdbool.h>
#include <string.h>

/* The colours of a terminal with 8 of them, and the ones that are better where there are 256. */
struct shade {
    attr_t attr;
    short of_8, of_256; /* -1: the terminal's own */
};

#define OWN                                                                                        \
    {                                                                                              \
        A_NORMAL, -1, -1                                                                           \
    }

static const struct shade shades[][STYLES] =
    {
        [THEME_DEFAULT] =
            {
                             [STYLE_NORMAL] = OWN,
                             [STYLE_DIM] = {A_DIM, -1, -1},
                             [STYLE_BOLD] = {A_BOLD, -1, -1},
                             [STYLE_HEAD] = {A_NORMAL, COLOR_CYAN, COLOR_CYAN},
                             [STYLE_TITLE] = {A_BOLD, -1, -1},
                             [STYLE_BAND] = {A_REVERSE, -1, -1},
                             [STYLE_SELECTED] = {A_REVERSE, -1, -1},
                             [STYLE_KEY] = {A_BOLD, COLOR_CYAN, COLOR_CYAN},
                             [STYLE_OK] = {A_BOLD, COLOR_GREEN, COLOR_GREEN},
                             [STYLE_WARN] = {A_NORMAL, COLOR_YELLOW, COLOR_YELLOW},
                             [STYLE_BAD] = {A_BOLD, COLOR_RED, COLOR_RED},
                             [STYLE_IN] = {A_NORMAL, COLOR_GREEN, COLOR_GREEN},
                             [STYLE_OUT] = {A_NORMAL, COLOR_MAGENTA, 170},
                             },
 /* Blue and orange, which are told apart without seeing red or green. */
        [THEME_SAFE] =
            {
                             [STYLE_NORMAL] = OWN,
                             [STYLE_DIM] = {A_DIM, -1, -1},
                             [STYLE_BOLD] = {A_BOLD, -1, -1},
                             [STYLE_HEAD] = {A_NORMAL, COLOR_CYAN, 110},
                             [STYLE_TITLE] = {A_BOLD, -1, -1},
                             [STYLE_BAND] = {A_REVERSE, -1, -1},
                             [STYLE_SELECTED] = {A_REVERSE, -1, -1},
                             [STYLE_KEY] = {A_BOLD, COLOR_CYAN, 110},
                             [STYLE_OK] = {A_BOLD, COLOR_CYAN, 39},
                             [STYLE_WARN] = {A_NORMAL, COLOR_YELLOW, 220},
                             [STYLE_BAD] = {A_BOLD | A_REVERSE, COLOR_YELLOW, 208},
                             [STYLE_IN] = {A_NORMAL, COLOR_CYAN, 39},
                             [STYLE_OUT] = {A_NORMAL, COLOR_YELLOW, 208},
                             },
 /* For a light background, on which yellow and cyan cannot be read. */
        [THEME_LIGHT] =
            {
                             [STYLE_NORMAL] = OWN,
                             [STYLE_DIM] = {A_NORMAL, -1, 240},
                             [STYLE_BOLD] = {A_BOLD, -1, -1},
                             [STYLE_HEAD] = {A_NORMAL, COLOR_BLUE, 25},
                             [STYLE_TITLE] = {A_BOLD, -1, -1},
                             [STYLE_BAND] = {A_REVERSE, -1, -1},
                             [STYLE_SELECTED] = {A_REVERSE, -1, -1},
                             [STYLE_KEY] = {A_BOLD, COLOR_BLUE, 25},
                             [STYLE_OK] = {A_BOLD, COLOR_GREEN, 22},
                             [STYLE_WARN] = {A_BOLD, COLOR_MAGENTA, 130},
                             [STYLE_BAD] = {A_BOLD, COLOR_RED, 124},
                             [STYLE_IN] = {A_NORMAL, COLOR_GREEN, 28},
                             [STYLE_OUT] = {A_NORMAL, COLOR_MAGENTA, 90},
                             },
};

/* The bands of contexts: the same in every theme, since they bring their own ground. All zero: the
 * style is no band. */
static const struct band_shade {
    short of_8, of_256, ground_8, ground_256;
} band_shades[STYLES] = {
    [STYLE_RED_BAND] = {COLOR_WHITE, 231, COLOR_RED,     160},
    [STYLE_YELLOW_BAND] = {COLOR_BLACK, 16,  COLOR_YELLOW,  220},
    [STYLE_GREEN_BAND] = {COLOR_BLACK, 16,  COLOR_GREEN,   71 },
    [STYLE_BLUE_BAND] = {COLOR_WHITE, 231, COLOR_BLUE,    26 },
    [STYLE_MAGENTA_BAND] = {COLOR_WHITE, 231, COLOR_MAGENTA, 127},
    [STYLE_CYAN_BAND] = {COLOR_BLACK, 16,  COLOR_CYAN,    44 },
};

/* Without colours. */
static const attr_t attrs_mono[STYLES] = {
    [STYLE_NORMAL] = A_NORMAL,
    [STYLE_DIM] = A_NORMAL,
    [STYLE_BOLD] = A_BOLD,
    [STYLE_HEAD] = A_UNDERLINE,
    [STYLE_TITLE] = A_BOLD,
    [STYLE_BAND] = A_REVERSE,
    [STYLE_SELECTED] = A_REVERSE,
    [STYLE_KEY] = A_BOLD,
    [STYLE_OK] = A_BOLD,
    [STYLE_WARN] = A_BOLD | A_UNDERLINE,
    [STYLE_IN] = A_NORMAL,
    [STYLE_OUT] = A_NORMAL,
    [STYLE_BAD] = A_BOLD | A_REVERSE,
    [STYLE_RED_BAND] = A_REVERSE | A_UNDERLINE,
    [STYLE_YELLOW_BAND] = A_REVERSE,
    [STYLE_GREEN_BAND] = A_REVERSE,
    [STYLE_BLUE_BAND] = A_REVERSE,
    [STYLE_MAGENTA_BAND] = A_REVERSE,
    [STYLE_CYAN_BAND] = A_REVERSE,
};

static const char *const theme_words[LOOKS_THEMES] = {"default", "safe", "light", "mono"};

const char *theme_word(enum theme theme)
{
    return theme_words[theme];
}

enum theme theme_named(const char *name)
{
    enum theme theme;
    return theme_find(name, &theme) ? theme : THEME_DEFAULT;
}

bool theme_find(const char *name, enum theme *theme)
{
    for (int i = 0; i < LOOKS_THEMES; i++) {
        if (strcmp(theme_words[i], name) == 0) {
            *theme = (enum theme)i;
            return true;
        }
    }
    return false;
}

struct paint palette_paint(enum theme theme, enum style style, int n_colours)
{
    if (theme == THEME_MONO || n_colours < 8)
        return (struct paint){attrs_mono[style], -1, -1};
    bool is_rich = n_colours >= 256;
    const struct band_shade *band = &band_shades[style];
    if (band->ground_256 > 0)
        return (struct paint){A_BOLD, is_rich ? band->of_256 : band->of_8,
                              is_rich ? band->ground_256 : band->ground_8};
    const struct shade *shade = &shades[theme][style];
    return (struct paint){shade->attr, is_rich ? shade->of_256 : shade->of_8, -1};
}
