/* Lists: filter, order, marks and selection. */
#include "widget/listing.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "widget/format.h"

enum { CELL_MAX = 256, CELL_COLS = 200 };

uint64_t listing_key(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return hash;
}

/* ---- what is shown ---- */

static void listing_text(const struct listing_rows *rows, size_t row, int column, char *out,
                         size_t cap)
{
    enum style style = STYLE_NORMAL;
    out[0] = '\0';
    rows->cell(rows->arg, (int)row, column, CELL_COLS, out, cap, &style);
}

/* Looks at the columns that hold text: a figure that changes would show and hide its row in
 * turns. */
static bool listing_has_text(const struct listing_rows *rows, size_t row, const char *text)
{
    char cell[CELL_MAX];
    if (rows->has != NULL && rows->has(rows->arg, row, text))
        return true;
    for (int i = 0; i < rows->n_columns; i++) {
        if (rows->columns[i].align != ALIGN_LEFT)
            continue;
        listing_text(rows, row, i, cell, sizeof cell);
        if (strcasestr(cell, text) != NULL)
            return true;
    }
    return false;
}

static bool listing_passes(const struct listing *listing, const struct listing_rows *rows,
                           size_t row)
{
    if (listing->is_faults_only && rows->is_fault != NULL && !rows->is_fault(rows->arg, row))
        return false;
    return listing->filter[0] == '\0' || listing_has_text(rows, row, listing->filter);
}

/* ---- the order ---- */

enum sort_rank { RANK_FIGURE, RANK_TEXT, RANK_UNKNOWN };

struct sorted_row {
    size_t row;
    enum sort_rank rank;
    double value;
    char text[64];
};

/* What a letter after a figure multiplies it by; 0: no unit. */
static double listing_unit(const char *unit)
{
    static const struct {
        const char *name;
        double by;
    } units[] = {
        {"ms", 1e-3 },
        {"s",  1    },
        {"m",  60   },
        {"h",  3600 },
        {"d",  86400},
        {"k",  1e3  },
        {"M",  1e6  },
        {"G",  1e9  },
        {"T",  1e12 },
        {"P",  1e15 },
        {"E",  1e18 }
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strncmp(units[i].name, unit, strlen(units[i].name)) == 0)
            return units[i].by;
    return 0;
}

/* Reads a figure as pages write it: "9,671", "12.3k", "1h20m", "$4.10", "2/3", "max". */
static bool listing_figure(const char *text, double *value)
{
    char digits[CELL_MAX];
    size_t len = 0;
    text += strspn(text, " $");
    if (strcmp(text, "max") == 0) {
        *value = INFINITY;
        return true;
    }
    for (; *text != '\0' && strchr("-0123456789,.", *text) != NULL && len + 1 < sizeof digits;
         text++)
        if (*text != ',')
            digits[len++] = *text;
    digits[len] = '\0';
    char *end;
    double figure = strtod(digits, &end);
    if (end == digits)
        return false;
    double unit = listing_unit(text + strspn(text, " ")), rest = 0;
    *value = unit > 0 ? figure * unit : figure;
    if ((*text == 'm' || *text == 'h') && listing_figure(text + 1, &rest))
        *value += rest;
    return true;
}

static void listing_place(const struct listing_rows *rows, int column, struct sorted_row *place)
{
    char cell[CELL_MAX];
    if (rows->value != NULL && rows->value(rows->arg, place->row, column, &place->value)) {
        place->rank = isnan(place->value) ? RANK_UNKNOWN : RANK_FIGURE;
        return;
    }
    listing_text(rows, place->row, column, cell, sizeof cell);
    const char *text = cell + strspn(cell, " ");
    snprintf(place->text, sizeof place->text, "%.*s", (int)sizeof place->text - 1, text);
    if (text[0] == '\0' || strncmp(text, "–", strlen("–")) == 0)
        place->rank = RANK_UNKNOWN;
    else if (rows->columns[column].align == ALIGN_RIGHT && listing_figure(text, &place->value))
        place->rank = RANK_FIGURE;
    else
        place->rank = RANK_TEXT;
}

static int listing_compare(const void *a, const void *b, void *arg)
{
    const struct sorted_row *left = a, *right = b;
    const bool *is_falling = arg;
    int order = 0;
    if (left->rank != right->rank) /* what is unknown comes last, whatever the direction */
        return left->rank < right->rank ? -1 : 1;
    if (left->rank == RANK_FIGURE)
        order = (left->value > right->value) - (left->value < right->value);
    else if (left->rank == RANK_TEXT)
        order = strcasecmp(left->text, right->text);
    if (order != 0)
        return *is_falling ? -order : order;
    return left->row < right->row ? -1 : left->row > right->row;
}

bool listing_is_falling(const struct listing *listing)
{
    bool is_figure = listing->sort > 0 && listing->columns[listing->sort - 1].align == ALIGN_RIGHT;
    return is_figure != listing->is_reversed;
}

static void listing_order(struct listing *listing, const struct listing_rows *rows, size_t n)
{
    bool is_falling = listing_is_falling(listing);
    if (listing->sort == 0 && listing->is_reversed)
        for (size_t i = 0; i < n / 2; i++) {
            size_t row = listing->rows[i];
            listing->rows[i] = listing->rows[n - 1 - i];
            listing->rows[n - 1 - i] = row;
        }
    struct sorted_row *places = listing->sort > 0 && n > 0 ? calloc(n, sizeof *places) : NULL;
    if (places == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        places[i].row = listing->rows[i];
        listing_place(rows, listing->sort - 1, &places[i]);
    }
    qsort_r(places, n, sizeof *places, listing_compare, &is_falling);
    for (size_t i = 0; i < n; i++)
        listing->rows[i] = places[i].row;
    free(places);
}

/* ---- recalc ---- */

static bool listing_reserve(struct listing *listing, size_t n)
{
    if (n <= listing->cap)
        return true;
    size_t *rows = realloc(listing->rows, n * sizeof *rows);
    if (rows != NULL)
        listing->rows = rows;
    uint64_t *keys = realloc(listing->keys, n * sizeof *keys);
    if (keys != NULL)
        listing->keys = keys;
    if (rows == NULL || keys == NULL)
        return false;
    listing->cap = n;
    return true;
}

/* The row of the list with that key: the nearest to the old place, since lines may be alike. */
static int listing_find(const struct listing *listing, uint64_t key, int count)
{
    int best = -1, at = listing->list.selected;
    for (int i = 0; i < count; i++)
        if (listing->keys[i] == key && (best < 0 || abs(i - at) < abs(best - at)))
            best = i;
    return best;
}

/* A row that is gone takes its mark along; one that the filter hides does not. */
static void listing_prune_marks(struct listing *listing, const struct listing_rows *rows)
{
    for (int i = listing->n_marks - 1; i >= 0; i--) {
        bool is_there = false;
        for (size_t row = 0; row < rows->n && !is_there; row++)
            is_there = rows->key(rows->arg, row) == listing->marks[i];
        if (!is_there)
            listing->marks[i] = listing->marks[--listing->n_marks];
    }
}

/* Writes all columns of the selected row, also those that the screen has no room for. */
static void listing_write_whole(struct listing *listing, const struct listing_rows *rows)
{
    size_t len = 0;
    int row = listing_selected(listing);
    free(listing->whole);
    listing->whole = NULL;
    listing->is_whole_asked = false;
    FILE *out = row >= 0 ? open_memstream(&listing->whole, &len) : NULL;
    if (out == NULL)
        return;
    bool was_exact = show_set_exact(true);
    for (int i = 0; i < rows->n_columns; i++) {
        char cell[2048];
        const char *title = rows->columns[i].title + strspn(rows->columns[i].title, " ");
        listing_text(rows, (size_t)row, i, cell, sizeof cell);
        fprintf(out, "%-12.*s %s\n", (int)strcspn(title, ","), title, cell + strspn(cell, " "));
    }
    show_set_exact(was_exact);
    fclose(out);
}

void listing_recalc(struct listing *listing, const struct listing_rows *rows, int height)
{
    int old = listing->list.selected;
    if (listing_is_moved(listing) && old < listing->list.count && !listing->is_led)
        listing->selected = listing->keys[old];
    listing->columns = rows->columns;
    listing->n_columns = rows->n_columns;
    listing->has_faults = rows->is_fault != NULL;
    listing->n_all = rows->n;
    if (listing->sort > rows->n_columns)
        listing->sort = 0;
    listing_prune_marks(listing, rows);
    size_t n = 0;
    for (size_t i = 0; listing_reserve(listing, rows->n) && i < rows->n; i++)
        if (listing_passes(listing, rows, i))
            listing->rows[n++] = i;
    listing_order(listing, rows, n);
    for (size_t i = 0; i < n; i++)
        listing->keys[i] = rows->key(rows->arg, listing->rows[i]);
    int at = listing_find(listing, listing->selected, (int)n);
    if (at >= 0)
        listing->list.selected = at;
    list_fit(&listing->list, (int)n, height);
    listing->fitted = listing->list.selected;
    listing->is_led = false;
    if (n > 0)
        listing->selected = listing->keys[listing->fitted];
    if (listing->is_whole_asked)
        listing_write_whole(listing, rows);
}

void listing_done(struct listing *listing)
{
    free(listing->whole);
    free(listing->rows);
    free(listing->keys);
    memset(listing, 0, sizeof *listing);
}

void listing_forget(struct listing *listing)
{
    memset(&listing->list, 0, sizeof listing->list);
    listing->selected = 0;
    listing->fitted = listing->n_marks = 0;
    listing->is_led = false;
}

/* ---- rows ---- */

int listing_row(const struct listing *listing, int row)
{
    return row >= 0 && row < listing->list.count ? (int)listing->rows[row] : -1;
}

int listing_selected(const struct listing *listing)
{
    return listing_row(listing, listing->list.selected);
}

bool listing_is_moved(const struct listing *listing)
{
    return listing->list.selected != listing->fitted;
}

void listing_choose(struct listing *listing, uint64_t key)
{
    listing->selected = key;
    listing->is_led = true;
}

void listing_stay(struct listing *listing, int row)
{
    listing->list.selected = listing->fitted = row;
    listing->selected = 0;
}

/* ---- what the user asks for ---- */

void listing_filter(struct listing *listing, const char *text)
{
    snprintf(listing->filter, sizeof listing->filter, "%.*s", LISTING_FILTER_MAX - 1, text);
}

void listing_sort(struct listing *listing, int by)
{
    int n = listing->n_columns + 1;
    listing->sort = (listing->sort + by + n) % n;
    listing->is_reversed = false;
}

bool listing_is_marked(const struct listing *listing, uint64_t key)
{
    for (int i = 0; i < listing->n_marks; i++)
        if (listing->marks[i] == key)
            return true;
    return false;
}

bool listing_mark(struct listing *listing)
{
    if (listing->list.count == 0)
        return true;
    uint64_t key = listing->keys[listing->list.selected];
    for (int i = 0; i < listing->n_marks; i++)
        if (listing->marks[i] == key) {
            listing->marks[i] = listing->marks[--listing->n_marks];
            return true;
        }
    if (listing->n_marks == LISTING_MARKS_MAX)
        return false;
    listing->marks[listing->n_marks++] = key;
    return true;
}

bool listing_is_cut(const struct listing *listing)
{
    return listing->filter[0] != '\0' || listing->is_faults_only;
}

bool listing_is_plain(const struct listing *listing)
{
    return !listing_is_cut(listing) && listing->sort == 0 && !listing->is_reversed &&
           listing->n_marks == 0;
}

void listing_show_all(struct listing *listing)
{
    listing->filter[0] = '\0';
    listing->is_faults_only = false;
}

bool listing_clear(struct listing *listing)
{
    bool is_cut = listing_is_cut(listing);
    bool had_marks = listing->n_marks > 0;
    listing_show_all(listing);
    if (!is_cut)
        listing->n_marks = 0;
    return is_cut || had_marks;
}

/* ---- what is said of it ---- */

__attribute__((format(printf, 3, 4))) static void listing_add(char *out, size_t cap,
                                                              const char *fmt, ...);

static void listing_add(char *out, size_t cap, const char *fmt, ...)
{
    size_t len = strlen(out);
    va_list args;
    va_start(args, fmt);
    vsnprintf(out + len, cap - len, fmt, args);
    va_end(args);
}

void listing_title(const struct listing *listing, char *out, size_t cap)
{
    bool is_cut = listing_is_cut(listing);
    out[0] = '\0';
    if (is_cut)
        listing_add(out, cap, "%d of ", listing->list.count);
    listing_add(out, cap, "%zu", listing->n_all);
    if (listing->filter[0] != '\0')
        listing_add(out, cap, "  /%s", listing->filter);
    if (listing->is_faults_only)
        listing_add(out, cap, "  faults only");
    if (listing->sort > 0) {
        const char *title = listing->columns[listing->sort - 1].title;
        title += strspn(title, " ");
        listing_add(out, cap, "  by %.*s %s", (int)strcspn(title, ","), title,
                    listing_is_falling(listing) ? "↓" : "↑");
    } else if (listing->is_reversed) {
        listing_add(out, cap, "  reversed");
    }
    if (listing->n_marks > 0)
        listing_add(out, cap, "  %d marked", listing->n_marks);
}

const char *listing_why_empty(const struct listing *listing)
{
    if (listing->list.count > 0 || listing->n_all == 0)
        return NULL;
    if (listing->filter[0] != '\0')
        return listing->is_faults_only ? "no fault matches the filter; Esc shows all rows"
                                       : "nothing matches the filter; Esc clears it";
    return listing->is_faults_only ? "there is no fault among the rows; Z shows all of them" : NULL;
}
