/* Moments of a world in which the truth is known: what another partition's commit and a clock that
 * is set do to a verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>

#include "base/clock.h"
#include "connector/watch/connectors.h"
#include "connector/watch/internal.h"
#include "worlds.h"

/* One partition stands since 100 s, and the worker's log said why at 150 s. That another is
 * committed at 200 s clears nothing; that the same one is taken again does. */
static void another_partitions_commit_clears_no_error(void **state)
{
    struct witnesses w;
    (void)state;
    make_world(2000);
    world.n_parts = 2;
    world.is_healthy = true;
    begin_world();
    for (int i = 0; i < 2; i++)
        world.parts[i] = (struct log_part){.high = 1000, .committed = 1000};
    for (int s = 0; s <= 500; s++) {
        int64_t now_ms = START + (int64_t)s * 1000;
        world.parts[0].high = world.parts[1].high = 1000 + 10 * s;
        if (s < 100 || s == 400)
            world.parts[0].committed = world.parts[0].high;
        if (s % 2 == 0)
            world.parts[1].committed = world.parts[1].high;
        if (s % 5 == 0)
            hear_state(s, now_ms);
        hear_offsets(s, now_ms);
        if (s == 150) {
            cm->log_asked_ms = cm->log.time_ms = now_ms;
            cm->log.rule = rules_by_id("s3-denied");
        }
        conn_models_judge(&connectors, cm, now_ms);
        conn_witnesses(&connectors, cm, now_ms, &w);
        if (s == 390) {
            assert_true(w.stuck > 0 && w.log_rule != NULL);
            assert_int_equal(cm->verdict.verdict, PT_V_STALLED);
            assert_string_equal(cm->verdict.rule, "s3-denied");
        }
    }
    assert_null(w.log_rule);
    cm->log.rule = NULL;
    end_world();
}

/* The machine's clock is set by an hour, either way: nothing is waited for longer, or forgotten. */
static void a_clock_that_is_set_changes_nothing(void **state)
{
    static const int64_t jumps_ms[] = {3600000, -3600000};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        make_world(1000);
        world.is_healthy = true;
        world.stuck = world.failed = world.denied = world.silent = world.strange = world.blind =
            (struct outage){SECONDS + 1, SECONDS + 1};
        begin_world();
        int64_t now_ms = START;
        for (int s = 0; s < 400; s++) {
            now_ms = START + (int64_t)s * 1000 + (s >= 200 ? jumps_ms[i] : 0);
            if (s == 200) {
                cm->next_ms[CONN_ASK_LAG] = START + 205000;
                conn_clock_moved(&connectors, jumps_ms[i]);
                assert_int_equal(cm->next_ms[CONN_ASK_LAG], START + 205000 + jumps_ms[i]);
            }
            live(s);
            if (s % 5 == 0)
                hear_state(s, now_ms);
            hear_offsets(s, now_ms);
            conn_models_judge(&connectors, cm, now_ms);
            if (s > PATIENCE_S && cm->verdict.verdict != PT_V_OK &&
                cm->verdict.verdict != PT_V_IDLE)
                fail_msg("second %d: %s %s", s, pt_verdict_word(cm->verdict.verdict),
                         cm->verdict.cause);
        }
        end_world();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_partitions_commit_clears_no_error),
        cmocka_unit_test(a_clock_that_is_set_changes_nothing),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
