/* The Connector page's state, shared by its files: the list and the keys (connector.c), the fixed
 * head and the frame (connector_draw.c), the sections (connector_sections.c). */
#ifndef PAGE_CONNECTOR_H
#define PAGE_CONNECTOR_H

#include "page/lines.h"
#include "page/page.h"
#include "widget/list.h"

enum conn_section {
    SECTION_VERDICT,
    SECTION_TASKS,
    SECTION_LAG,
    SECTION_CONFIG,
    SECTION_CHANGES,
    SECTION_LOG,
    SECTION_HISTORY,
    SECTIONS
};

struct conn_page {
    struct list list; /* of the connectors */
    char filter[64];
    size_t *rows; /* into the snapshot's, those that match */
    size_t n_rows, cap;
    char selected[256]; /* an id; "" none */
    bool is_open;       /* that one is shown; else the list */

    enum conn_section section;
    bool is_full; /* the section fills the screen */
    struct list lists[SECTIONS];
    char search[64];
    uint64_t describe_id, logs_id; /* asked, not answered; 0 none */
    uint64_t record_id;            /* the record at a committed offset */
    int64_t record_offset;
    int64_t described_ms, logged_ms; /* Unix, of the last answer; 0 none */
    struct lines config, changes, log, verdict, history;
    char errors[SECTIONS][PT_WHAT_MAX + PT_FIX_MAX + 4];
    bool is_log_cut;
    int32_t seen_errors, seen_failed; /* for the marks */
    size_t seen_changes;
};

/* The one that is shown, NULL: none. */
const struct pt_connector *conn_page_current(const struct conn_page *page, const struct ui *ui);

/* connector_sections.c */
const char *conn_section_name(enum conn_section section);
/* Ask for what the section shows, and take what was answered. */
void conn_sections_recalc(struct conn_page *page, struct ui *ui, const struct pt_connector *c);
void conn_sections_forget(struct conn_page *page);
int conn_section_rows(const struct conn_page *page, const struct pt_connector *c);
/* One row as it is shown; the whole of it (NULL: the row itself; points into the page or the
 * snapshot). */
void conn_section_row(const struct conn_page *page, const struct ui *ui,
                      const struct pt_connector *c, int row, char *out, size_t cap,
                      enum style *style);
const char *conn_section_whole(const struct conn_page *page, const struct pt_connector *c, int row);
/* Ask for the record at which the sink stands in the partition of this row of the Lag section: it
 * is shown when it comes. */
void conn_section_open_record(struct conn_page *page, struct ui *ui, const struct pt_connector *c,
                              int row);
/* Its head, and what stands there when it has no rows. */
const char *conn_section_head(enum conn_section section);
const char *conn_section_empty(const struct conn_page *page, const struct pt_connector *c);
/* News since it was looked at: "", "!" or "37!". */
void conn_section_mark(const struct conn_page *page, const struct pt_connector *c,
                       enum conn_section section, char *out, size_t cap);

/* connector_draw.c */
void conn_draw_one(const struct conn_page *page, const struct ui *ui, const struct pt_connector *c,
                   struct canvas *canvas, struct rect body);
/* Rows that the section has there. */
int conn_section_height(const struct conn_page *page, const struct pt_connector *c,
                        struct rect body);

#endif
