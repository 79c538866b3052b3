#include "page/text_list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pintop/snapshot.h"
#include "widget/table.h"

enum { TEXT_BYTES = 1024 };

static int text_list_x(const struct text_list *texts, int column)
{
    int x = 0;
    for (int i = 0; i < column; i++)
        x += texts->columns[i].width;
    return x;
}

static void text_list_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                           enum style *style)
{
    const struct text_list *texts = arg;
    char text[TEXT_BYTES] = "";
    bool is_last = column + 1 >= texts->n_columns;
    (void)cols;
    texts->row(texts->arg, (size_t)row, text, sizeof text, style);
    size_t from = text_bytes(text, text_list_x(texts, column));
    size_t to = is_last ? strlen(text) : text_bytes(text, text_list_x(texts, column + 1));
    while (to > from && text[to - 1] == ' ')
        to--;
    snprintf(out, cap, "%.*s", (int)(to - from), text + from);
}

static uint64_t text_list_key(const void *arg, size_t row)
{
    const struct text_list *texts = arg;
    char text[TEXT_BYTES] = "";
    enum style style;
    texts->row(texts->arg, row, text, sizeof text, &style);
    if (texts->key_columns > 0 && texts->key_columns < texts->n_columns)
        text[text_bytes(text, text_list_x(texts, texts->key_columns))] = '\0';
    return listing_key(text);
}

static bool text_list_is_fault(const void *arg, size_t row)
{
    const struct text_list *texts = arg;
    char text[TEXT_BYTES];
    enum style style = STYLE_NORMAL;
    texts->row(texts->arg, row, text, sizeof text, &style);
    return style == STYLE_WARN || style == STYLE_BAD;
}

static bool text_list_value(const void *arg, size_t row, int column, double *value)
{
    const struct text_list *texts = arg;
    if (column != texts->time_column || texts->time_ms == NULL)
        return false;
    int64_t time_ms = texts->time_ms(texts->arg, row);
    *value = time_ms != PT_UNKNOWN ? (double)time_ms : NAN;
    return true;
}

/* A line is read as a whole, since its columns are only where its parts usually are. */
static bool text_list_has(const void *arg, size_t row, const char *what)
{
    const struct text_list *texts = arg;
    const char *whole = texts->whole != NULL ? texts->whole(texts->arg, row) : NULL;
    char text[TEXT_BYTES] = "";
    enum style style;
    texts->row(texts->arg, row, text, sizeof text, &style);
    return strcasestr(text, what) != NULL || (whole != NULL && strcasestr(whole, what) != NULL);
}

void text_list_recalc(struct listing *listing, const struct text_list *texts, int height)
{
    struct listing_rows rows = {.columns = texts->columns,
                                .n_columns = texts->n_columns,
                                .n = texts->n,
                                .arg = texts,
                                .cell = text_list_cell,
                                .key = text_list_key,
                                .is_fault = texts->has_faults ? text_list_is_fault : NULL,
                                .value = text_list_value,
                                .has = text_list_has};
    listing_recalc(listing, &rows, height);
}

bool text_list_has_head(const struct text_list *texts)
{
    return texts->n_columns > 0 && texts->columns[0].title[0] != '\0';
}

static void text_list_draw_head(const struct listing *listing, const struct text_list *texts,
                                struct canvas *canvas, struct rect area)
{
    struct table_layout layout = {.n = texts->n_columns};
    for (int i = 0; i < layout.n; i++) {
        bool is_last = i + 1 == layout.n;
        layout.index[i] = i;
        layout.x[i] = text_list_x(texts, i);
        bool takes_rest = is_last && texts->columns[i].align == ALIGN_LEFT;
        layout.w[i] = takes_rest ? area.w - 2 - layout.x[i] : texts->columns[i].width;
    }
    table_draw_head(texts->columns, &layout, listing, canvas, area);
}

void text_list_draw(const struct listing *listing, const struct text_list *texts, bool is_marked,
                    struct canvas *canvas, struct rect area)
{
    int y = 0;
    if (text_list_has_head(texts))
        text_list_draw_head(listing, texts, canvas, rect_row(area, y++));
    for (int row = listing->list.top; y < area.h && row < listing->list.count; row++, y++) {
        char text[TEXT_BYTES] = "";
        enum style style = STYLE_NORMAL;
        bool is_selected = is_marked && row == listing->list.selected;
        canvas_owned(canvas, rect_row(area, y), listing, row);
        texts->row(texts->arg, (size_t)listing_row(listing, row), text, sizeof text, &style);
        if (is_selected)
            canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
        if (is_selected && style == STYLE_NORMAL)
            style = STYLE_BOLD;
        canvas_field(canvas, area, y, 1, area.w - 2, ALIGN_LEFT, style, text);
    }
}
