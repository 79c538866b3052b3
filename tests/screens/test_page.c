/* A page is its own file and one row: the page of this file is added by a row, and is opened by its
 * key and by its word, drawn, told in title, footer and help, and asked for what it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "pintop/engine.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

/* --- the page -----------------------------------------------------------------------------------
 */

struct brokers_page {
    size_t n;
    bool is_counted;
};

static void *brokers_new(void)
{
    return calloc(1, sizeof(struct brokers_page));
}

static void brokers_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct brokers_page *page = state;
    (void)body;
    page->n = desk->snap->cluster->n_brokers;
}

static void brokers_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                         struct rect body)
{
    const struct brokers_page *page = state;
    (void)desk;
    canvas_printf(canvas, body, 0, 1, STYLE_NORMAL, "there are %zu brokers%s", page->n,
                  page->is_counted ? ", counted" : "");
}

static const struct page_key brokers_keys[] = {
    {ACT_ENTER, 1, "count", "count the brokers"},
    {ACT_NONE },
};

static const struct page_place brokers_places[] = {
    {"Brokers", brokers_keys},
    {NULL        },
};

static bool brokers_act(void *state, struct page_desk *desk, enum action action)
{
    struct brokers_page *page = state;
    if (action != ACT_ENTER)
        return false;
    page->is_counted = true;
    desk_say(desk, "counted %zu", page->n);
    return true;
}

static const struct page_ops page_brokers = {
    .new = brokers_new,
    .free = free,
    .recalc = brokers_recalc,
    .draw = brokers_draw,
    .places = brokers_places,
    .act = brokers_act,
};

/* The fewest operations that a page can have. */
static const struct page_ops page_least = {
    .new = brokers_new,
    .free = free,
    .recalc = brokers_recalc,
    .draw = brokers_draw,
};

/* --- the rows -----------------------------------------------------------------------------------
 */

#define PAGE_ROW(key, name, word, ops) {key, name, word, &ops},
static const struct page rows[] = {
    PAGE_ROWS(PAGE_ROW)  /* the program's, and two more: */
    {'7', "Brokers", "brokers", &page_brokers},
    {'8', "Least",   "least",   &page_least  },
};
static const struct page_table pages = {rows, sizeof rows / sizeof *rows};

/* --- tests --------------------------------------------------------------------------------------
 */

static struct fixture fixture;
static struct ui ui;
static char *screen; /* as it was drawn last */

static void draw_screen(void)
{
    struct canvas *canvas = canvas_new(24, 160, false);
    assert_non_null(canvas);
    free(screen);
    ui_draw(&ui, canvas);
    screen = canvas_dump(canvas, false);
    canvas_free(canvas);
    assert_non_null(screen);
}

static void assert_shown(const char *text)
{
    draw_screen();
    if (strstr(screen, text) == NULL)
        fail_msg("\"%s\" is not on the screen:\n%s", text, screen);
}

static void press(const char *keys)
{
    for (; *keys != '\0'; keys++)
        ui_key(&ui, *keys == '\n' ? KEY_ENTER_ : *keys == '\033' ? KEY_ESC_ : *keys);
}

static int setup(void **state)
{
    (void)state;
    struct ui_host host = {0};
    struct looks looks = {false, false};
    fixture_flowing(&fixture);
    assert_int_equal(ui_init_pages(&ui, &host, &looks, &pages), PT_OK);
    ui_size(&ui, 24, 160);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(screen);
    screen = NULL;
    ui_done(&ui);
    return 0;
}

static void its_key_opens_it(void **state)
{
    (void)state;
    press("7");
    assert_shown("7 Brokers");
    assert_shown("there are 3 brokers");
    press("1");
    assert_shown("pintop " PINTOP_VERSION);
}

static void its_word_opens_it(void **state)
{
    (void)state;
    press(":brokers\n");
    assert_shown("7 Brokers");
    press(":brokers now\n");
    assert_shown("Usage: brokers");
    press("\033:nonsense\n");
    draw_screen();
    const char *words = strstr(screen, "Words:");
    assert_non_null(words);
    assert_non_null(strstr(words, "brokers"));
}

static void its_keys_are_in_the_footer_and_do_what_they_say(void **state)
{
    (void)state;
    press("7");
    assert_shown("Enter count");
    assert_shown("1-8 pages");
    press("\n");
    assert_shown("counted 3");
    assert_shown("there are 3 brokers, counted");
    press("D"); /* a key that it doesn't take */
    assert_shown("D does nothing here");
}

static void help_tells_it(void **state)
{
    (void)state;
    press("7?");
    assert_shown("Keys on Brokers");
    assert_shown("count the brokers");
    assert_shown("6 Log, 7 Brokers, 8 Least");
}

static void esc_leads_to_the_first_page(void **state)
{
    (void)state;
    press("7\033");
    assert_ptr_equal(ui_page(&ui), &rows[0]);
}

/* What works on each page works there, and nothing else is offered. */
static void a_page_needs_four_operations(void **state)
{
    (void)state;
    press("8");
    assert_shown("8 Least");
    assert_shown("there are 3 brokers");
    press("\n");
    assert_shown("Enter does nothing here");
    press("/");
    assert_shown("/ does nothing here");
    press("y");
    assert_shown("nothing here to copy");
    press("j");
    assert_shown("that key does nothing here");
    press("?");
    assert_shown("Keys on Least");
    press("\033q");
    assert_shown("Quit?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_key_opens_it, setup, teardown),
        cmocka_unit_test_setup_teardown(its_word_opens_it, setup, teardown),
        cmocka_unit_test_setup_teardown(its_keys_are_in_the_footer_and_do_what_they_say, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(help_tells_it, setup, teardown),
        cmocka_unit_test_setup_teardown(esc_leads_to_the_first_page, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_needs_four_operations, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
