/* The Overview's state, shared by its files: rows and choices (overview.c), the topic table
 * (overview_table.c), the other panels (overview_draw.c). */
#ifndef PAGE_OVERVIEW_H
#define PAGE_OVERVIEW_H

#include <stdio.h>

#include "page/overview_layout.h"
#include "page/page.h"
#include "widget/list.h"

/* A row of the topic table: a stream with its topic, or a watched topic of somebody else. */
struct overview_row {
    int stream;   /* enum pt_stream_id, or -1 */
    size_t topic; /* into the topics section */
    bool has_topic;
};

/* In the order of Tab. */
enum overview_panel { PANEL_TOPICS, PANEL_VERDICT, PANEL_EVENTS, PANELS };

struct overview {
    struct overview_row *rows;
    size_t n_rows, cap;
    struct list list, events;
    enum overview_panel panel; /* that has the arrows and Enter */
    char selected[PT_TOPIC_MAX];
    char filter[PT_TOPIC_MAX];
    char prefix[PT_TOPIC_MAX]; /* pulled up into the header; "" none */
    int n_flows;
    bool has_failed; /* a stream has records that failed: they take the place of p99 */
    struct overview_layout layout;
};

const char *overview_name(const struct ui *ui, const struct overview_row *row);
void overview_draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body);
void overview_draw_table(const struct overview *page, const struct ui *ui, struct canvas *canvas);
/* The verdict's two lines, each whole; the caller's, NULL without memory. */
char *overview_verdict(const struct ui *ui);
char *overview_detail(const struct ui *ui);
/* The verdict in full: what, since when, why, the next step, how long what waits is safe. */
void overview_tell(const struct ui *ui, FILE *out);

#endif
