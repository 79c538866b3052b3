/* The parts of the Setup page: setup.c has its state and its keys, setup_draw.c its picture, and
 * setup_rows.c what both know of the checks. */
#ifndef PAGE_SETUP_H
#define PAGE_SETUP_H

#include "page/page.h"
#include "widget/listing.h"

enum { SETUP_ROWS_MAX = PT_CHECKS_MAX };

/* One line of the list: a check, or several in a row that are not needed for the same reason. */
struct setup_row {
    int first, n;
};

/* Where everything is drawn. */
struct setup_layout {
    int head;    /* rows above the list: who, and which cluster */
    int list;    /* rows of checks, without their heads */
    int details; /* rows below the list, with the rule above them */
};

struct setup_page {
    struct listing listing; /* of the folded rows */
    struct setup_row rows[SETUP_ROWS_MAX];
    int n_rows;
    struct setup_layout layout;
    bool has_asked;   /* the first round was requested */
    bool is_fixing;   /* a fix runs: Esc stops it */
    bool has_moved;   /* the operator has moved the selection */
    int64_t ended_ms; /* of the round whose first fault was selected */
    char selected[40];
};

/* The selected row, and the check that it stands for (its first one); NULL: there is none. */
const struct setup_row *setup_row_selected(const struct setup_page *page);
const struct pt_check *setup_selected_check(const struct setup_page *page,
                                            const struct pt_setup_section *setup);
/* The check of that ID; NULL: it is not among them. */
const struct pt_check *setup_check_named(const struct pt_setup_section *setup, const char *id);
/* "12 ok, 3 failed, 2 unknown  checked 14:02:05Z" */
void setup_counts(const struct pt_setup_section *setup, char *out, size_t cap);

/* Rows of the head for this width. Pure. */
int setup_head_rows(const struct page_desk *desk, struct rect body);

/* Makes the list of page->rows. height: visible rows. */
void setup_list_recalc(struct setup_page *page, const struct page_desk *desk, int height);
void setup_list_draw(const struct setup_page *page, const struct page_desk *desk,
                     struct canvas *canvas, struct rect area);
void setup_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                struct rect body);

#endif
