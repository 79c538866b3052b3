/* Cells in memory. This file knows neither the terminal nor the pages. */
#include "term/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The signs that pages use, and their replacement in ASCII. */
static const struct {
    unsigned rune;
    char ascii;
} ascii_signs[] = {
    {0x2013, '-'},
    {0x2014, '-'},
    {0x2026, '~'},
    {0x2500, '-'},
    {0x2501, '-'},
    {0x2502, '|'},
    {0x250c, '+'},
    {0x2510, '+'},
    {0x2514, '+'},
    {0x2518, '+'},
    {0x2524, '|'},
    {0x253c, '+'},
    {0x2550, '='},
    {0x2717, 'X'},
    {0x2190, '<'},
    {0x2192, '>'},
    {0x2191, '^'},
    {0x2193, 'v'},
    {0x00b7, '.'},
    {0x2022, '*'},
    {0x00d7, 'x'},
    {0x2264, '<'},
    {0x2265, '>'},
    {0x00b5, 'u'},
    {0x2588, '#'},
    {0x2593, '#'},
};

static const char style_letters[STYLES + 1] = ".dbhtBskowxioRYGLMC";

/* The rune at p and its length; a byte that is not UTF-8 counts as one '?'. */
static size_t rune_at(const char *p, unsigned *rune)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
    if (n == 0 || s[0] > 0xf4) {
        *rune = '?';
        return 1;
    }
    unsigned value = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *rune = '?';
            return 1;
        }
        value = value << 6 | (s[i] & 0x3f);
    }
    *rune = value;
    return n;
}

static int rune_cols(unsigned rune)
{
    if (rune < 0x20 || rune == 0x7f)
        return 1; /* shown as ? */
    if (rune < 0x7f)
        return 1;
    /* Braille and blocks are one column wide everywhere; wcwidth is not called, because it returns
     * -1 for them in the C locale. */
    if (rune >= 0x2500 && rune <= 0x28ff)
        return 1;
    int w = wcwidth((wchar_t)rune);
    return w < 0 ? 1 : w;
}

static char rune_ascii(unsigned rune)
{
    for (size_t i = 0; i < sizeof ascii_signs / sizeof *ascii_signs; i++)
        if (ascii_signs[i].rune == rune)
            return ascii_signs[i].ascii;
    return rune >= 0x2800 && rune <= 0x28ff ? '*' : '?';
}

static void cell_blank(struct cell *cell, enum style style)
{
    memset(cell, 0, sizeof *cell);
    cell->text[0] = ' ';
    cell->width = 1;
    cell->style = (uint8_t)style;
}

struct canvas *canvas_new(int rows, int cols, bool is_ascii)
{
    if (rows <= 0 || cols <= 0)
        return NULL;
    struct canvas *canvas = malloc(sizeof *canvas);
    if (canvas == NULL)
        return NULL;
    canvas->rows = rows;
    canvas->cols = cols;
    canvas->is_ascii = is_ascii;
    canvas->cells = malloc((size_t)rows * (size_t)cols * sizeof *canvas->cells);
    if (canvas->cells == NULL) {
        free(canvas);
        return NULL;
    }
    canvas->parts = calloc((size_t)rows * 2, sizeof *canvas->parts);
    canvas_clear(canvas);
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (canvas == NULL)
        return;
    free(canvas->cells);
    free(canvas->parts);
    free(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    for (int i = 0; i < canvas->rows * canvas->cols; i++)
        cell_blank(&canvas->cells[i], STYLE_NORMAL);
    canvas->n_parts = canvas->n_cut = 0;
}

void canvas_owned(struct canvas *canvas, struct rect area, const void *owner, int row)
{
    if (canvas->parts != NULL && canvas->n_parts < canvas->rows * 2)
        canvas->parts[canvas->n_parts++] = (struct canvas_part){area, owner, row};
}

const void *canvas_hit(const struct canvas *canvas, int y, int x, int *row)
{
    for (int i = canvas->n_parts - 1; i >= 0; i--) {
        const struct canvas_part *part = &canvas->parts[i];
        struct rect at = part->area;
        if (y < at.y || y >= at.y + at.h || x < at.x || x >= at.x + at.w)
            continue;
        *row = part->row;
        return part->owner;
    }
    return NULL;
}

struct rect canvas_rect(const struct canvas *canvas)
{
    return (struct rect){0, 0, canvas->rows, canvas->cols};
}

const struct cell *canvas_at(const struct canvas *canvas, int y, int x)
{
    return &canvas->cells[y * canvas->cols + x];
}

static struct cell *cell_at(struct canvas *canvas, int y, int x)
{
    return &canvas->cells[y * canvas->cols + x];
}

struct rect rect_clip(struct rect a, struct rect b)
{
    int y = a.y > b.y ? a.y : b.y, x = a.x > b.x ? a.x : b.x;
    int y_end = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    int x_end = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    struct rect both = {y, x, y_end - y, x_end - x};
    if (both.h < 0)
        both.h = 0;
    if (both.w < 0)
        both.w = 0;
    return both;
}

struct rect rect_row(struct rect area, int row)
{
    return (struct rect){area.y + row, area.x, row >= 0 && row < area.h ? 1 : 0, area.w};
}

/* The other half of a wide character that is about to lose one half becomes blank. */
static void canvas_split_wide(struct canvas *canvas, int y, int x)
{
    struct cell *cell = cell_at(canvas, y, x);
    if (cell->width == 2 && x + 1 < canvas->cols)
        cell_blank(cell_at(canvas, y, x + 1), cell->style);
    if (cell->width == 0 && x > 0)
        cell_blank(cell_at(canvas, y, x - 1), cell->style);
}

static void canvas_put_blank(struct canvas *canvas, int y, int x, enum style style)
{
    canvas_split_wide(canvas, y, x);
    cell_blank(cell_at(canvas, y, x), style);
}

static void canvas_put_rune(struct canvas *canvas, int y, int x, int w, enum style style,
                            const char *p, size_t len)
{
    canvas_put_blank(canvas, y, x, style);
    if (w == 2)
        canvas_put_blank(canvas, y, x + 1, style);
    struct cell *cell = cell_at(canvas, y, x);
    memset(cell->text, 0, sizeof cell->text);
    memcpy(cell->text, p, len);
    cell->width = (uint8_t)w;
    if (w == 2) {
        struct cell *half = cell_at(canvas, y, x + 1);
        half->text[0] = '\0';
        half->width = 0;
    }
}

static void canvas_add_combining(struct canvas *canvas, int y, int x, const char *p, size_t len)
{
    if (x > 0 && cell_at(canvas, y, x)->width == 0)
        x--;
    struct cell *cell = cell_at(canvas, y, x);
    size_t have = strlen(cell->text);
    if (have + len < sizeof cell->text)
        memcpy(cell->text + have, p, len);
}

/* One rune as it is written. */
struct glyph {
    const char *text;
    size_t len;
    int w;
    char sign; /* the ASCII sign written in its place, in as many columns; '\0': the rune itself */
};

/* What a terminal takes as an order, or what turns or joins the characters around it, so that they
 * take other columns than they were given. The texts of a snapshot have none of the first; this is
 * the last place where one could be stopped. */
static bool rune_is_harmful(unsigned rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xad || rune == 0x61c ||
           (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
           (rune >= 0x2060 && rune <= 0x206f) || (rune >= 0xfe00 && rune <= 0xfe0f) ||
           rune == 0xfeff || (rune >= 0xfff0 && rune <= 0xfffb) ||
           (rune >= 0xe0000 && rune <= 0xe0fff);
}

static struct glyph glyph_at(const struct canvas *canvas, const char *text)
{
    unsigned rune;
    struct glyph glyph = {.text = text, .len = rune_at(text, &rune)};
    glyph.w = rune_cols(rune);
    if (rune_is_harmful(rune) || (glyph.len == 1 && rune == '?'))
        glyph.sign = '?';
    else if (canvas->is_ascii && rune >= 0x80)
        glyph.sign = rune_ascii(rune);
    return glyph;
}

/* Writes one rune at absolute (y, x) in a row of clip. False when it does not fit into the columns
 * of clip. */
static bool canvas_put_glyph(struct canvas *canvas, struct rect clip, int y, int x,
                             enum style style, const struct glyph *glyph)
{
    int end = clip.x + clip.w;
    if (glyph->w <= 0 || x < clip.x || x >= end)
        return false;
    if (x + glyph->w > end) { /* only half of it would fit */
        canvas_put_blank(canvas, y, x, style);
        return false;
    }
    if (glyph->sign == '\0') {
        canvas_put_rune(canvas, y, x, glyph->w, style, glyph->text, glyph->len);
        return true;
    }
    for (int i = 0; i < glyph->w; i++)
        canvas_put_rune(canvas, y, x + i, 1, style, &glyph->sign, 1);
    return true;
}

/* Writes at absolute (y, x) inside clip; returns the columns of the whole text. */
static int canvas_put_text(struct canvas *canvas, struct rect clip, int y, int x, enum style style,
                           const char *text)
{
    bool is_row = y >= clip.y && y < clip.y + clip.h;
    int start = x, last = -1; /* column of the rune before, for combining marks */
    while (*text != '\0') {
        struct glyph glyph = glyph_at(canvas, text);
        if (is_row && glyph.w == 0 && last >= 0 && glyph.sign == '\0')
            canvas_add_combining(canvas, y, last, text, glyph.len);
        if (glyph.w > 0)
            last = is_row && canvas_put_glyph(canvas, clip, y, x, style, &glyph) ? x : -1;
        x += glyph.w;
        text += glyph.len;
    }
    return x - start;
}

/* Notes a text whose columns from x on are more than the clip has, unless only blanks are lost. */
static void canvas_note_cut(struct canvas *canvas, struct rect clip, int y, int x, const char *text)
{
    int room = clip.x + clip.w - x;
    const char *rest = text + text_bytes(text, room > 0 ? room : 0);
    if (y < clip.y || y >= clip.y + clip.h || rest[strspn(rest, " ")] == '\0')
        return;
    canvas->n_cut++;
    snprintf(canvas->cut, sizeof canvas->cut, "%s", text);
}

int canvas_text(struct canvas *canvas, struct rect area, int y, int x, enum style style,
                const char *text)
{
    struct rect clip = rect_clip(area, canvas_rect(canvas));
    canvas_note_cut(canvas, clip, area.y + y, area.x + x, text);
    return canvas_put_text(canvas, clip, area.y + y, area.x + x, style, text);
}

int canvas_printf(struct canvas *canvas, struct rect area, int y, int x, enum style style,
                  const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return canvas_text(canvas, area, y, x, style, text);
}

void canvas_field(struct canvas *canvas, struct rect area, int y, int x, int w, enum align align,
                  enum style style, const char *text)
{
    int cols = text_cols(text);
    struct rect field = rect_clip(area, (struct rect){area.y + y, area.x + x, 1, w > 0 ? w : 0});
    if (field.w == 0 || field.h == 0)
        return;
    int in_area = field.x + field.w - area.x - x; /* the columns of it that the area has */
    if (cols <= w && (align == ALIGN_RIGHT ? w : cols) <= in_area) {
        int skip = align == ALIGN_RIGHT ? w - cols : 0;
        canvas_text(canvas, area, y, x + skip, style, text);
        return;
    }
    struct rect cut = field;
    cut.w = field.w - 1;
    canvas_blank(canvas, field, style);
    canvas_put_text(canvas, rect_clip(cut, canvas_rect(canvas)), cut.y, cut.x, style, text);
    canvas_text(canvas, field, 0, field.w - 1, style, "…");
}

void canvas_blank(struct canvas *canvas, struct rect area, enum style style)
{
    canvas_fill(canvas, area, style, " ");
}

void canvas_fill(struct canvas *canvas, struct rect area, enum style style, const char *sign)
{
    struct rect clip = rect_clip(area, canvas_rect(canvas));
    for (int y = clip.y; y < clip.y + clip.h; y++)
        for (int x = clip.x; x < clip.x + clip.w; x++)
            canvas_put_text(canvas, clip, y, x, style, sign);
}

void canvas_restyle(struct canvas *canvas, struct rect area, enum style style)
{
    struct rect clip = rect_clip(area, canvas_rect(canvas));
    for (int y = clip.y; y < clip.y + clip.h; y++)
        for (int x = clip.x; x < clip.x + clip.w; x++)
            cell_at(canvas, y, x)->style = (uint8_t)style;
}

int text_cols(const char *text)
{
    int cols = 0;
    while (*text != '\0') {
        unsigned rune;
        text += rune_at(text, &rune);
        cols += rune_cols(rune);
    }
    return cols;
}

size_t text_bytes(const char *text, int cols)
{
    size_t at = 0;
    while (text[at] != '\0') {
        unsigned rune;
        size_t len = rune_at(text + at, &rune);
        cols -= rune_cols(rune);
        if (cols < 0)
            break;
        at += len;
    }
    return at;
}

void text_in_cols(char *out, size_t cap, const char *text, int cols, enum align align)
{
    int have = text_cols(text);
    size_t len = have <= cols ? strlen(text) : text_bytes(text, cols - 1);
    int pad = cols - have;
    if (have > cols) { /* a wide character may have found no room for its second half */
        char *cut = strndup(text, len);
        pad = cut != NULL ? cols - 1 - text_cols(cut) : 0;
        free(cut);
    }
    snprintf(out, cap, "%*s%.*s%s%*s", align == ALIGN_RIGHT && pad > 0 ? pad : 0, "", (int)len,
             text, have > cols ? "…" : "", align == ALIGN_LEFT && pad > 0 ? pad : 0, "");
}

bool text_wrap(const char **text, int cols, char *line, size_t cap)
{
    const char *p = *text, *space = NULL;
    if (*p == '\0' || cols <= 0)
        return false;
    int used = 0;
    while (*p != '\0' && *p != '\n') {
        unsigned rune;
        size_t len = rune_at(p, &rune);
        int w = rune_cols(rune);
        if ((used + w > cols && p > *text) || (size_t)(p - *text) + len >= cap)
            break;
        if (*p == ' ')
            space = p;
        used += w;
        p += len;
    }
    const char *next = p;
    if (*p == '\n') {
        next = p + 1;
    } else if (*p == ' ') {
        next = p + 1;
    } else if (*p != '\0' && space != NULL && space > *text) {
        p = space;
        next = space + 1;
    }
    memcpy(line, *text, (size_t)(p - *text));
    line[p - *text] = '\0';
    *text = next;
    return true;
}

char *canvas_dump(const struct canvas *canvas, bool is_styles)
{
    size_t row_max = (size_t)canvas->cols * CELL_BYTES + 1;
    char *out = malloc((size_t)canvas->rows * row_max + 1), *p = out;
    if (out == NULL)
        return NULL;
    for (int y = 0; y < canvas->rows; y++) {
        char *end = p; /* behind the last sign that is not blank */
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            size_t len = is_styles ? 1 : strlen(cell->text);
            memcpy(p, is_styles ? &style_letters[cell->style] : cell->text, len);
            p += len;
            if (is_styles || (len > 0 && strcmp(cell->text, " ") != 0))
                end = p;
        }
        p = end;
        *p++ = '\n';
    }
    *p = '\0';
    return out;
}
