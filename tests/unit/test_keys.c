/* The key table, the line that is typed, and figures as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pintop/config.h"
#include "pintop/snapshot.h"
#include "term/key.h"
#include "ui/keys.h"
#include "widget/format.h"
#include "widget/list.h"
#include "widget/prompt.h"

static const struct page_key list_keys[] = {
    {ACT_ENTER       },
    {ACT_TOPIC_NEW   },
    {ACT_TOPIC_DELETE},
    {ACT_REFRESH,      2, "renew", "renew it now"},
    {ACT_NONE        }
};
static const struct page_key text_keys[] = {LISTING_KEYS, {ACT_NONE}};

/* --- the table ----------------------------------------------------------------------------------
 */

/* The whole table, once: a place that takes every action. */
static size_t every_key(struct key_here here[KEYS_HERE_MAX])
{
    struct page_key all[ACTIONS] = {{ACT_NONE}};
    for (int action = ACT_NONE + 1; action < ACTIONS; action++)
        all[action - 1].action = (enum action)action;
    return keys_here(all, here);
}

/* Two keys that a page could have at once would shadow each other. */
static void a_key_means_one_thing_everywhere(void **state)
{
    (void)state;
    struct key_here here[KEYS_HERE_MAX];
    size_t n = every_key(here);
    for (size_t i = 0; i < n; i++) {
        const struct binding *binding = here[i].binding;
        for (int k = 0; k < BINDING_KEYS && binding->keys[k] != 0; k++)
            if (binding->is_everywhere)
                assert_int_equal(
                    keys_find(NULL, binding->keys[k], action_is_of_replay(binding->action)),
                    binding->action);
    }
}

static void check_place(const struct page_place *place)
{
    struct key_here here[KEYS_HERE_MAX];
    size_t n = keys_here(place->keys, here);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < BINDING_KEYS && here[i].binding->keys[k] != 0; k++)
            assert_int_equal(keys_find(place->keys, here[i].binding->keys[k],
                                       action_is_of_replay(here[i].binding->action)),
                             here[i].binding->action);
}

/* At each place of the program: what it has among its keys is what they do. */
static void no_place_has_two_meanings_for_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < page_table.n; i++)
        for (const struct page_place *place = page_table.rows[i].ops->places;
             place != NULL && place->name != NULL; place++)
            check_place(place);
}

static void every_binding_is_explained(void **state)
{
    (void)state;
    struct key_here here[KEYS_HERE_MAX];
    size_t n = every_key(here);
    for (size_t i = 0; i < n; i++) {
        const struct binding *binding = here[i].binding;
        assert_int_equal(binding->keys[0] == 0, binding->action == ACT_PAGE);
        assert_int_not_equal(binding->action, ACT_NONE);
        /* What is in the footer is in the help. */
        assert_true((binding->rank > 0) == (binding->footer != NULL));
        if (binding->shown[0] != '\0')
            assert_true(binding->help != NULL && binding->help[0] != '\0');
        else
            assert_null(binding->help);
    }
}

static void every_action_has_a_key(void **state)
{
    (void)state;
    struct key_here here[KEYS_HERE_MAX];
    assert_int_equal(every_key(here), ACTIONS - 1);
}

static void the_keys_of_the_interface_are_there(void **state)
{
    (void)state;
    const struct page_key *const places[] = {NULL, list_keys, text_keys};
    for (int p = 0; p < 3; p++) {
        assert_int_equal(keys_find(places[p], 'q', false), ACT_QUIT);
        assert_int_equal(keys_find(places[p], '?', false), ACT_HELP);
        assert_int_equal(keys_find(places[p], KEY_F10_, false), ACT_QUIT);
        assert_int_equal(keys_find(places[p], KEY_F_(5), false), ACT_REFRESH);
        assert_int_equal(keys_find(places[p], KEY_F_(3), false), keys_find(places[p], '/', false));
        assert_int_equal(keys_find(places[p], KEY_F_(8), false), keys_find(places[p], '+', false));
        assert_int_equal(keys_find(places[p], KEY_F1_, false), ACT_HELP);
        assert_int_equal(keys_find(places[p], 'S', false), ACT_STREAMS);
        assert_int_equal(keys_find(places[p], KEY_CTRL_('l'), false), ACT_REDRAW);
        assert_int_equal(keys_find(places[p], KEY_ESC_, false), ACT_BACK);
        assert_int_equal(keys_find(places[p], 0, false), ACT_NONE);
        assert_int_equal(keys_find(places[p], -1, false), ACT_NONE);
    }
    assert_int_equal(keys_find(list_keys, 'D', false), ACT_TOPIC_DELETE);
    assert_int_equal(keys_find(text_keys, 'D', false), ACT_NONE);
    assert_int_equal(keys_find(list_keys, 'n', false), ACT_TOPIC_NEW);
    assert_int_equal(keys_find(text_keys, '>', false), ACT_SORT_NEXT);
    assert_int_equal(keys_find(text_keys, '>', true), ACT_REPLAY_FASTER);
    assert_int_equal(keys_find(text_keys, ')', true), ACT_SORT_NEXT);
    assert_int_equal(keys_find(NULL, 'n', false), ACT_NONE);
}

/* Footer and help: the page's own first, in its words where it has some; each once. */
static void a_page_words_its_keys(void **state)
{
    (void)state;
    struct key_here here[KEYS_HERE_MAX];
    size_t n = keys_here(list_keys, here), n_refresh = 0;
    assert_int_equal(here[0].binding->action, ACT_ENTER);
    assert_string_equal(here[0].footer, "details");
    assert_int_equal(here[3].binding->action, ACT_REFRESH);
    assert_string_equal(here[3].footer, "renew");
    assert_string_equal(here[3].help, "renew it now");
    assert_int_equal(here[3].rank, 2);
    assert_int_equal(here[4].binding->action, ACT_STREAMS);
    for (size_t i = 0; i < n; i++)
        n_refresh += here[i].binding->action == ACT_REFRESH;
    assert_int_equal(n_refresh, 1);
}

/* --- the pages ----------------------------------------------------------------------------------
 */

static void the_pages_are_told_by_their_keys(void **state)
{
    (void)state;
    char text[200];
    const struct page rows[] = {
        {'1', "A",   "a", NULL},
        {'2', "B b", "b", NULL},
        {'7', "C",   "c", NULL},
        {'8', "D",   "d", NULL},
        {'9', "E",   "e", NULL}
    };
    const struct page_table two = {rows, 2}, three = {rows, 3}, five = {rows, 5};
    pages_keys(&two, text, sizeof text);
    assert_string_equal(text, "1 2");
    pages_keys(&three, text, sizeof text);
    assert_string_equal(text, "1 2 7");
    pages_keys(&five, text, sizeof text);
    assert_string_equal(text, "1 2 7-9");
    pages_names(&three, text, sizeof text);
    assert_string_equal(text, "1 A, 2 B b, 7 C");
    pages_names(&five, text, 5); /* cut, not overrun */
    assert_string_equal(text, "1 A,");
}

/* The keys of pages are not those of anything else, and their words are not either. */
static void no_page_takes_the_key_of_another(void **state)
{
    (void)state;
    struct key_here here[KEYS_HERE_MAX];
    size_t n = every_key(here);
    assert_in_range(page_table.n, 1, PAGES_MAX);
    for (size_t i = 0; i < page_table.n; i++) {
        const struct page *page = &page_table.rows[i];
        for (size_t k = 0; k < n; k++)
            for (int b = 0; b < BINDING_KEYS; b++)
                assert_int_not_equal(here[k].binding->keys[b], page->key);
        for (size_t other = 0; other < i; other++) {
            assert_int_not_equal(page_table.rows[other].key, page->key);
            assert_string_not_equal(page_table.rows[other].word, page->word);
        }
    }
}

/* --- the line -----------------------------------------------------------------------------------
 */

static void draw_prompt(const struct prompt *prompt, int w, const char *expected)
{
    struct canvas *canvas = canvas_new(1, 12, false);
    prompt_draw(prompt, canvas, canvas_rect(canvas), 0, 1, w);
    char *text = canvas_dump(canvas, false);
    assert_string_equal(text, expected);
    assert_int_equal(canvas->n_cut, 0);
    free(text);
    canvas_free(canvas);
}

/* What does not fit goes on behind a sign, and the cursor is always in sight. */
static void a_long_line_is_scrolled(void **state)
{
    (void)state;
    struct prompt p;
    prompt_begin(&p, "abcdefghij");
    draw_prompt(&p, 11, " abcdefghij_\n");
    draw_prompt(&p, 8, " <efghij_\n");
    for (int i = 0; i < 5; i++)
        prompt_key(&p, KEY_LEFT_);
    draw_prompt(&p, 8, " abcdefg>\n");
    prompt_key(&p, KEY_RIGHT_);
    prompt_key(&p, KEY_RIGHT_);
    draw_prompt(&p, 8, " <cdefgh>\n");
    draw_prompt(&p, 1, " h\n");
}

static void type(struct prompt *prompt, const char *text)
{
    for (; *text != '\0'; text++)
        prompt_key(prompt, *text);
}

static void a_line_is_edited(void **state)
{
    (void)state;
    struct prompt p;
    prompt_begin(&p, "demo.");
    type(&p, "pin");
    assert_string_equal(p.text, "demo.pin");
    prompt_key(&p, KEY_LEFT_);
    prompt_key(&p, KEY_BACKSPACE_);
    assert_string_equal(p.text, "demo.pn");
    prompt_key(&p, 0xe9); /* é */
    prompt_key(&p, 0x65e5);
    prompt_key(&p, 0x1f600);
    assert_string_equal(p.text, "demo.pé日😀n");
    prompt_key(&p, KEY_BACKSPACE_);
    prompt_key(&p, KEY_LEFT_);
    prompt_key(&p, KEY_DELETE_);
    assert_string_equal(p.text, "demo.pén");
    prompt_key(&p, KEY_HOME_);
    prompt_key(&p, 'x');
    prompt_key(&p, KEY_END_);
    prompt_key(&p, 'y');
    assert_string_equal(p.text, "xdemo.pény");
    prompt_key(&p, KEY_CTRL_('u'));
    assert_string_equal(p.text, "");
    assert_false(prompt_key(&p, KEY_BACKSPACE_));
    assert_false(prompt_key(&p, KEY_LEFT_));
}

/* "10" is offered, 200 is typed: that is 200, and never 10200. */
static void what_is_offered_gives_way_to_what_is_typed(void **state)
{
    (void)state;
    struct prompt p;
    prompt_set(&p, "10");
    type(&p, "200");
    assert_string_equal(p.text, "200");
    prompt_set(&p, "localhost:9092");
    prompt_key(&p, KEY_BACKSPACE_); /* a key of editing makes it one's own */
    type(&p, "3");
    assert_string_equal(p.text, "localhost:9093");
    prompt_set(&p, "10");
    prompt_key(&p, KEY_END_);
    type(&p, "0");
    assert_string_equal(p.text, "100");
    prompt_set(&p, "10");
    prompt_key(&p, KEY_RIGHT_); /* the cursor is at the end already, and the text is kept */
    type(&p, "0");
    assert_string_equal(p.text, "100");
    prompt_set(&p, "10");
    assert_false(prompt_key(&p, KEY_UP_));
    type(&p, "5");
    assert_string_equal(p.text, "5");
}

static void a_line_takes_no_control_bytes_and_no_more_than_it_holds(void **state)
{
    (void)state;
    struct prompt p;
    prompt_set(&p, "");
    assert_false(prompt_key(&p, 0x07));
    assert_false(prompt_key(&p, 0x7f));
    assert_false(prompt_key(&p, 0x9b));
    assert_false(prompt_key(&p, KEY_UP_));
    for (int i = 0; i < 2 * PROMPT_MAX; i++)
        prompt_key(&p, 'a');
    assert_int_equal(strlen(p.text), PROMPT_MAX - 1);
    assert_false(prompt_key(&p, 'a'));
}

/* --- lists --------------------------------------------------------------------------------------
 */

static void the_selection_stays_inside_and_seen(void **state)
{
    (void)state;
    struct list l = {0};
    list_fit(&l, 100, 10);
    list_move(&l, 15);
    assert_int_equal(l.selected, 15);
    assert_int_equal(l.top, 6);
    assert_false(list_move(&l, 0));
    list_move(&l, 1000);
    assert_int_equal(l.selected, 99);
    assert_int_equal(l.top, 90);
    list_fit(&l, 5, 10);
    assert_int_equal(l.selected, 4);
    assert_int_equal(l.top, 0);
    list_fit(&l, 0, 0);
    assert_int_equal(l.selected, 0);
    assert_false(list_move(&l, -1));
}

/* --- figures ------------------------------------------------------------------------------------
 */

static void figures_fit_their_columns(void **state)
{
    (void)state;
    double n = 0.01;
    for (int i = 0; i < 115; i++) {
        assert_true(strlen(show_rate(n).s) <= 5);
        assert_true(strlen(show_ms(n / 1000).s) <= 6);
        assert_true(strlen(show_count_in((int64_t)n, 6).s) <= 6);
        if (n >= 0.1 && n < 1e8)
            assert_true(strlen(show_pace(n).s) <= 4);
        assert_true(strlen(show_age((int64_t)n).s) <= 6);
        n *= 1.31;
    }
}

static void figures_read_well(void **state)
{
    (void)state;
    assert_string_equal(show_count(63916).s, "63,916");
    assert_string_equal(show_count(-1234567).s, "-1,234,567");
    assert_string_equal(show_count(999).s, "999");
    assert_string_equal(show_count(PT_UNKNOWN).s, "–");
    assert_string_equal(show_count_in(1234567, 6).s, "1.2M");
    assert_string_equal(show_count_in(999999999, 6).s, "1.0G");
    assert_string_equal(show_rate(NAN).s, "–");
    assert_string_equal(show_rate(9.96).s, "10.0");
    assert_string_equal(show_rate(9999.4).s, "9,999");
    assert_string_equal(show_rate(12345).s, "12.3k");
    assert_string_equal(show_pace(PT_RATE_MAX).s, "max");
    assert_string_equal(show_pace(PT_RATE_ORIGINAL).s, "orig");
    assert_string_equal(show_pace(0.5).s, "0.5");
    assert_string_equal(show_pace(50000).s, "50k");
    assert_string_equal(show_ms(1.23).s, "1.2ms");
    assert_string_equal(show_ms(999.4).s, "999ms");
    assert_string_equal(show_ms(1200).s, "1.2s");
    assert_string_equal(show_age(662000).s, "11m02s");
    assert_string_equal(show_age(4800000).s, "1h20m");
    assert_string_equal(show_oldest(0).s, "–");
    assert_string_equal(show_bytes(999).s, "999 B");
    assert_string_equal(show_bytes(31000000).s, "31.0 MB");
}

static void times_are_utc_and_name_the_day_when_it_is_another(void **state)
{
    (void)state;
    const int64_t now = 1795403558000; /* 23 Nov 2026 03:12:38Z */
    assert_string_equal(show_minute(now, now).s, "03:12Z");
    assert_string_equal(show_second(now).s, "03:12:38Z");
    assert_string_equal(show_minute(now - 4 * 3600000LL, now).s, "23:12Z");
    assert_string_equal(show_minute(now - 30 * 3600000LL, now).s, "21 Nov 21:12Z");
    assert_string_equal(show_minute(PT_UNKNOWN, now).s, "–");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_means_one_thing_everywhere),
        cmocka_unit_test(no_place_has_two_meanings_for_a_key),
        cmocka_unit_test(a_page_words_its_keys),
        cmocka_unit_test(the_pages_are_told_by_their_keys),
        cmocka_unit_test(no_page_takes_the_key_of_another),
        cmocka_unit_test(every_binding_is_explained),
        cmocka_unit_test(every_action_has_a_key),
        cmocka_unit_test(the_keys_of_the_interface_are_there),
        cmocka_unit_test(a_line_is_edited),
        cmocka_unit_test(what_is_offered_gives_way_to_what_is_typed),
        cmocka_unit_test(a_line_takes_no_control_bytes_and_no_more_than_it_holds),
        cmocka_unit_test(the_selection_stays_inside_and_seen),
        cmocka_unit_test(a_long_line_is_scrolled),
        cmocka_unit_test(figures_fit_their_columns),
        cmocka_unit_test(figures_read_well),
        cmocka_unit_test(times_are_utc_and_name_the_day_when_it_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
