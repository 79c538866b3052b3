/* Which rows of a list are shown, in which order, which of them is selected and which are marked.
 *
 * Every list of every page is a listing. The page declares its columns and rows (struct
 * listing_rows) and calls listing_recalc after each snapshot and key; filter, order, "faults only",
 * marks and a selection that stays on its row while others move are the same everywhere. A row of
 * the page has an index from 0 on (its number in the snapshot, say), and a row of the list stands
 * for one of them. Draws nothing. Thread: the UI's. */
#ifndef WIDGET_LISTING_H
#define WIDGET_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "widget/column.h"
#include "widget/list.h"

enum { LISTING_MARKS_MAX = 12, LISTING_FILTER_MAX = 64 };

struct listing_rows {
    const struct column *columns; /* they outlive the listing, or its next recalc */
    int n_columns;
    size_t n;
    const void *arg; /* passed to the functions; a row is its index, 0 … n-1 */
    table_cell_fn cell;
    /* What the row stands for, whatever its place and its figures: listing_key of its name. */
    uint64_t (*key)(const void *arg, size_t row);
    /* Whether something is wrong with it. NULL: such rows have no faults. */
    bool (*is_fault)(const void *arg, size_t row);
    /* What the column is sorted by, where its text does not say it (a time of day). False: its
     * text. NULL: always the text. */
    bool (*value)(const void *arg, size_t row, int column, double *value);
    /* Whether there is such a text in what the columns do not show: a whole record. NULL: no. */
    bool (*has)(const void *arg, size_t row, const char *text);
};

struct listing {
    struct list list;
    size_t *rows;   /* the page's index of each row of the list; list.count of them */
    uint64_t *keys; /* and its key */
    size_t cap, n_all;
    const struct column *columns;
    int n_columns;
    bool has_faults; /* its rows can have any */
    uint64_t selected;
    int fitted;  /* list.selected as the last recalc left it: another value is a movement */
    bool is_led; /* a row was chosen by its key, which is no movement */
    char filter[LISTING_FILTER_MAX];
    bool is_faults_only;
    int sort; /* the column that it is sorted by, from 1 on; 0: the page's own order */
    bool is_reversed;
    bool is_recalled;    /* the order that is remembered of it was given back to it */
    bool is_whole_asked; /* the next recalc writes `whole` */
    char *whole; /* the selected row with all its columns, one a line; NULL: there is none */
    uint64_t marks[LISTING_MARKS_MAX];
    int n_marks;
};

/* The key of a name. */
uint64_t listing_key(const char *name);

/* Makes the rows of the list. height: visible rows. The selection stays on its row; when that is
 * gone, at its place. Out of memory: the list is empty. */
void listing_recalc(struct listing *listing, const struct listing_rows *rows, int height);
void listing_done(struct listing *listing);
/* Forgets the rows and the selection; filter and order stay. */
void listing_forget(struct listing *listing);

/* The page's index of a row of the list, or of the selected one; -1: there is no such row. */
int listing_row(const struct listing *listing, int row);
int listing_selected(const struct listing *listing);
/* Whether a key has moved the selection since the last recalc. */
bool listing_is_moved(const struct listing *listing);
/* The next recalc selects the row with this key, if there is one. */
void listing_choose(struct listing *listing, uint64_t key);

/* The next recalc stays at this place in the list (beyond its end: at the last row), whatever
 * stands there. */
void listing_stay(struct listing *listing, int row);

void listing_filter(struct listing *listing, const char *text);
/* Goes to the next column (by 1), or the one before (-1); past the last one the page's own order
 * follows. */
void listing_sort(struct listing *listing, int by);
/* Whether the largest comes first. */
bool listing_is_falling(const struct listing *listing);
/* Marks the selected row, or takes its mark away. False: there are LISTING_MARKS_MAX already. */
bool listing_mark(struct listing *listing);
bool listing_is_marked(const struct listing *listing, uint64_t key);
/* Whether some of its rows are hidden: by the filter, or since they are no faults. */
bool listing_is_cut(const struct listing *listing);
/* Whether nothing was asked of it: all rows in the page's own order, none marked. */
bool listing_is_plain(const struct listing *listing);
void listing_show_all(struct listing *listing);
/* Shows all rows again: no filter, not only faults; when that is so already, the marks go. False:
 * there was nothing to clear. */
bool listing_clear(struct listing *listing);

/* What the title says of it: "12", or "3 of 12  /text  faults only  by LAG ↓  2 marked". */
void listing_title(const struct listing *listing, char *out, size_t cap);
/* Why none of its rows is shown; NULL: some are, or there are none. */
const char *listing_why_empty(const struct listing *listing);

#endif
