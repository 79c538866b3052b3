/* The Connector page's state, shared by its files: the list and the keys (connector.c), the fixed
 * head and the frame (connector_draw.c), the sections (connector_sections.c), with the lines that
 * are requested from the engine (connector_asked.c) or made from the snapshot
 * (connector_made.c). */
#ifndef PAGE_CONNECTOR_H
#define PAGE_CONNECTOR_H

#include "page/lines.h"
#include "page/page.h"
#include "page/text_list.h"
#include "widget/listing.h"

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
    struct listing listing; /* of the connectors in the snapshot */
    char selected[256];     /* an id; "": none */
    bool is_open;           /* the selected connector is shown, not the list */

    enum conn_section section;
    bool is_full; /* the section fills the screen */
    struct listing lists[SECTIONS];
    uint64_t describe_id, logs_id; /* commands without an answer yet; 0: none */
    uint64_t record_id;            /* the command that reads the record at record_offset */
    int64_t record_offset;
    int64_t described_ms, logged_ms; /* Unix time of the last answer; 0: none */
    struct lines config, changes, log, verdict, history;
    char errors[SECTIONS][PT_WHAT_MAX + PT_FIX_MAX + 4];
    bool is_log_cut;
    int32_t seen_errors, seen_failed; /* what the user has seen, for the marks */
    size_t seen_changes;
};

/* The selected connector; NULL: none. */
const struct pt_connector *conn_page_current(const struct conn_page *page,
                                             const struct page_desk *desk);

/* connector_sections.c */
const char *conn_section_name(enum conn_section section);
/* Requests what the section shows, and takes the answers. */
void conn_sections_recalc(struct conn_page *page, struct page_desk *desk,
                          const struct pt_connector *c);
void conn_sections_forget(struct conn_page *page);
int conn_section_rows(const struct conn_page *page, const struct pt_connector *c);
/* A row as it is shown, and its full text, which belongs to the page or the snapshot. NULL: the row
 * has no other text. */
void conn_section_row(const struct conn_page *page, const struct page_desk *desk,
                      const struct pt_connector *c, int row, char *out, size_t cap,
                      enum style *style);
const char *conn_section_whole(const struct conn_page *page, const struct pt_connector *c, int row);
/* What a section's list is made from; at keeps what it points to. */
struct conn_section_at {
    const struct conn_page *page;
    const struct page_desk *desk;
    const struct pt_connector *c;
};
struct text_list conn_section_texts(const struct conn_section_at *at);
/* The text that is shown when a section has no rows. */
const char *conn_section_empty(const struct conn_page *page, const struct pt_connector *c);
/* What is new in a section since it was last open: "", " !" or " 37!". */
void conn_section_mark(const struct conn_page *page, const struct pt_connector *c,
                       enum conn_section section, char *out, size_t cap);

/* connector_asked.c: takes the answers, and requests what the section shows. */
void conn_asked_recalc(struct conn_page *page, struct page_desk *desk,
                       const struct pt_connector *c);
/* Requests the record at the committed offset of the partition in this row of the Lag section. It
 * is shown when the answer arrives. */
void conn_section_open_record(struct conn_page *page, struct page_desk *desk,
                              const struct pt_connector *c, int row);

/* connector_made.c: makes the lines of the sections that are made from the snapshot. */
void conn_made_recalc(struct conn_page *page, const struct page_desk *desk,
                      const struct pt_connector *c);

/* connector_draw.c */
void conn_draw_one(const struct conn_page *page, const struct page_desk *desk,
                   const struct pt_connector *c, struct canvas *canvas, struct rect body);
/* The rows that the section has in body. */
int conn_section_height(const struct conn_page *page, const struct pt_connector *c,
                        struct rect body);

#endif
