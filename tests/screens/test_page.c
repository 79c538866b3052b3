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

struct shelves_page {
    size_t n;
    bool is_counted;
};

static void *shelves_new(void)
{
    return calloc(1, sizeof(struct shelves_page));
}

static void shelves_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct shelves_page *page = state;
    (void)body;
    page->n = desk->snap->cluster->n_brokers;
}

static void shelves_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                         struct rect body)
{
    const struct shelves_page *page = state;
    (void)desk;
    canvas_printf(canvas, body, 0, 1, STYLE_NORMAL, "there are %zu brokers%s", page->n,
                  page->is_counted ? ", counted" : "");
}

static const struct page_key shelves_keys[] = {
    {ACT_ENTER, 1, "count", "count the brokers"},
    {ACT_NONE },
};

static const struct page_place shelves_places[] = {
    {"Shelves", shelves_keys},
    {NULL        },
};

static bool shelves_act(void *state, struct page_desk *desk, enum action action)
{
    struct shelves_page *page = state;
    if (action != ACT_ENTER)
        return false;
    page->is_counted = true;
    desk_say(desk, "counted %zu", page->n);
    return true;
}

static const struct page_ops page_shelves = {
    .new = shelves_new,
    .free = free,
    .recalc = shelves_recalc,
    .draw = shelves_draw,
    .places = shelves_places,
    .act = shelves_act,
};

/* The fewest operations that a page can have. */
static const struct page_ops page_least = {
    .new = shelves_new,
    .free = free,
    .recalc = shelves_recalc,
    .draw = shelves_draw,
};

/* --- the rows -----------------------------------------------------------------------------------
 */

#define PAGE_ROW(key, name, word, ops) {key, name, word, &ops},
static const struct page rows[] = {
    PAGE_ROWS(PAGE_ROW)  /* the program's, and two more: */
    {'8', "Shelves", "shelves", &page_shelves},
    {'9', "Least",   "least",   &page_least  },
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
    press("8");
    assert_shown("8 Shelves");
    assert_shown("there are 3 brokers");
    press("1");
    assert_shown("pintop " PINTOP_VERSION);
}

static void its_word_opens_it(void **state)
{
    (void)state;
    press(":shelves\n");
    assert_shown("8 Shelves");
    press(":shelves now\n");
    assert_shown("Usage: shelves");
    press("\033:nonsense\n");
    draw_screen();
    const char *words = strstr(screen, "Words:");
    assert_non_null(words);
    assert_non_null(strstr(words, "shelves"));
}

static void its_keys_are_in_the_footer_and_do_what_they_say(void **state)
{
    (void)state;
    press("8");
    assert_shown("Enter count");
    assert_shown("1-9 pages");
    press("\n");
    assert_shown("counted 3");
    assert_shown("there are 3 brokers, counted");
    press("D"); /* a key that it doesn't take */
    assert_shown("D does nothing here");
}

static void help_tells_it(void **state)
{
    (void)state;
    press("8?");
    assert_shown("Keys on Shelves");
    assert_shown("count the brokers");
    assert_shown("7 Brokers, 8 Shelves,");
}

static void esc_leads_to_the_first_page(void **state)
{
    (void)state;
    press("8\033");
    assert_ptr_equal(ui_page(&ui), &rows[0]);
}

/* What works on each page works there, and nothing else is offered. */
static void a_page_needs_four_operations(void **state)
{
    (void)state;
    press("9");
    assert_shown("9 Least");
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
