/* Every list of every page does the same with the same keys: filter, order, faults, selection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture_setup.h"
#include "session.h"

static void make_everything(struct fixture *f)
{
    fixture_sink_failed(f);
    fixture_setup(f);
    static const struct pt_task tasks[] = {
        {.id = 0, .state = "RUNNING", .worker = "10.0.0.1:8083"},
        {.id = 1, .state = "FAILED",  .worker = "10.0.0.2:8083"}
    };
    f->sinks[0].tasks = tasks;
    static const struct pt_lag lags[] = {
        {.topic = "demo.pin",
         .partition = 0,
         .committed = 5,
         .high = 9,
         .lag = 4,
         .is_stuck = true},
        {.topic = "demo.pin",                   .partition = 1, .committed = 7, .high = 7, .lag = 0}
    };
    f->sinks[0].n_listed = 2;
    f->sinks[0].lags = lags;
    f->sinks[0].n_lags = 2;
}

/* How each list is reached from the one before. The sections of a connector that the engine is
 * asked for are like the Lag section, once their lines are there. */
static const struct {
    const char *name;
    void (*make)(struct fixture *f);
    const char *keys;
} lists[] = {
    {"topics of the Overview", make_everything,     "1"    },
    {"events",                 fixture_flowing,     "1\t\t"},
    {"topics",                 make_everything,     "2"    },
    {"connectors",             fixture_sinks,       "3"    },
    {"tasks",                  make_everything,     "3]"   },
    {"lag",                    make_everything,     "3]"   },
    {"history",                make_everything,     "3]]]]"},
    {"renewals",               fixture_iam_trouble, "4"    },
    {"checks",                 make_everything,     "5"    },
    {"log",                    make_everything,     "6"    },
};

enum { LISTS = sizeof lists / sizeof *lists };

static struct listing *go_to(size_t i)
{
    ui_key(&ui, '1');
    ui_key(&ui, KEY_ESC_);
    lists[i].make(&fixture);
    ui_size(&ui, 24, 80);
    next_snapshot();
    press(lists[i].keys);
    struct listing *listing = ui_listing(&ui);
    if (listing == NULL || listing->list.count == 0)
        fail_msg("%s: there is no list, or it is empty", lists[i].name);
    return listing;
}

static void every_list_is_filtered_as_one_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTS; i++) {
        struct listing *listing = go_to(i);
        int all = listing->list.count;
        char said[64];
        press("/no such text");
        snprintf(said, sizeof said, "0 of %d  /no such text", all);
        if (listing->list.count != 0 || !is_shown(said) || !is_shown("nothing matches the filter"))
            fail_msg("%s: it is not filtered, or does not say so", lists[i].name);
        press("\n"); /* in force, and said */
        if (!is_shown(said) || !is_shown("no match for \"no such text\""))
            fail_msg("%s: after Enter the filter is not in force or not said", lists[i].name);
        ui_key(&ui, KEY_ESC_);
        if (listing->list.count != all || is_shown("/no such"))
            fail_msg("%s: Esc does not clear the filter", lists[i].name);
        press("/x");
        ui_key(&ui, KEY_ESC_);
        if (listing->list.count != all)
            fail_msg("%s: Esc while typing does not clear the filter", lists[i].name);
    }
}

static void every_list_is_sorted_by_its_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTS; i++) {
        struct listing *listing = go_to(i);
        press(">");
        bool is_falling = listing_is_falling(listing);
        if (listing->sort != 1 || !is_shown(is_falling ? "↓" : "↑") || !is_shown("sorted by "))
            fail_msg("%s: > does not sort it, or no arrow says so", lists[i].name);
        press("I");
        if (listing_is_falling(listing) == is_falling || !is_shown(is_falling ? "↑" : "↓"))
            fail_msg("%s: I does not reverse it", lists[i].name);
        ui_key(&ui, lists[i].keys[0] == '2' ? '6' : '2'); /* another page and back */
        ui_key(&ui, lists[i].keys[0]);
        if (ui_listing(&ui)->sort != 1)
            fail_msg("%s: the order is forgotten on another page", lists[i].name);
        press("<");
        if (listing->sort != 0 || is_shown("↑") || !is_shown("in the page's own order"))
            fail_msg("%s: < does not go back to its own order", lists[i].name);
    }
}

static void every_list_shows_faults_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTS; i++) {
        struct listing *listing = go_to(i);
        int all = listing->list.count;
        char said[64];
        press("Z");
        snprintf(said, sizeof said, "%d of %d  faults only", listing->list.count, all);
        if (!listing->is_faults_only || !is_shown(said))
            fail_msg("%s: Z shows not faults only, or does not say so", lists[i].name);
        press("Z");
        if (listing->list.count != all)
            fail_msg("%s: Z does not show all rows again", lists[i].name);
    }
}

static void every_list_goes_to_its_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTS; i++) {
        struct list *list = &go_to(i)->list;
        ui_key(&ui, KEY_END_);
        if (list->selected != list->count - 1)
            fail_msg("%s: End does not go to its end", lists[i].name);
        ui_key(&ui, KEY_HOME_);
        if (list->selected != 0)
            fail_msg("%s: Home does not go to its start", lists[i].name);
        ui_key(&ui, KEY_PGDN_);
        int page = list->count - 1 < list->height ? list->count - 1 : list->height;
        if (list->selected != page)
            fail_msg("%s: PgDn does not move by a page", lists[i].name);
        ui_key(&ui, KEY_PGUP_);
        if (list->selected != 0)
            fail_msg("%s: PgUp does not move by a page", lists[i].name);
    }
}

/* What is unknown is no proof of being well. */
static void faults_are_what_is_not_known_to_be_well(void **state)
{
    (void)state;
    fixture.topics[1].under_replicated = 2;
    fixture.topics[2].leaderless = -1;
    next_snapshot();
    press("2Z");
    assert_true(is_shown("2 of 3  faults only"));
    assert_true(is_shown("2 behind"));
    assert_false(is_shown(" ok"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown(" ok"));
}

static void partitions_that_are_not_well_are_faults(void **state)
{
    (void)state;
    static struct pt_described_partition parts[] = {
        {.partition = 0, .leader = 1,  .n_in_sync = 3, .n_replicas = 3},
        {.partition = 1, .leader = 1,  .n_in_sync = 2, .n_replicas = 3},
        {.partition = 2, .leader = -1, .n_in_sync = 3, .n_replicas = 3},
    };
    static struct pt_result describe = {.id = 1,
                                        .kind = PT_CMD_TOPIC_DESCRIBE,
                                        .state = PT_RESULT_DONE,
                                        .partitions = parts,
                                        .n_partitions = 3};
    press("2\n");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &describe;
    next_snapshot();
    press("]Z");
    assert_true(is_shown("2 Topics  2 of 3  faults only  demo.geo"));
    assert_int_equal(ui_listing(&ui)->list.count, 2);
    press("Z>");
    assert_true(is_shown("3  by PART ↓  demo.geo"));
    assert_true(is_shown(">    1 ")); /* the selection has stayed on its row */
}

/* Rows change places under a selection, which stays on its own. */
static void the_selection_follows_a_row_that_moves(void **state)
{
    (void)state;
    for (size_t i = 0; i < fixture.topics_section.n_topics; i++)
        fixture.topics[i].in_per_s = (double)i + 1;
    next_snapshot();
    press("2<<<<I"); /* by IN/s, the smallest first */
    assert_true(is_shown("by IN/s ↑"));
    ui_key(&ui, KEY_HOME_);
    char name[PT_TOPIC_MAX];
    snprintf(name, sizeof name, "%s", ui_selected_topic(&ui));
    assert_string_equal(name, fixture.topics[0].name);
    fixture.topics[0].in_per_s = 100;
    next_snapshot();
    assert_string_equal(ui_selected_topic(&ui), name);
    assert_int_equal(ui_listing(&ui)->list.selected, 2);
}

/* The line begins with the filter in force: a key replaces it, Enter keeps it. */
static void a_filter_is_offered_again(void **state)
{
    (void)state;
    press("2/geo\n/\n");
    assert_true(is_shown("1 of 3  /geo"));
    press("/user\n");
    assert_true(is_shown("1 of 3  /user"));
    press("/");
    ui_key(&ui, KEY_END_);
    press("s\n");
    assert_true(is_shown("0 of 3  /users"));
}

/* What the screen rounds or has no room for, in full. */
static void the_exact_figures_of_a_row_are_shown(void **state)
{
    (void)state;
    fixture.topics[0].messages = 1234567890123;
    fixture.topics[0].in_per_s = 98765.4321;
    fixture.topics[0].lag = PT_UNKNOWN;
    next_snapshot();
    press("2");
    listing_choose(ui_listing(&ui), listing_key(fixture.topics[0].name));
    next_snapshot();
    assert_true(is_shown("98.8k"));
    press("E");
    assert_true(is_shown("RECORDS      1,234,567,890,123"));
    assert_true(is_shown("IN/s         98,765.432"));
    assert_true(is_shown("LAG          –"));
    ui_key(&ui, KEY_ESC_);
    assert_true(is_shown("98.8k")); /* the list rounds as before */
}

/* A text to read is filtered by lines: help, a record, a log line. */
static void a_text_is_filtered_too(void **state)
{
    (void)state;
    press("?/FAULTS");
    assert_true(is_shown("Keys on Overview  1 of "));
    assert_true(is_shown("/FAULTS"));
    assert_true(is_shown("show faults only"));
    assert_false(is_shown("quit (also F10)"));
    press("\ny");
    assert_non_null(strstr(fake.copied, "show faults only"));
    assert_null(strstr(fake.copied, "quit"));
    ui_key(&ui, KEY_ESC_); /* the filter first, then the text */
    assert_int_equal(ui.n_dialogs, 1);
    assert_false(is_shown("/FAULTS"));
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(ui.n_dialogs, 0);
    press("?/x");
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(ui.n_dialogs, 1);
    assert_string_equal(ui.dialogs[0].filter, "");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(every_list_is_filtered_as_one_types),
        UI_TEST(every_list_is_sorted_by_its_columns),
        UI_TEST(every_list_shows_faults_only),
        UI_TEST(every_list_goes_to_its_ends),
        UI_TEST(faults_are_what_is_not_known_to_be_well),
        UI_TEST(partitions_that_are_not_well_are_faults),
        UI_TEST(the_selection_follows_a_row_that_moves),
        UI_TEST(a_filter_is_offered_again),
        UI_TEST(the_exact_figures_of_a_row_are_shown),
        UI_TEST(a_text_is_filtered_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
