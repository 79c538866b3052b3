/* The band of a context: which one it is stands on every page and beside every question, as a word
 * and not only as a colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"

static void in_context(const char *context, const char *band)
{
    snprintf(fixture.session.context, sizeof fixture.session.context, "%s", context);
    snprintf(fixture.session.band, sizeof fixture.session.band, "%s", band);
    next_snapshot();
}

static void resize(int rows, int cols)
{
    canvas_free(canvas);
    canvas = canvas_new(rows, cols, false);
    assert_non_null(canvas);
    ui_size(&ui, rows, cols);
}

/* Whether each cell of the first row is of this style. */
static bool is_row_of(enum style style)
{
    ui_draw(&ui, canvas);
    for (int x = 0; x < canvas->cols; x++)
        if (canvas_at(canvas, 0, x)->style != style)
            return false;
    return true;
}

static void every_page_and_size_shows_it(void **state)
{
    (void)state;
    static const int sizes[][2] = {
        {24, 80 },
        {12, 40 },
        {10, 40 },
        {60, 200},
        {4,  30 }
    };
    in_context("prod", "red");
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        resize(sizes[s][0], sizes[s][1]);
        for (const char *page = "123456"; *page != '\0'; page++) {
            ui_key(&ui, *page);
            assert_true(is_shown("prod (red)"));
            assert_true(is_row_of(STYLE_RED_BAND));
        }
    }
}

static void a_dialog_leaves_it_in_sight(void **state)
{
    (void)state;
    static const char *const keys[] = {"?", "n", ":", "q", "E"};
    in_context("prod", "yellow");
    resize(12, 40);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(keys[i]);
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("prod (yellow)"));
        assert_true(is_row_of(STYLE_YELLOW_BAND));
        ui_key(&ui, KEY_ESC_);
    }
}

static void each_colour_has_a_style_and_none_has_none(void **state)
{
    (void)state;
    static const struct {
        const char *band;
        enum style style;
    } bands[] = {
        {"red",     STYLE_RED_BAND    },
        {"yellow",  STYLE_YELLOW_BAND },
        {"green",   STYLE_GREEN_BAND  },
        {"blue",    STYLE_BLUE_BAND   },
        {"magenta", STYLE_MAGENTA_BAND},
        {"cyan",    STYLE_CYAN_BAND   },
        {"pink",    STYLE_BAND        }, /* an engine of another version knows more colours */
    };
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) {
        in_context("stage", bands[i].band);
        assert_true(is_row_of(bands[i].style));
        assert_true(is_shown("stage ("));
        assert_true(is_shown(bands[i].band));
    }
    in_context("stage", "");
    assert_false(is_shown("stage ("));
    assert_true(is_shown("stage")); /* the title names the context without a band, too */
    in_context("", "cyan");
    assert_true(is_shown("no context (cyan)"));
}

/* A long name leaves half of the title for the rest. */
static void a_long_name_is_cut(void **state)
{
    (void)state;
    in_context("a-context-whose-name-is-longer-than-a-narrow-terminal", "red");
    resize(12, 40);
    ui_key(&ui, '2');
    assert_true(is_shown("a-context-w"));
    assert_true(is_shown("2 Topics"));
}

static void readonly_stands_out_of_it(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    in_context("prod", "red");
    assert_true(is_shown("prod (red)  READONLY"));
    assert_int_equal(canvas_at(canvas, 0, 13)->style, STYLE_BAND);
    assert_int_equal(canvas_at(canvas, 0, 0)->style, STYLE_RED_BAND);
    assert_int_equal(canvas_at(canvas, 0, 79)->style, STYLE_RED_BAND);
}

static void questions_in_red_name_the_context(void **state)
{
    (void)state;
    static const char *const keys[] = {"n", "2D", "2e", "q"};
    in_context("prod", "red");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(keys[i]);
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("In context prod:"));
        ui_key(&ui, KEY_ESC_);
    }
    static const enum dialog_kind kinds[] = {DIALOG_CONFIRM, DIALOG_INPUT, DIALOG_MENU,
                                             DIALOG_TEXT};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_non_null(ui_ask(&ui, kinds[i], "Sure?", "It is gone then.", NULL));
        assert_true(is_shown("It is gone then."));
        assert_int_equal(is_shown("In context prod:"), kinds[i] != DIALOG_TEXT);
        dialog_done(&ui.dialogs[--ui.n_dialogs]);
    }
    in_context("dev", "green");
    press("n");
    assert_int_equal(ui.n_dialogs, 1);
    assert_false(is_shown("In context"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(every_page_and_size_shows_it),
        UI_TEST(a_dialog_leaves_it_in_sight),
        UI_TEST(each_colour_has_a_style_and_none_has_none),
        UI_TEST(a_long_name_is_cut),
        UI_TEST(readonly_stands_out_of_it),
        UI_TEST(questions_in_red_name_the_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
