/* A page: what the body of the screen shows. One struct of functions each; pages.c lists them. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdio.h>

#include "ui/ui.h"
#include "widget/list.h"

struct page_ops {
    const char *name;
    void *(*new)(void); /* NULL without memory */
    void (*free)(void *state);
    /* After every snapshot, key and resize: rows and strings out of ui->snap; the selection is kept
     * by name. body: where it will be drawn. */
    void (*recalc)(void *state, struct ui *ui, struct rect body);
    /* Only paints. */
    void (*draw)(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body);
    /* What stands in the title after the page's name. */
    void (*title)(const void *state, const struct ui *ui, char *out, size_t cap);
    /* An action that is the page's; false: not mine. */
    bool (*act)(void *state, struct ui *ui, enum action action);
    /* AT_… of the key table. */
    unsigned (*place)(const void *state);
    /* The connector that is selected: its id, or NULL. May be NULL. */
    const char *(*connector)(const void *state);
    /* The stream that is selected, or -1; the topic, or NULL. */
    int (*stream)(const void *state, const struct ui *ui);
    const char *(*topic)(const void *state);
    /* The topic that the next recalc selects, if it has a row. NULL: no list of topics. */
    void (*choose)(void *state, const char *topic);
    /* Enter has something to open. NULL: always. */
    bool (*has_details)(const void *state, const struct ui *ui);
    /* What the footer says of a key here; NULL, or from it: what the table of keys says. */
    const char *(*foot)(const void *state, enum action action);
    /* The filter or search was changed. False: nothing has it. */
    bool (*find)(void *state, struct ui *ui, const char *text);
    /* Writes what `y` copies, whole; false: nothing to copy. */
    bool (*copy)(const void *state, const struct ui *ui, FILE *out);
};

/* NULL: there is no such page. */
const struct page_ops *page_at(enum page_id id);
const char *page_name(enum page_id id);

extern const struct page_ops page_overview, page_topics, page_connector, page_auth, page_log;

/* How a verdict looks. */
enum style verdict_style(enum pt_verdict verdict);
/* Arrows, pages and ends of a list; false: not one of them. */
bool list_act(struct list *list, enum action action);

/* Open the details of a topic on the Topics page. */
void topics_show_details(struct ui *ui, const char *topic);

#endif
