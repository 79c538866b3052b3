/* Tables. */
#include "widget/table.h"

#include <stdio.h>
#include <string.h>

static int table_ranks_of(const struct column *columns, int n)
{
    int most = 0;
    for (int i = 0; i < n; i++)
        if (columns[i].rank > most)
            most = columns[i].rank;
    return most;
}

static void table_place(const struct column *columns, struct table_layout *layout, int first_width)
{
    int x = 0;
    for (int i = 0; i < layout->n; i++) {
        layout->x[i] = x;
        layout->w[i] = i == 0 ? first_width : columns[layout->index[i]].width;
        x += layout->w[i];
    }
}

/* Gives the columns their wide widths, one after the other, while there is room. */
static void table_widen(const struct column *columns, struct table_layout *layout, int left)
{
    for (int i = 1; i < layout->n && left > 0; i++) {
        const struct column *column = &columns[layout->index[i]];
        int more = column->wide > column->width ? column->wide - column->width : 0;
        if (more > left)
            more = left;
        layout->w[i] += more;
        left -= more;
    }
    for (int i = 1; i < layout->n; i++)
        layout->x[i] = layout->x[i - 1] + layout->w[i - 1];
}

void table_fit(const struct column *columns, int n, int cols, struct table_layout *layout)
{
    bool is_in[TABLE_COLUMNS_MAX] = {false};
    int used = 0, last_rank = table_ranks_of(columns, n);
    /* Behind the first one without room none follows: a narrow one would come and go while the
     * screen grows. */
    bool has_room = true;
    for (int rank = 0; rank <= last_rank && has_room; rank++) {
        for (int i = 0; i < n; i++) {
            if (columns[i].rank != rank)
                continue;
            has_room = has_room && used + columns[i].width <= cols;
            if (!has_room)
                continue;
            is_in[i] = true;
            used += columns[i].width;
        }
    }
    layout->n = 0;
    for (int i = 0; i < n; i++)
        if (is_in[i])
            layout->index[layout->n++] = i;
    if (layout->n == 0)
        return;
    int left = cols - used, first = columns[layout->index[0]].width;
    int most = columns[layout->index[0]].wide > first ? columns[layout->index[0]].wide : first;
    int grow = most - first < left ? most - first : left;
    table_place(columns, layout, first + grow);
    table_widen(columns, layout, left - grow);
}

/* The title without what tells of the page's own order, while that is not in force. */
static const char *table_title(const struct column *column, const struct listing *listing,
                               char *room, size_t cap)
{
    size_t len = strcspn(column->title, ",");
    if (listing->sort == 0 && !listing->is_reversed)
        return column->title;
    snprintf(room, cap, "%.*s", (int)len, column->title);
    return room;
}

static void table_draw_arrow(const struct listing *listing, enum align align, const char *title,
                             struct canvas *canvas, struct rect area, int x, int w)
{
    int blanks = (int)strspn(title, " "), cols = text_cols(title);
    int at = align == ALIGN_LEFT ? x + blanks : x + w - cols + blanks;
    int mark = at > x ? at - 1 : x - 1;
    if (mark < area.w)
        canvas_text(canvas, area, 0, mark, STYLE_HEAD, listing_is_falling(listing) ? "↓" : "↑");
}

void table_draw_head(const struct column *columns, const struct table_layout *layout,
                     const struct listing *listing, struct canvas *canvas, struct rect area)
{
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    for (int i = 0; i < layout->n; i++) {
        const struct column *column = &columns[layout->index[i]];
        char room[128];
        const char *title = table_title(column, listing, room, sizeof room);
        int x = 1 + layout->x[i] + (i > 0), w = layout->w[i] - (i > 0);
        canvas_field(canvas, area, 0, x, w, column->align, STYLE_HEAD, title);
        if (listing->sort == layout->index[i] + 1)
            table_draw_arrow(listing, column->align, title, canvas, area, x, w);
    }
}

static void table_draw_row(const struct table *table, const struct table_layout *layout,
                           struct canvas *canvas, struct rect area, int y, int row)
{
    const struct listing *listing = table->listing;
    bool is_selected = row == listing->list.selected;
    canvas_owned(canvas, rect_row(area, y), listing, row);
    if (is_selected)
        canvas_text(canvas, area, y, 0, STYLE_BOLD, table->has_focus ? ">" : "-");
    for (int i = layout->n - 1; i >= 0; i--) {
        const struct column *column = &table->columns[layout->index[i]];
        char text[512];
        enum style style = is_selected && i == 0 ? STYLE_BOLD : STYLE_NORMAL;
        int cols = layout->w[i] - (i > 0);
        text[0] = '\0';
        table->cell(table->arg, listing_row(listing, row), layout->index[i], cols, text,
                    sizeof text, &style);
        if (text[0] == '\0')
            continue;
        /* A text that is one column too long may use the gap before the next column. */
        if (column->align == ALIGN_LEFT && i > 0 && text_cols(text) == cols + 1)
            cols++;
        canvas_field(canvas, area, y, 1 + layout->x[i] + (i > 0), cols, column->align, style, text);
    }
    if (layout->n > 0 && listing_is_marked(listing, listing->keys[row]))
        canvas_text(canvas, area, y, 1 + layout->x[0] + layout->w[0], STYLE_BOLD, "*");
}

void table_draw(const struct table *table, struct canvas *canvas, struct rect area)
{
    struct table_layout layout;
    table_fit(table->columns, table->n_columns, area.w - 1, &layout);
    table_draw_head(table->columns, &layout, table->listing, canvas, area);
    for (int y = 1; y < area.h; y++) {
        int row = table->listing->list.top + y - 1;
        if (row < table->listing->list.count)
            table_draw_row(table, &layout, canvas, area, y, row);
    }
}
