/* The mouse: off until m, and then it selects, scrolls and turns pages, but answers nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"
#include "ui/mouse.h"

/* Clicks on the first place where this text stands. */
static void act_at(int key, const char *text)
{
    ui_draw(&ui, canvas);
    char *screen = canvas_dump(canvas, false);
    char *at = strstr(screen, text), *row = screen;
    int y = 0;
    if (at == NULL) {
        fail_msg("the screen does not show %s", text);
        return;
    }
    for (char *p = screen; p < at; p++)
        if (*p == '\n') {
            row = p + 1;
            y++;
        }
    *at = '\0';
    int x = text_cols(row);
    free(screen);
    ui_mouse(&ui, canvas, key, y, x);
}

static void it_is_off_until_it_is_asked_for(void **state)
{
    (void)state;
    press("2");
    act_at(KEY_CLICK_, "demo.user");
    assert_string_equal(ui_selected_topic(&ui), "demo.geo");
    assert_false(is_shown("3 Connector"));
    press("m");
    assert_true(is_shown("mouse on"));
    assert_true(is_shown("[2 Topics]"));
    act_at(KEY_CLICK_, "demo.user");
    assert_string_equal(ui_selected_topic(&ui), "demo.user");
    press("m");
    assert_true(is_shown("mouse off"));
    assert_false(is_shown("[2 Topics]"));
    act_at(KEY_CLICK_, "demo.geo");
    assert_string_equal(ui_selected_topic(&ui), "demo.user");
}

static void a_click_on_a_page_goes_there(void **state)
{
    (void)state;
    press("m");
    act_at(KEY_CLICK_, "6 Log");
    assert_true(is_shown("TIME      LEVEL"));
    act_at(KEY_CLICK_, "Topics");
    assert_true(is_shown(">demo.geo"));
    act_at(KEY_CLICK_, "HEALTH"); /* a header is no row */
    assert_true(is_shown(">demo.geo"));
}

/* A click takes the keys along to the list that was clicked. */
static void a_click_on_an_event_selects_it(void **state)
{
    (void)state;
    press("m");
    ui_size(&ui, 40, 80);
    canvas_free(canvas);
    canvas = canvas_new(40, 80, false);
    act_at(KEY_CLICK_, "geo      started");
    assert_true(is_shown(">01:52:38Z geo      started"));
    act_at(KEY_CLICK_, "user  ");
    assert_true(is_shown(">user"));
}

static void the_wheel_scrolls(void **state)
{
    (void)state;
    press("m6");
    assert_int_equal(ui_listing(&ui)->list.selected, ui_listing(&ui)->list.count - 1);
    act_at(KEY_WHEEL_UP_, "LEVEL");
    assert_int_equal(ui_listing(&ui)->list.selected, ui_listing(&ui)->list.count - 4);
    act_at(KEY_WHEEL_DOWN_, "LEVEL");
    assert_int_equal(ui_listing(&ui)->list.selected, ui_listing(&ui)->list.count - 1);
    press("?");
    int top = ui.dialogs[0].top;
    act_at(KEY_WHEEL_DOWN_, "Keys on Log");
    assert_int_equal(ui.dialogs[0].top, top + 3);
}

static void a_click_answers_no_question(void **state)
{
    (void)state;
    press("mq");
    assert_true(is_shown("Quit?"));
    act_at(KEY_CLICK_, "Yes");
    act_at(KEY_CLICK_, "2 Topics");
    assert_int_equal(ui.n_dialogs, 1);
    assert_int_equal(fake.quits, 0);
    assert_int_equal(ui.page, 0);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(it_is_off_until_it_is_asked_for), UI_TEST(a_click_on_a_page_goes_there),
        UI_TEST(a_click_on_an_event_selects_it),  UI_TEST(the_wheel_scrolls),
        UI_TEST(a_click_answers_no_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
