/* The Overview's state, shared by its files: rows and selection (overview.c), the topic table
 * (overview_table.c), the other panels (overview_draw.c). */
#ifndef PAGE_OVERVIEW_H
#define PAGE_OVERVIEW_H

#include <stdio.h>

#include "page/chart_panel.h"
#include "page/overview_layout.h"
#include "page/page.h"
#include "widget/listing.h"

/* A row of the topic table: a stream with its topic, or another topic that is watched. */
struct overview_row {
    int stream;   /* enum pt_stream_id, or -1 */
    size_t topic; /* index in the topics section */
    bool has_topic;
};

/* In the order in which Tab visits them. */
enum overview_panel { PANEL_TOPICS, PANEL_VERDICT, PANEL_EVENTS, PANEL_CHART, PANELS };

struct overview {
    struct overview_row *rows;
    size_t n_rows, cap;
    struct listing topics, events;
    struct chart_panel chart;
    enum overview_panel panel; /* the panel that arrows and Enter act on */
    char selected[PT_TOPIC_MAX];
    char prefix[PT_TOPIC_MAX]; /* shown in the header instead of each row; "": none */
    int n_flows;
    bool has_failed; /* records of a stream failed: FAILED comes before P99 */
    struct overview_layout layout;
};

/* What the functions of the lists know. */
struct overview_list_arg {
    const struct overview *page;
    const struct page_desk *desk;
};
/* The columns of the topics, and a cell of them (arg: a struct overview_list_arg). */
const struct column *overview_columns(int *n);
void overview_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                   enum style *style);
/* For sorting: what the cell's text does not say. As listing_rows.value. */
bool overview_value(const void *arg, size_t row, int column, double *value);
const char *overview_name(const struct page_desk *desk, const struct overview_row *row);
void overview_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                   struct rect body);
void overview_draw_table(const struct overview *page, const struct page_desk *desk,
                         struct canvas *canvas);
/* Makes the list of page->rows. */
void overview_list_recalc(struct overview *page, const struct page_desk *desk);
/* The selected row; NULL: there is none. */
const struct overview_row *overview_selected(const struct overview *page);
/* The events are listed with the newest first. */
void overview_events_recalc(struct overview *page, const struct page_desk *desk, int height);
/* The event of a row, of which 0 is the newest; NULL: there is none. */
const struct pt_event *overview_event(const struct page_desk *desk, int row);
/* The two lines of the verdict, uncut. The caller frees them; NULL when out of memory. */
char *overview_verdict(const struct page_desk *desk);
char *overview_detail(const struct page_desk *desk);
/* Writes the verdict in full: since when, why, the next step, and how long the waiting records are
 * safe. */
void overview_tell(const struct page_desk *desk, FILE *out);

#endif
