/* The Overview's state, shared by its files: rows and choices (overview.c), the topic table
 * (overview_table.c), the other panels (overview_draw.c). */
#ifndef PAGE_OVERVIEW_H
#define PAGE_OVERVIEW_H

#include "page/overview_layout.h"
#include "page/page.h"
#include "widget/list.h"

/* A row of the topic table: a stream with its topic, or a watched topic of somebody else. */
struct overview_row {
    int stream;   /* enum pt_stream_id, or -1 */
    size_t topic; /* into the topics section */
    bool has_topic;
};

struct overview {
    struct overview_row *rows;
    size_t n_rows, cap;
    struct list list, events;
    bool is_on_events; /* the panel that has the arrows */
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
/* The verdict's two lines as text. */
void overview_verdict(const struct ui *ui, char *out, size_t cap);
void overview_detail(const struct ui *ui, char *out, size_t cap);

#endif
