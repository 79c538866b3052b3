/* Cells in memory that pages draw into; term/screen.c sends what changed, tests read it as text.
 *
 * Every cell holds one column: a rune in UTF-8 with its combining marks, or the right half of a
 * wide one (width 0). All drawing is clipped to the rectangle that is passed and to the canvas, and
 * never leaves only one half of a wide character. With is_ascii everything outside ASCII becomes
 * its nearest ASCII sign, in as many columns. */
#ifndef TERM_CANVAS_H
#define TERM_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a text is; screen.c decides how that looks. */
enum style {
    STYLE_NORMAL,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_HEAD,
    STYLE_TITLE,
    STYLE_BAND,
    STYLE_SELECTED,
    STYLE_KEY,
    STYLE_OK,
    STYLE_WARN,
    STYLE_BAD,
    STYLE_IN,
    STYLE_OUT,
    STYLE_RED_BAND, /* the title of a context with a colour of its own (pintop.band) */
    STYLE_YELLOW_BAND,
    STYLE_GREEN_BAND,
    STYLE_BLUE_BAND,
    STYLE_MAGENTA_BAND,
    STYLE_CYAN_BAND,
    STYLES
};

enum { CELL_BYTES = 14 };

struct cell {
    char text[CELL_BYTES]; /* "" in the right half of a wide character */
    uint8_t width;         /* 1, 2, or 0: right half */
    uint8_t style;
};

struct rect {
    int y, x, h, w;
};

/* A part of the screen that stands for a row of a list. */
struct canvas_part {
    struct rect area;
    const void *owner;
    int row;
};

struct canvas {
    int rows, cols;
    bool is_ascii;
    struct cell *cells;
    struct canvas_part *parts; /* room for 2 a row; NULL: out of memory, and none are kept */
    int n_parts;
    /* How many texts lost their end at the right edge of where they were written, without a sign
     * for it; and the last of them, for tests. */
    int n_cut;
    char cut[64];
};

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/* A blank canvas. NULL when out of memory, or when rows or cols is not positive. */
struct canvas *canvas_new(int rows, int cols, bool is_ascii);
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
struct rect canvas_rect(const struct canvas *canvas);
const struct cell *canvas_at(const struct canvas *canvas, int y, int x);

/* The rectangle that a and b have in common. */
struct rect rect_clip(struct rect a, struct rect b);
/* Row `row` of a rectangle, counted from its top; empty when the rectangle has no such row. */
struct rect rect_row(struct rect area, int row);

/* Write text at (y, x) of area; cut at its right edge. Returns the columns the whole text takes. */
int canvas_text(struct canvas *canvas, struct rect area, int y, int x, enum style style,
                const char *text);
/* The same with printf; at most 511 bytes. */
int canvas_printf(struct canvas *canvas, struct rect area, int y, int x, enum style style,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Write text into the w columns from (y, x) of area; a longer one is cut and ends in an ellipsis.
 */
void canvas_field(struct canvas *canvas, struct rect area, int y, int x, int w, enum align align,
                  enum style style, const char *text);
/* Fills with blanks, or with one narrow sign. */
void canvas_blank(struct canvas *canvas, struct rect area, enum style style);
void canvas_fill(struct canvas *canvas, struct rect area, enum style style, const char *sign);
/* Changes the style of cells and keeps their text. */
void canvas_restyle(struct canvas *canvas, struct rect area, enum style style);

/* Says which row of which list stands in this area; what was said last counts. */
void canvas_owned(struct canvas *canvas, struct rect area, const void *owner, int row);
/* The owner of what stands there, and its row; NULL: nobody owns it. */
const void *canvas_hit(const struct canvas *canvas, int y, int x, int *row);

/* Columns that text takes on a canvas. */
int text_cols(const char *text);
/* Bytes of the longest beginning of text that takes at most cols columns. */
size_t text_bytes(const char *text, int cols);
/* The text in exactly cols columns: blanks fill it up, and a longer one is cut with an ellipsis. */
void text_in_cols(char *out, size_t cap, const char *text, int cols, enum align align);
/* Copy the next line of at most cols columns from *text (cut at a space where there is one, and at
 * '\n'); false when nothing is left. */
bool text_wrap(const char **text, int cols, char *line, size_t cap);

/* The canvas as text, rows ending in '\n' without trailing blanks; with is_styles one letter per
 * cell for its style instead. The caller frees it; NULL when out of memory. */
char *canvas_dump(const struct canvas *canvas, bool is_styles);

#endif
