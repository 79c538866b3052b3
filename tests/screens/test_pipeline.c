/* The pipeline as a picture: what each joint says, and that the row fits at every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "fixture.h"
#include "page/pipeline.h"

static struct fixture fixture;
static struct page_desk desk;

static int pipeline_setup(void **state)
{
    (void)state;
    fixture_flowing(&fixture);
    memset(&desk, 0, sizeof desk);
    desk.snap = &fixture.snap;
    desk.now_ms = FIXTURE_NOW_MS;
    return 0;
}

/* One letter for each joint: ? unknown, - idle, = flows, ! warns, X trouble. */
static const char *joints_now(void)
{
    static char text[PIPELINE_JOINTS + 1];
    struct joint joints[PIPELINE_JOINTS];
    pipeline_joints(&desk, joints);
    for (int i = 0; i < PIPELINE_JOINTS; i++)
        text[i] = "?-=!X"[joints[i].state];
    return text;
}

static char *row_now(int cols, bool is_ascii)
{
    struct canvas *canvas = canvas_new(1, cols, is_ascii);
    desk.looks.is_ascii = is_ascii;
    pipeline_draw(&desk, canvas, canvas_rect(canvas));
    char *text = canvas_dump(canvas, false);
    canvas_free(canvas);
    return text;
}

static void verdict_is(enum pt_verdict verdict, enum pt_hop hop)
{
    fixture.session.verdict = verdict;
    fixture.session.verdict_hop = hop;
}

static void what_is_well_flows(void **state)
{
    (void)state;
    assert_string_equal(joints_now(), "====");
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
    assert_string_equal(joints_now(), "-==="); /* the topics still get records, from others */
}

static void the_verdict_s_place_is_the_joint(void **state)
{
    (void)state;
    static const struct {
        enum pt_verdict verdict;
        enum pt_hop hop;
        const char *joints;
    } cases[] = {
        {PT_V_FAILED,   PT_HOP_SINK,     "==X="},
        {PT_V_PAUSED,   PT_HOP_SINK,     "==X="},
        {PT_V_UNKNOWN,  PT_HOP_SINK,     "==X="},
        {PT_V_STALLED,  PT_HOP_DELIVERY, "X==="},
        {PT_V_FAILED,   PT_HOP_STREAM,   "X==="},
        {PT_V_FAILED,   PT_HOP_KAFKA,    "X==="},
        {PT_V_FAILED,   PT_HOP_LOGIN,    "X==="},
        {PT_V_DEGRADED, PT_HOP_NONE,     "===="},
        {PT_V_OK,       PT_HOP_SINK,     "===="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        verdict_is(cases[i].verdict, cases[i].hop);
        if (strcmp(joints_now(), cases[i].joints) != 0)
            fail_msg("%s at %s: %s", pt_verdict_word(cases[i].verdict), pt_hop_word(cases[i].hop),
                     joints_now());
    }
}

static void what_is_unknown_does_not_flow(void **state)
{
    (void)state;
    fixture.streams.streams[1].state = PT_STREAM_ELSEWHERE;
    assert_string_equal(joints_now(), "?===");
    fixture.streams.streams[1].state = PT_STREAM_RUNNING;
    fixture.topics[1].in_per_s = (double)NAN;
    assert_string_equal(joints_now(), "=?==");
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].newest_object_ms = PT_UNKNOWN;
    assert_string_equal(joints_now(), "=?=?");
    fixture.session.link = PT_LINK_GONE;
    assert_string_equal(joints_now(), "????");
}

/* A gap is as unknown as either of its figures. */
static void an_unknown_account_has_no_gap(void **state)
{
    (void)state;
    struct joint joints[PIPELINE_JOINTS];
    pipeline_joints(&desk, joints);
    assert_int_equal(joints[1].gap, 0);
    fixture.streams.streams[0].account_delivered = PT_UNKNOWN;
    pipeline_joints(&desk, joints);
    assert_true(joints[1].gap == PT_UNKNOWN);
    fixture.streams.streams[0].in_flight = PT_UNKNOWN;
    fixture.topics[2].lag = PT_UNKNOWN;
    pipeline_joints(&desk, joints);
    assert_true(joints[0].gap == PT_UNKNOWN && joints[2].gap == PT_UNKNOWN);
}

static void a_stream_that_waits_is_marked(void **state)
{
    (void)state;
    fixture.streams.streams[2].state = PT_STREAM_WAITING;
    assert_string_equal(joints_now(), "!===");
    verdict_is(PT_V_STALLED, PT_HOP_DELIVERY);
    assert_string_equal(joints_now(), "X===");
}

static void old_objects_do_not_flow(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].newest_object_ms = FIXTURE_NOW_MS - 60001;
    assert_string_equal(joints_now(), "===-");
}

/* The names stand in their order at every width, and the row ends where it should. */
static void the_row_fits_at_every_width(void **state)
{
    (void)state;
    static const char *const nodes[] = {"generated ", " delivered ", " in topic ", " committed ",
                                        "object"};
    static const enum pt_verdict verdicts[] = {PT_V_OK, PT_V_FAILED, PT_V_TRANSITION};
    for (size_t v = 0; v < sizeof verdicts / sizeof *verdicts; v++) {
        verdict_is(verdicts[v], PT_HOP_SINK);
        for (int cols = PIPELINE_COLS_MIN; cols <= 300; cols++) {
            char *text = row_now(cols, cols % 2 == 0);
            text[strcspn(text, "\n")] = '\0';
            assert_int_equal(text_cols(text), cols - 1);
            assert_true(v == 0 || strstr(text, pt_verdict_word(verdicts[v])) != NULL);
            const char *at = text;
            for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
                if ((at = strstr(at, nodes[i])) == NULL)
                    fail_msg("%d columns: no \"%s\" in: %s", cols, nodes[i], text);
            free(text);
        }
    }
}

static void gaps_have_numbers_and_bars(void **state)
{
    (void)state;
    char *text = row_now(90, false);
    assert_non_null(strstr(text, "▃360═"));
    free(text);
    verdict_is(PT_V_STALLED, PT_HOP_SINK);
    text = row_now(100, true);
    assert_non_null(strstr(text, "- X STALLED :360 -"));
    free(text);
}

/* Without streams, and where it has no room, the row is left alone. */
static void there_may_be_no_picture(void **state)
{
    (void)state;
    char *text = row_now(PIPELINE_COLS_MIN - 1, false);
    assert_string_equal(text, "\n");
    free(text);
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].topic[0] = '\0';
    text = row_now(100, false);
    assert_string_equal(text, "\n");
    free(text);
}

#define PIPELINE_TEST(name) cmocka_unit_test_setup(name, pipeline_setup)

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(what_is_well_flows),
        PIPELINE_TEST(the_verdict_s_place_is_the_joint),
        PIPELINE_TEST(what_is_unknown_does_not_flow),
        PIPELINE_TEST(an_unknown_account_has_no_gap),
        PIPELINE_TEST(a_stream_that_waits_is_marked),
        PIPELINE_TEST(old_objects_do_not_flow),
        PIPELINE_TEST(the_row_fits_at_every_width),
        PIPELINE_TEST(gaps_have_numbers_and_bars),
        PIPELINE_TEST(there_may_be_no_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
