/* Tab in the command line: every word, and every argument that has known values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"

static struct pt_context contexts[2] = {{.name = "prod"}, {.name = "preview"}};

static int setup_complete(void **state)
{
    int rc = setup(state);
    ui.contexts.list = contexts;
    ui.contexts.n = 2;
    return rc;
}

static int teardown_complete(void **state)
{
    ui.contexts.list = NULL;
    return teardown(state);
}

#define COMPLETE_TEST(f) cmocka_unit_test_setup_teardown(f, setup_complete, teardown_complete)

/* Types a line behind `:`, and Tab. Returns the line then. */
static const char *tab(const char *line)
{
    while (ui.n_dialogs > 0)
        ui_key(&ui, KEY_ESC_);
    press(":");
    press(line);
    press("\t");
    assert_int_equal(ui.n_dialogs, 1);
    return ui.dialogs[0].prompt.text;
}

static const char *note(void)
{
    return ui.dialogs[0].note;
}

static void what_is_typed_is_completed(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *line;
    } cases[] = {
        {"sta",           "start "               },
        {"st",            "st"                   }, /* start, stop */
        {"  over",        "  overview "          },
        {"con",           "con"                  }, /* context, connector */
        {"cont",          "context "             },
        {"start p",       "start pin"            },
        {"start pin,us",  "start pin,user"       },
        {"stop g",        "stop geo"             },
        {"rate o",        "rate original "       },
        {"rate 10 u",     "rate 10 user"         },
        {"create d",      "create demo."         },
        {"topic ",        "topic demo."          },
        {"topic demo.p",  "topic demo.pin"       },
        {"delete demo.g", "delete demo.geo"      },
        {"chart bl",      "chart block"          },
        {"theme l",       "theme light"          },
        {"context p",     "context pr"           },
        {"context pro",   "context prod "        },
        {"context prod ", "context prod readonly"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(tab(cases[i].typed), cases[i].line);
}

static void several_are_listed(void **state)
{
    (void)state;
    press(":");
    assert_true(is_shown("Tab completes"));
    tab("st");
    assert_string_equal(note(), "start stop");
    press("o"); /* the note was about what was typed then */
    assert_string_equal(note(), "");
    tab("context p");
    assert_string_equal(note(), "prod preview");
    tab("topic ");
    assert_true(is_shown("demo.geo demo.pin demo.user"));
    tab("rate 10 ");
    assert_string_equal(note(), "pin geo user all");
}

static void what_cannot_be_completed_is_said(void **state)
{
    (void)state;
    assert_string_equal(tab("xyz"), "xyz");
    assert_string_equal(note(), "nothing known begins like that");
    assert_string_equal(tab("topic x"), "topic x");
    assert_string_equal(note(), "nothing known begins like that");
    assert_string_equal(tab("quit n"), "quit n");
    assert_string_equal(note(), "nothing is expected here");
    assert_string_equal(tab("start pin "), "start pin ");
    assert_string_equal(note(), "nothing is expected here");
    assert_string_equal(tab("xyz a"), "xyz a");
}

/* In the middle of the line Tab does nothing, and in other lines there is nothing to complete. */
static void elsewhere_nothing_happens(void **state)
{
    (void)state;
    press(":");
    press("sta pin");
    ui_key(&ui, KEY_HOME_);
    press("\t");
    assert_string_equal(ui.dialogs[0].prompt.text, "sta pin");
    ui_key(&ui, KEY_ESC_);
    press("/");
    press("sta\t");
    assert_string_equal(ui.dialogs[0].prompt.text, "sta");
}

static void what_is_completed_is_done(void **state)
{
    (void)state;
    tab("topic demo.p");
    press("\n");
    assert_int_equal(ui.n_dialogs, 0);
    assert_true(is_shown("2 Topics  demo.pin"));
}

static void help_has_the_words_and_what_they_take(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Behind : (Tab completes)",
        "rate         N|max|original [pin,geo,user]",
        "context      [NAME [readonly]]",
        "theme        default|safe|light|mono",
        "Words: generated",
        "Times are UTC",
    };
    press(":");
    press("help\n");
    assert_int_equal(ui.n_dialogs, 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(ui.dialogs[0].text, lines[i]));
    ui_key(&ui, KEY_ESC_);
    for (const char *page = "123456"; *page != '\0'; page++) { /* nothing of it is cut */
        ui_key(&ui, *page);
        press("?");
        assert_non_null(strstr(ui.dialogs[0].text, "Times are UTC"));
        ui_key(&ui, KEY_ESC_);
    }
    ui.is_replay = true; /* where a word is refused, it is not offered */
    press("?");
    assert_null(strstr(ui.dialogs[0].text, "context      ["));
    assert_non_null(strstr(ui.dialogs[0].text, "theme        default"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        COMPLETE_TEST(what_is_typed_is_completed),
        COMPLETE_TEST(several_are_listed),
        COMPLETE_TEST(what_cannot_be_completed_is_said),
        COMPLETE_TEST(elsewhere_nothing_happens),
        COMPLETE_TEST(what_is_completed_is_done),
        COMPLETE_TEST(help_has_the_words_and_what_they_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
