/* Lists: what is shown, in which order, and where the selection and the marks are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "widget/listing.h"

enum { NAME, FIGURE, COLS };

static const struct column columns[COLS] = {
    [NAME] = {"NAME",              10, 0, 0, ALIGN_LEFT },
    [FIGURE] = {"FIGURE, own order", 10, 0, 0, ALIGN_RIGHT},
};

struct item {
    const char *name, *figure;
    bool is_bad;
};

static void item_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                      enum style *style)
{
    const struct item *items = arg;
    (void)cols, (void)style;
    snprintf(out, cap, "%s", column == NAME ? items[row].name : items[row].figure);
}

static uint64_t item_key(const void *arg, size_t row)
{
    return listing_key(((const struct item *)arg)[row].name);
}

static bool item_is_fault(const void *arg, size_t row)
{
    return ((const struct item *)arg)[row].is_bad;
}

static void show(struct listing *listing, const struct item *items, size_t n)
{
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = n,
                                .arg = items,
                                .cell = item_cell,
                                .key = item_key,
                                .is_fault = item_is_fault};
    listing_recalc(listing, &rows, 3);
}

/* The names of the list, one after the other; the selected one behind a >, a marked one before
 * a *. */
static const char *order(const struct listing *listing, const struct item *items)
{
    static char text[200];
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < listing->list.count; i++) {
        const char *name = items[listing_row(listing, i)].name;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%s%s", i > 0 ? " " : "",
                                i == listing->list.selected ? ">" : "", name,
                                listing_is_marked(listing, listing_key(name)) ? "*" : "");
    }
    return text;
}

static const char *title(const struct listing *listing)
{
    static char text[160];
    listing_title(listing, text, sizeof text);
    return text;
}

static const struct item five[] = {
    {"pin",  "9,671", false},
    {"geo",  "12.3k", true },
    {"user", "–",   false},
    {"bill", "7",     true },
    {"Zoo",  "1.2M",  false},
};

static void figures_are_sorted_by_what_they_mean(void **state)
{
    (void)state;
    struct listing l = {0};
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">pin geo user bill Zoo");
    assert_string_equal(title(&l), "5");
    listing_sort(&l, 1);
    show(&l, five, 5);
    assert_string_equal(order(&l, five), "bill geo >pin user Zoo");
    assert_string_equal(title(&l), "5  by NAME ↑");
    listing_sort(&l, 1);
    show(&l, five, 5);
    assert_string_equal(order(&l, five), "Zoo geo >pin bill user");
    assert_string_equal(title(&l), "5  by FIGURE ↓");
    l.is_reversed = true;
    show(&l, five, 5); /* what is unknown stays last */
    assert_string_equal(order(&l, five), "bill >pin geo Zoo user");
    listing_sort(&l, 1); /* past the last column is the page's own order */
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">pin geo user bill Zoo");
    listing_sort(&l, -1);
    assert_int_equal(l.sort, COLS);
    listing_done(&l);
}

static void every_unit_counts(void **state)
{
    (void)state;
    static const struct item rising[] = {
        {"a", "-3",    false},
        {"b", "12ms",  false},
        {"c", "$0.04", false},
        {"d", "1.5s",  false},
        {"e", "1m02s", false},
        {"f", "99",    false},
        {"g", "1h20m", false},
        {"h", "1.2k",  false},
        {"i", "2d",    false},
        {"j", "max",   false},
        {"k", "orig",  false},
        {"l", "",      false},
    };
    struct listing l = {0};
    show(&l, rising, 12);
    listing_sort(&l, 2);
    l.is_reversed = true;
    show(&l, rising, 12);
    /* 1h20m is 4,800 s and comes after 1.2k. */
    assert_string_equal(order(&l, rising), ">a b c d e f h g i j k l");
    listing_done(&l);
}

static void the_selection_follows_its_row(void **state)
{
    (void)state;
    static const struct item later[] = {
        {"new",  "1",  false},
        {"bill", "7",  true },
        {"geo",  "99", true },
        {"pin",  "2",  false}
    };
    struct listing l = {0};
    show(&l, five, 5);
    list_move(&l.list, 1);
    show(&l, five, 5);
    show(&l, later, 4);
    assert_string_equal(order(&l, later), "new bill >geo pin");
    show(&l, later, 2); /* it is gone: the selection stays at its place */
    assert_string_equal(order(&l, later), "new >bill");
    listing_choose(&l, listing_key("pin"));
    show(&l, later, 4);
    assert_string_equal(order(&l, later), "new bill geo >pin");
    listing_stay(&l, 0);
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">pin geo user bill Zoo");
    listing_done(&l);
}

static void what_is_hidden_is_said(void **state)
{
    (void)state;
    struct listing l = {0};
    listing_filter(&l, "I");
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">pin bill");
    assert_string_equal(title(&l), "2 of 5  /I");
    l.is_faults_only = true;
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">bill");
    assert_string_equal(title(&l), "1 of 5  /I  faults only");
    listing_filter(&l, "7"); /* a figure is no text to look for */
    show(&l, five, 5);
    assert_int_equal(l.list.count, 0);
    assert_string_equal(listing_why_empty(&l), "no fault matches the filter; Esc shows all rows");
    assert_true(listing_clear(&l));
    show(&l, five, 5);
    assert_null(listing_why_empty(&l));
    assert_int_equal(l.list.count, 5);
    assert_false(listing_clear(&l));
    listing_done(&l);
}

static void marks_stay_on_their_rows(void **state)
{
    (void)state;
    struct listing l = {0};
    show(&l, five, 5);
    listing_mark(&l);
    list_move(&l.list, 3);
    listing_mark(&l);
    listing_sort(&l, 1);
    show(&l, five, 5);
    assert_string_equal(order(&l, five), ">bill* geo pin* user Zoo");
    assert_string_equal(title(&l), "5  by NAME ↑  2 marked");
    listing_mark(&l);
    assert_string_equal(order(&l, five), ">bill geo pin* user Zoo");
    listing_filter(&l, "geo");
    assert_true(listing_clear(&l)); /* the filter first, then the marks */
    assert_int_equal(l.n_marks, 1);
    assert_true(listing_clear(&l));
    assert_int_equal(l.n_marks, 0);
    listing_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_sorted_by_what_they_mean),
        cmocka_unit_test(every_unit_counts),
        cmocka_unit_test(the_selection_follows_its_row),
        cmocka_unit_test(what_is_hidden_is_said),
        cmocka_unit_test(marks_stay_on_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
