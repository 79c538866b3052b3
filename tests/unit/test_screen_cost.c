/* What the Log page says of the screen's own cost: what is unknown is a dash, and a slow screen
 * says why. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "page/screen_cost.h"
#include "pintop/stream.h"

static char text[200];

static const char *figures(const struct screen_cost *cost)
{
    screen_cost_figures(cost, text, sizeof text);
    return text;
}

static const char *pace(const struct screen_cost *cost)
{
    screen_cost_pace(cost, text, sizeof text);
    return text;
}

static void nothing_is_known_at_first(void **state)
{
    (void)state;
    struct screen_cost cost = screen_cost_unknown();
    assert_string_equal(figures(&cost), "sent – B/s, most –  – frames/s  round trip –  CPU –");
    assert_string_equal(pace(&cost), "updates every –");
    assert_false(screen_cost_is_slow(&cost));
}

static void figures_have_their_units(void **state)
{
    (void)state;
    struct screen_cost cost = {
        .used = {480, 12345, 0.96, 0.34},
          .round_trip_ms = 12
    };
    assert_string_equal(figures(&cost),
                        "sent 480 B/s, most 12,345  1.0 frames/s  round trip 12 ms  CPU 0.3%");
    cost.round_trip_ms = 0; /* known, and less than a millisecond */
    assert_non_null(strstr(figures(&cost), "round trip 0 ms"));
}

/* The longest line must fit into 80 columns. */
static void large_figures_fit(void **state)
{
    (void)state;
    struct screen_cost cost = {
        .used = {99999, 999999, 20.0, 199.9},
          .round_trip_ms = 29999
    };
    assert_true(strlen(figures(&cost)) <= 78);
    cost.pacing = (struct pacing){.every_ms = 10000, .why = PACING_WRITE, .why_ms = 99999};
    assert_true(strlen(pace(&cost)) <= 78);
}

static void the_reason_of_a_slow_screen_is_said(void **state)
{
    (void)state;
    static const struct {
        struct pacing pacing;
        bool is_unanswered, is_slow;
        const char *said;
    } cases[] = {
        {{.every_ms = 1000, .why = PACING_FULL},                  false, false, "updates every 1 s"   },
        {{.every_ms = 400, .why = PACING_FULL},                   false, false, "updates every 400 ms"},
        {{.every_ms = 1000, .why = PACING_FULL},
         true,                                                           false,
         "updates every 1 s; round trip unknown: this terminal does not answer"                       },
        {{.every_ms = 2000, .why = PACING_ANSWER, .why_ms = 900},
         false,                                                          true,
         "updates every 2 s: the terminal takes 900 ms for an answer"                                 },
        {{.every_ms = 4000, .why = PACING_WRITE, .why_ms = 1800},
         false,                                                          true,
         "updates every 4 s: the terminal takes 1,800 ms to accept a frame"                           },
        {{.every_ms = 5000, .why = PACING_UNFOCUSED},
         false,                                                          false,
         "updates every 5 s: another window has the focus"                                            },
        {{.every_ms = 5000, .why = PACING_IDLE},
         false,                                                          false,
         "updates every 5 s: no key was pressed for 10 minutes"                                       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct screen_cost cost = screen_cost_unknown();
        cost.pacing = cases[i].pacing;
        cost.is_unanswered = cases[i].is_unanswered;
        assert_string_equal(pace(&cost), cases[i].said);
        assert_int_equal(screen_cost_is_slow(&cost), cases[i].is_slow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(figures_have_their_units),
        cmocka_unit_test(large_figures_fit),
        cmocka_unit_test(the_reason_of_a_slow_screen_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
