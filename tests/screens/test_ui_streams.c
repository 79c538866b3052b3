/* Starting, stopping, pace: wishes that show at once, and what is asked before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "pintop/config.h"
#include "session.h"
#include "ui/ask.h"
#include "ui/wish.h"

static void a_wish_shows_before_the_engine_answers(void **state)
{
    (void)state;
    assert_true(is_shown("s stop pin"));
    press("s");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.kind, PT_CMD_STOP);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    assert_true(is_shown(">pin                 stopping"));
    static struct pt_result done = {.id = 1, .state = PT_RESULT_DONE};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPED;
    fixture.streams.streams[PT_PIN].is_wanted = false;
    next_snapshot();
    press("jk"); /* drops the word at the foot */
    assert_true(is_shown("s start pin"));
    assert_true(is_shown("S stop geo, user"));
    press("s");
    assert_int_equal(fake.last.kind, PT_CMD_START);
    assert_true(is_shown(">pin                 starting"));
}

/* A key that comes while the last wish is not answered is kept: it is done as soon as it can be. */
static void a_wish_is_kept_until_it_can_be_done(void **state)
{
    (void)state;
    press("s");
    assert_int_equal(fake.submitted, 1);
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPING;
    fixture.streams.streams[PT_PIN].is_wish_pending = true;
    next_snapshot();
    press("=");
    press("200\n");
    assert_int_equal(fake.last.kind, PT_CMD_RATE);
    assert_true(fake.last.rate_per_s == 200);
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("pin: will start when the previous request completes"));
    press("s"); /* taken back, and wished again */
    assert_true(is_shown("pin: stopping"));
    press("s");
    assert_int_equal(fake.submitted, 2);
    press("jk");
    assert_true(is_shown("s stop pin"));
    static struct pt_result done = {.id = 1, .state = PT_RESULT_DONE};
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &done;
    next_snapshot();
    assert_int_equal(fake.submitted, 2); /* it stops still */
    fixture.streams.streams[PT_PIN].state = PT_STREAM_STOPPED;
    fixture.streams.streams[PT_PIN].is_wanted = false;
    fixture.streams.streams[PT_PIN].is_wish_pending = false;
    next_snapshot();
    assert_int_equal(fake.submitted, 3);
    assert_int_equal(fake.last.kind, PT_CMD_START);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    next_snapshot();
    assert_int_equal(fake.submitted, 3); /* once */
}

/* S while one of them is not answered: the others at once, that one later. */
static void all_means_all(void **state)
{
    (void)state;
    press("s");
    press("S"); /* geo and user run still: they stop too */
    assert_int_equal(fake.last.kind, PT_CMD_STOP);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_GEO) | PT_STREAM_BIT(PT_USER));
    press("S");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("pin, geo, user: will start when"));
    press("q");
    assert_true(is_shown("Quit?"));
}

static void stopped_with(int64_t generated, int64_t in_topic)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *stream = &fixture.streams.streams[i];
        stream->state = PT_STREAM_STOPPED;
        stream->is_wanted = false;
        stream->account_first_index = generated >= 0 ? 0 : PT_UNKNOWN;
        stream->account_generated = stream->account_delivered = generated;
        stream->account_in_topic = in_topic;
    }
    fixture.session.is_embedded = false;
    fixture.connectors.n_connectors = 0;
    next_snapshot();
}

static void streams_go_beside_the_records_of_others_only_when_it_is_meant(void **state)
{
    (void)state;
    stopped_with(-1, PT_UNKNOWN);
    press("S");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("Start, beside the records of others?"));
    assert_true(is_shown("demo.pin holds 63,914 records that this pintop did not make."));
    press("\n"); /* the default is No */
    assert_int_equal(fake.submitted, 0);
    press("s");
    assert_true(is_shown("demo.pin holds 63,914"));
    assert_false(is_shown("demo.geo holds"));
    press("y");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.streams, PT_STREAM_BIT(PT_PIN));
    press(":start geo\n");
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("demo.geo holds 63,914"));
    press("n");
    /* Its own records, and none of others: nothing to ask. */
    ui.desk.wishes[PT_PIN].is_pending = false;
    stopped_with(1000, 1000);
    press("S");
    assert_int_equal(fake.submitted, 2);
    /* Somebody else writes there, too. */
    for (int i = 0; i < PT_STREAMS; i++)
        ui.desk.wishes[i].is_pending = false;
    stopped_with(1000, 1001);
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("demo.pin holds 1 record that this pintop did not make."));
    press("n");
    /* Nobody has counted yet. */
    stopped_with(-1, PT_UNKNOWN);
    fixture.topics_section.n_topics = 0;
    fixture.topics_section.asked_ms = PT_UNKNOWN;
    next_snapshot();
    press("s");
    assert_int_equal(fake.submitted, 2);
    assert_true(is_shown("The number of records in demo.pin is unknown yet"));
    press("n");
    fixture.topics_section.asked_ms = FIXTURE_NOW_MS;
    next_snapshot();
    press("s"); /* the topic isn't there: nothing of anybody's */
    assert_int_equal(fake.submitted, 3);
}

static void a_wish_that_fails_says_why(void **state)
{
    (void)state;
    press("S");
    assert_int_equal(fake.last.streams, PT_STREAM_ALL);
    static struct pt_result failed = {.id = 1, .state = PT_RESULT_FAILED};
    pt_error_set(&failed.error, PT_ELOCKED, "stop it there", "streams: pintop 4127 has them");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &failed;
    next_snapshot();
    assert_true(is_shown("streams: pintop 4127 has them"));
    assert_true(is_shown("Next: stop it there"));
    press("x");
    assert_false(is_shown("pintop 4127"));
    assert_true(is_shown(">pin                 running")); /* as the snapshot says */
}

static void an_unanswered_wish_is_forgotten(void **state)
{
    (void)state;
    press("s");
    assert_true(ui_is_waiting(&ui));
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS + 11000);
    assert_true(is_shown(">pin                 running"));
}

static void a_shard_is_in_the_title(void **state)
{
    (void)state;
    snprintf(fixture.session.shard, sizeof fixture.session.shard, "1/1");
    next_snapshot();
    assert_false(is_shown("SHARD"));
    snprintf(fixture.session.shard, sizeof fixture.session.shard, "12/16");
    next_snapshot();
    assert_true(is_shown("SHARD 12/16 "));
}

static void readonly_and_watchers_refuse(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    next_snapshot();
    assert_true(is_shown("READONLY"));
    assert_false(is_shown("stop pin"));
    press("s");
    press("S");
    press("+");
    press("n");
    press("2D");
    assert_int_equal(fake.submitted, 0);
    assert_int_equal(ui.n_dialogs, 0);
    fixture_watcher(&fixture);
    next_snapshot();
    press("1s");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("pid 4127"));
}

static void the_pace_goes_in_steps(void **state)
{
    (void)state;
    static const double up[] = {1, 2, 5, 10, 20, 50, 100};
    for (size_t i = 0; i + 1 < sizeof up / sizeof *up; i++) {
        assert_true(wish_next_rate(up[i], true) == up[i + 1]);
        assert_true(wish_next_rate(up[i + 1], false) == up[i]);
    }
    assert_true(wish_next_rate(500000, true) == PT_RATE_MAX);
    assert_true(wish_next_rate(PT_RATE_MAX, false) == 500000);
    assert_true(wish_next_rate(7, true) == 10);
    assert_true(wish_next_rate(7, false) == 5);
    assert_true(wish_next_rate(PT_RATE_ORIGINAL, true) == 5);
    assert_true(wish_next_rate(0.5, true) == 1);
    press("+");
    assert_int_equal(fake.last.kind, PT_CMD_RATE);
    assert_true(fake.last.rate_per_s == 20);
    assert_true(is_shown("running    20"));
    press("+"); /* from what is shown, not from what was answered */
    assert_true(fake.last.rate_per_s == 50);
    press("--");
    assert_true(fake.last.rate_per_s == 10);
}

static void a_rate_can_be_typed(void **state)
{
    (void)state;
    press("=");
    ui_key(&ui, KEY_CTRL_('u'));
    press("fast\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("max, original"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("10.5k"); /* what Enter would do is shown first */
    assert_true(is_shown("Enter: 10,500 records a second"));
    ui_key(&ui, KEY_CTRL_('u'));
    press("0.5");
    assert_true(is_shown("Enter: 0.5 records a second"));
    press("\n");
    assert_true(fake.last.rate_per_s == 0.5);
    assert_int_equal(ui.n_dialogs, 0);
}

static void quitting_asks_while_a_stream_runs(void **state)
{
    (void)state;
    press("q");
    assert_true(is_shown("pin, geo, user"));
    press("\n"); /* the default is No */
    assert_int_equal(fake.quits, 0);
    press("q");
    ui_key(&ui, KEY_ESC_);
    assert_int_equal(fake.quits, 0);
    press("qy");
    assert_int_equal(fake.quits, 1);
    assert_true(ui.is_quitting);
    press("s"); /* nothing else is done any more */
    assert_int_equal(fake.submitted, 0);
    press("q"); /* do not wait */
    assert_int_equal(fake.quits, 2);
}

static void quitting_at_rest_asks_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++) {
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
        fixture.streams.streams[i].is_wanted = false;
    }
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 1);
    assert_int_equal(ui.n_dialogs, 0);
}

static void suspending_asks_while_a_stream_runs(void **state)
{
    (void)state;
    ask_suspend(&ui);
    assert_int_equal(fake.suspends, 0);
    press("n");
    assert_int_equal(fake.suspends, 0);
    ask_suspend(&ui);
    press("y");
    assert_int_equal(fake.suspends, 1);
}

/* A process that is suspended does not drain. */
static void suspending_waits_for_the_drain(void **state)
{
    (void)state;
    ui.is_quitting = true;
    ask_suspend(&ui);
    assert_int_equal(ui.n_dialogs, 0);
    assert_int_equal(fake.suspends, 0);
    assert_true(is_shown("press q again"));
    press("q");
    assert_int_equal(fake.quits, 1);
}

static void what_costs_much_is_asked(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.session.confirm_objects_per_hour = 100000;
    for (int i = 0; i < PT_STREAMS; i++) {
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
        fixture.streams.streams[i].is_wanted = false;
        fixture.streams.streams[i].target_per_s = 2;
    }
    next_snapshot();
    press("S"); /* 3 x 2/s: 21,600 an hour */
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("about 21,600 objects/h, $0.11/h (flush.size 1)"));
    ui.desk.wishes[0].is_pending = ui.desk.wishes[1].is_pending = ui.desk.wishes[2].is_pending =
        false;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].target_per_s = 10;
    next_snapshot();
    press("S"); /* 108,000 */
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("about 108,000 objects/h, $0.54/h"));
    press("\n");
    assert_int_equal(fake.submitted, 1);
    press("Sy");
    assert_int_equal(fake.submitted, 2);
    assert_int_equal(fake.last.kind, PT_CMD_START);
}

static void the_embedded_sink_costs_nothing(void **state)
{
    (void)state;
    fixture.sinks[0].is_s3 = true;
    fixture.sinks[0].flush_size = 1;
    press("S");
    assert_int_equal(fake.submitted, 1);
    assert_false(is_shown("objects/h"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(a_wish_shows_before_the_engine_answers),
        UI_TEST(a_wish_is_kept_until_it_can_be_done),
        UI_TEST(all_means_all),
        UI_TEST(streams_go_beside_the_records_of_others_only_when_it_is_meant),
        UI_TEST(a_wish_that_fails_says_why),
        UI_TEST(an_unanswered_wish_is_forgotten),
        UI_TEST(a_shard_is_in_the_title),
        UI_TEST(readonly_and_watchers_refuse),
        UI_TEST(the_pace_goes_in_steps),
        UI_TEST(a_rate_can_be_typed),
        UI_TEST(quitting_asks_while_a_stream_runs),
        UI_TEST(quitting_at_rest_asks_nothing),
        UI_TEST(suspending_asks_while_a_stream_runs),
        UI_TEST(suspending_waits_for_the_drain),
        UI_TEST(what_costs_much_is_asked),
        UI_TEST(the_embedded_sink_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
