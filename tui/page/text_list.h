/* A list whose rows are lines of text in fixed columns: records, tasks, a configuration, a log. It
 * is filtered, sorted and selected like any other (widget/listing.h). */
#ifndef PAGE_TEXT_LIST_H
#define PAGE_TEXT_LIST_H

#include "term/canvas.h"
#include "widget/listing.h"

struct text_list {
    /* Where each column begins and ends in a line, by their widths; the last one takes the rest.
     * Without a title the list has no header. */
    const struct column *columns;
    int n_columns;
    int key_columns; /* the first ones say what the row stands for; 0: all of its text */
    int time_column; /* sorted by the time of the row; -1: none */
    bool has_faults; /* rows in the style of a warning or an error are faults */
    size_t n;
    const void *arg; /* passed to the functions */
    void (*row)(const void *arg, size_t row, char *out, size_t cap, enum style *style);
    /* The text that Enter opens; the filter reads it too. NULL: there is none. */
    const char *(*whole)(const void *arg, size_t row);
    int64_t (*time_ms)(const void *arg, size_t row); /* NULL: no row has a time */
};

/* As listing_recalc. */
void text_list_recalc(struct listing *listing, const struct text_list *texts, int height);
/* Draws the header in the first row of area, if there is one, and below it the visible rows. */
void text_list_draw(const struct listing *listing, const struct text_list *texts, bool is_marked,
                    struct canvas *canvas, struct rect area);
bool text_list_has_head(const struct text_list *texts);

#endif
