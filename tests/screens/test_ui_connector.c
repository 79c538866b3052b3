/* The actions on a connector, and the questions that come before them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"
#include "ui/ask.h"

static void what_is_not_there_is_not_offered(void **state)
{
    (void)state;
    static const char *const places[] = {"1", "2", "3", "4", "5", "6", "7", "1?"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        press(places[i]);
        assert_false(is_shown("later"));
    }
    press("x8");
    assert_true(is_shown("8 does nothing here; ? shows the keys"));
    assert_string_equal(ui_page(&ui)->word, "overview");
    ask_first(&ui);
    assert_false(is_shown("not in this version"));
    press("4");
    assert_int_equal(ui.n_dialogs, 1); /* there is no fourth choice */
}

/* A number stands for the same action in every state. An action that is not possible gives its
 * reason. */
static void the_numbers_of_the_menu_stay(void **state)
{
    (void)state;
    static const char *const states[] = {"RUNNING", "PAUSED", "FAILED", "UNASSIGNED", ""};
    show_sink_failed();
    fixture.sinks[0].can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
                           PT_CONN_CAN_UPDATE | PT_CONN_CAN_DELETE;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        snprintf(fixture.sinks[0].state, sizeof fixture.sinks[0].state, "%s", states[i]);
        fixture.sinks[0].failed_tasks = (int32_t)i - 1;
        next_snapshot();
        press("3c");
        assert_true(is_shown("1  Restart it, all tasks"));
        assert_true(is_shown("2  Restart the failed tasks only"));
        assert_true(is_shown("3  Pause it"));
        assert_true(is_shown("4  Resume it"));
        assert_true(is_shown("5  Change a setting"));
        assert_true(is_shown("6  Create one from the template"));
        assert_true(is_shown("7  Delete it"));
        assert_int_equal(is_shown("it is not paused"), i != 1);
        assert_int_equal(is_shown("it is not running"), i == 1);
        press("6"); /* this worker does not support it */
        assert_int_equal(ui.n_dialogs, 1);
        assert_true(is_shown("6 is not possible:"));
        ui_key(&ui, KEY_ESC_);
    }
}

static void a_connector_is_restarted_when_it_is_meant(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    press("3c");
    assert_true(is_shown("FAILED: S3 denies the connector's role (403)"));
    assert_true(is_shown("1  Restart it, all tasks"));
    assert_true(is_shown("2  Restart the failed tasks only (requires Connect 3.0 or newer)"));
    assert_true(is_shown("4  Resume it                     (it is not paused)"));
    press("4");
    assert_int_equal(ui.n_dialogs, 1);
    assert_true(is_shown("4 is not possible: it is not paused."));
    press("1");
    assert_true(is_shown("Restart 0a1b2c3d4e5f-connector?"));
    assert_true(is_shown("Cause now: S3 denies"));
    press("\n"); /* Enter selects No */
    assert_int_equal(fake.submitted, 0);
    press("c1y");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_RESTART);
    assert_false(fake.last.is_failed_only);
    assert_string_equal(fake.connector, fixture.sinks[0].id);
}

/* The list may be in another order when the question is answered: the command goes to the
 * connector that the question names. */
static void the_question_keeps_its_connector(void **state)
{
    (void)state;
    show(fixture_sinks);
    press("3\nc1");
    struct pt_connector first = fixture.sinks[0];
    fixture.sinks[0] = fixture.sinks[1];
    fixture.sinks[1] = first;
    next_snapshot();
    press("y");
    assert_string_equal(fake.connector, first.id);
}

static void deleting_wants_the_name_typed(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    press("3c7");
    assert_true(is_shown("Type its name to delete it"));
    press("something\n");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("That is not 0a1b2c3d4e5f-connector"));
    for (int i = 0; i < 9; i++)
        ui_key(&ui, KEY_BACKSPACE_);
    press("0a1b2c3d4e5f-connector\n");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_DELETE);
}

static void a_setting_is_shown_as_a_difference_before_it_is_sent(void **state)
{
    static struct pt_line lines[] = {
        {.time_ms = PT_UNKNOWN, .level = "-", .text = "flush.size=1"   },
        {.time_ms = PT_UNKNOWN, .level = "+", .text = "flush.size=1000"}
    };
    static struct pt_result plan = {.kind = PT_CMD_CONNECTOR_UPDATE, .state = PT_RESULT_DONE};
    (void)state;
    show(fixture_sink_failed);
    press("3c5flush.size=1000\n");
    assert_true(fake.last.is_plan);
    assert_string_equal(fake.config, "flush.size=1000");
    plan.id = fake.id;
    plan.n_lines = 2;
    plan.lines = lines;
    snprintf(plan.topic, sizeof plan.topic, "0a1b2c3d4e5f-connector");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &plan;
    next_snapshot();
    assert_true(is_shown("- flush.size=1"));
    assert_true(is_shown("+ flush.size=1000"));
    press("n");
    assert_int_equal(fake.submitted, 1);
    press("c5flush.size=1000\n");
    plan.id = fake.id;
    next_snapshot();
    press("y");
    assert_int_equal(fake.submitted, 3);
    assert_false(fake.last.is_plan);
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_UPDATE);
}

static void the_menu_has_the_probe_too(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.sinks[0].is_s3 = false;
    next_snapshot();
    press("3c");
    assert_true(is_shown("8  Test a write into its store"));
    assert_true(is_shown("(it writes to no S3 store)"));
    press("8");
    assert_int_equal(fake.submitted, 0);
    ui_key(&ui, KEY_ESC_);
    fixture.sinks[0].is_s3 = true;
    next_snapshot();
    press("c8");
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_PROBE);
    assert_true(fake.last.is_plan); /* nothing is written before the question is answered */
    fixture.session.is_readonly = true;
    next_snapshot();
    press("c");
    assert_true(is_shown("READONLY"));
    assert_int_equal(fake.submitted, 1);
}

/* The plan is shown first: what would be written, where, and with whose credentials. Exactly
 * this is then done, and the store's answers are shown. */
static void a_probe_asks_before_it_writes(void **state)
{
    static struct pt_line lines[] = {
        {.time_ms = PT_UNKNOWN,
         .level = "+",
         .text = "write s3://objects/topics/.pintop-probe-1, read it, delete it"      },
        {.time_ms = PT_UNKNOWN, .level = "who", .text = "with the connector's own key"}
    };
    static struct pt_line steps[] = {
        {.time_ms = PT_UNKNOWN, .level = "FAIL", .text = "write topics/x: refused after 0.02 s"}
    };
    static struct pt_result result = {.kind = PT_CMD_CONNECTOR_PROBE, .state = PT_RESULT_DONE};
    (void)state;
    show(fixture_sink_failed);
    fixture.sinks[0].is_s3 = true;
    next_snapshot();
    press("3W");
    assert_int_equal(fake.last.kind, PT_CMD_CONNECTOR_PROBE);
    assert_true(fake.last.is_plan);
    result.id = fake.id;
    result.n_lines = 2;
    result.lines = lines;
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &result;
    next_snapshot();
    assert_true(is_shown("+ write s3://objects/topics/.pintop-probe-1"));
    assert_true(is_shown("with the connector's own key"));
    press("\n"); /* Enter selects No */
    assert_int_equal(fake.submitted, 1);
    press("W");
    result.id = fake.id;
    next_snapshot();
    press("y");
    assert_int_equal(fake.submitted, 3);
    assert_false(fake.last.is_plan);
    result.id = fake.id;
    result.n_lines = 1;
    result.lines = steps;
    snprintf(result.text, sizeof result.text, "the store refuses the sink's writes: AccessDenied");
    next_snapshot();
    assert_true(is_shown("What the store answered"));
    assert_true(is_shown("FAIL write topics/x: refused after 0.02 s"));
    assert_true(is_shown("refuses the sink's writes: AccessDenied"));
    press("q");
    fixture.session.is_readonly = true;
    next_snapshot();
    press("W");
    assert_int_equal(fake.submitted, 3);
    assert_true(is_shown("READONLY"));
}

/* The engine refuses to look something up: the section says why, not that there is nothing. */
static void a_section_says_why_it_was_refused(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    press("3");
    fake.answer = PT_ENAME;
    press("]]]");
    assert_true(is_shown("[Config]"));
    assert_true(is_shown("topic name: it is not allowed. use another name"));
    press("]");
    assert_true(is_shown("[Changes]"));
    assert_true(is_shown("topic name: it is not allowed. use another name"));
    press("]");
    assert_true(is_shown("[Log]"));
    assert_true(is_shown("topic name: it is not allowed. use another name"));
    fake.answer = PT_OK;
}

/* The question follows the plan, so the plan is taken as soon as it arrives. */
static void a_plan_is_waited_for(void **state)
{
    static struct pt_result plan = {.kind = PT_CMD_CONNECTOR_PROBE, .state = PT_RESULT_DONE};
    (void)state;
    show(fixture_sink_failed);
    press("3");
    assert_false(ui_is_waiting(&ui));
    press("W");
    assert_true(fake.last.is_plan);
    assert_true(ui_is_waiting(&ui));
    plan.id = fake.id;
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &plan;
    next_snapshot();
    assert_int_equal(ui.n_dialogs, 1);
    assert_false(ui_is_waiting(&ui));
}

static void readonly_changes_no_connector(void **state)
{
    (void)state;
    show(fixture_sink_failed);
    fixture.session.is_readonly = true;
    next_snapshot();
    press("3c");
    assert_true(is_shown("READONLY"));
    assert_int_equal(ui.n_dialogs, 0);
}

static void an_open_connector_that_vanishes_is_told(void **state)
{
    (void)state;
    show(fixture_sinks);
    press("3\n");
    assert_true(is_shown("1 of 3"));
    fixture.sinks[0] = fixture.sinks[2];
    fixture.connectors.n_connectors = 2;
    next_snapshot();
    assert_true(is_shown("that connector is gone"));
    assert_true(is_shown("CONNECTOR"));
}

/* When a connector's back end has not answered recently, the list shows the age of the state. */
static void an_old_state_shows_its_age(void **state)
{
    (void)state;
    ui_size(&ui, 40, 120);
    canvas_free(canvas);
    canvas = canvas_new(40, 120, false);
    show(fixture_sinks);
    press("3");
    assert_false(is_shown("53s"));
    fixture.sinks[0].is_state_stale = true;
    fixture.sinks[0].state_asked_ms = fixture.snap.time_ms - 53000;
    fixture.snap.section.version++;
    ui_snapshot(&ui, &fixture.snap, fixture.snap.time_ms);
    assert_true(is_shown("RUNNING 53s"));
    press("1");
    assert_true(is_shown("API: RUNNING (53s old)"));
}

/* A single key opens the record at a committed offset. */
static void the_record_at_the_committed_offset_is_opened(void **state)
{
    (void)state;
    static struct pt_peeked record = {.partition = 2,
                                      .offset = 21600,
                                      .time_ms = FIXTURE_NOW_MS,
                                      .key = "k",
                                      .value = "not json",
                                      .headers = "",
                                      .value_bytes = 8};
    static struct pt_result peek = {.kind = PT_CMD_TOPIC_PEEK, .state = PT_RESULT_DONE};
    show_sink_failed();
    press("3]]\n");
    const struct pt_lag *lag = &fixture.sinks[0].lags[0];
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PEEK);
    assert_true(fake.last.is_at);
    assert_string_equal(fake.topic, lag->topic);
    assert_int_equal(fake.last.partition, lag->partition);
    assert_int_equal(fake.last.offset, lag->committed);
    assert_int_equal(fake.last.count, 1);
    assert_true(is_shown("reading the record at the committed offset"));
    peek.id = fake.id;
    peek.records = &record;
    peek.n_records = 1;
    snprintf(peek.topic, sizeof peek.topic, "%s", lag->topic);
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &peek;
    next_snapshot();
    assert_true(is_shown("The connector reads this record next."));
    assert_true(is_shown("partition 2, offset 21,600"));
    assert_true(is_shown("not json"));
    press("y");
    assert_non_null(strstr(fake.copied, "not json"));
}

/* A long cause is wrapped and ends in an ellipsis where there is no room; Enter shows all of it. */
static void a_long_cause_is_never_cut_unsaid(void **state)
{
    (void)state;
    show_sink_failed();
    struct pt_connector *c = &fixture.sinks[0];
    size_t len = 0;
    for (int i = 1; i <= 60; i++)
        len += (size_t)snprintf(c->cause + len, sizeof c->cause - len, "word%02d ", i);
    snprintf(c->rule, sizeof c->rule, "a-rule");
    next_snapshot();
    press("3");
    assert_true(is_shown("word01"));
    assert_true(is_shown("word30"));
    assert_true(is_shown("…"));
    assert_false(is_shown("word60"));
    press("\n\n");
    assert_int_equal(ui.n_dialogs, 1);
    assert_true(is_shown("word60"));
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        UI_TEST(what_is_not_there_is_not_offered),
        UI_TEST(the_numbers_of_the_menu_stay),
        UI_TEST(a_connector_is_restarted_when_it_is_meant),
        UI_TEST(the_question_keeps_its_connector),
        UI_TEST(deleting_wants_the_name_typed),
        UI_TEST(a_setting_is_shown_as_a_difference_before_it_is_sent),
        UI_TEST(the_menu_has_the_probe_too),
        UI_TEST(a_probe_asks_before_it_writes),
        UI_TEST(a_section_says_why_it_was_refused),
        UI_TEST(a_plan_is_waited_for),
        UI_TEST(readonly_changes_no_connector),
        UI_TEST(an_open_connector_that_vanishes_is_told),
        UI_TEST(an_old_state_shows_its_age),
        UI_TEST(the_record_at_the_committed_offset_is_opened),
        UI_TEST(a_long_cause_is_never_cut_unsaid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
