/* A record by hand on the screen: what is asked of the engine, what is told, and that nothing typed
 * is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "session.h"

/* The editor: what it got, and what it makes of it. */
static struct {
    char got[2000];
    const char *leaves; /* NULL: what it got */
    pt_code code;
    int runs;
} editor;

static pt_code fake_edit(void *arg, char **text, size_t *len, struct pt_error *err)
{
    (void)arg;
    editor.runs++;
    snprintf(editor.got, sizeof editor.got, "%.*s", (int)*len, *text);
    if (editor.leaves != NULL) {
        free(*text);
        *text = strdup(editor.leaves);
        *len = strlen(*text);
    }
    return editor.code == PT_OK ? PT_OK
                                : pt_error_set(err, editor.code, "Start it again", "it was killed");
}

static int with_editor(void **state)
{
    memset(&editor, 0, sizeof editor);
    int rc = setup(state);
    ui.host.edit = fake_edit;
    return rc;
}

static struct pt_line plan_lines[] = {
    {.level = "change", .text = "key        k"       },
    {.level = "WARN",   .text = "It is not JSON, hm."}
};
static struct pt_result answer;
static struct pt_peeked record;

/* The engine answers the last command. */
static void answers(enum pt_result_state state, const char *text)
{
    answer = (struct pt_result){.id = fake.id, .kind = fake.last.kind, .state = state};
    snprintf(answer.topic, sizeof answer.topic, "%s", fake.topic);
    snprintf(answer.text, sizeof answer.text, "%s", text);
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &answer;
}

static void answers_plan(void)
{
    answers(PT_RESULT_DONE, "Would.");
    answer.lines = plan_lines;
    answer.n_lines = 2;
    snprintf(answer.seen, sizeof answer.seen, "f00d");
    next_snapshot();
}

static void types_a_record(void)
{
    editor.leaves = "key: k\nvalue:\nv\n";
    press("2P");
}

static void the_plan_is_asked_first_and_no_is_selected(void **state)
{
    (void)state;
    types_a_record();
    assert_int_equal(editor.runs, 1);
    assert_non_null(strstr(editor.got, "# One record for the topic demo.geo."));
    assert_non_null(strstr(editor.got, "\nkey:\nheader:\npartition:\nvalue:\n\n"));
    assert_int_equal(fake.submitted, 1);
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PRODUCE);
    assert_true(fake.last.is_plan);
    assert_string_equal(fake.last.record, "key: k\nheader:\npartition:\nvalue:\nv\n");
    answers_plan();
    assert_true(is_shown("Produce a record into demo.geo?"));
    assert_true(is_shown("WARN It is not JSON, hm."));
    assert_true(is_shown("cannot be taken back"));
    press("\n");
    assert_int_equal(fake.submitted, 1);
    assert_true(is_shown("nothing was sent; P goes on with what you typed"));
}

static void yes_sends_what_was_shown(void **state)
{
    (void)state;
    types_a_record();
    answers_plan();
    press("y");
    assert_int_equal(fake.submitted, 2);
    assert_false(fake.last.is_plan);
    assert_string_equal(fake.last.seen, "f00d");
    assert_true(is_shown("producing"));
    press("P");
    assert_true(is_shown("a record for demo.geo is on its way"));
    answers(PT_RESULT_DONE, "Produced into demo.geo: partition 1, offset 7.");
    next_snapshot();
    assert_true(is_shown("Produced into demo.geo: partition 1, offset 7."));
    press("P"); /* another one begins: nothing is kept */
    assert_int_equal(editor.runs, 2);
    assert_null(strstr(editor.got, "key: k"));
}

/* It is not sent again automatically, and it is not called failed. */
static void an_unknown_outcome_is_called_unknown(void **state)
{
    (void)state;
    types_a_record();
    answers_plan();
    press("y");
    answers(PT_RESULT_FAILED, "");
    answer.is_unsure = true;
    pt_error_set(&answer.error, PT_ETIMEOUT, "Look for it", "it may have been written");
    next_snapshot();
    assert_true(is_shown("It may have been written"));
    assert_true(is_shown("Look for it"));
    assert_int_equal(fake.submitted, 2);
    press(" P");
    assert_true(is_shown("Go on with what you typed?"));
    assert_true(is_shown("knows whether it was"));
}

static void a_refusal_goes_back_to_the_editor(void **state)
{
    (void)state;
    types_a_record();
    answers(PT_RESULT_FAILED, "");
    pt_error_set(&answer.error, PT_EUSAGE, "Give it a key", "topic demo.geo is compacted");
    next_snapshot();
    assert_true(is_shown("topic demo.geo is compacted"));
    assert_true(is_shown("Nothing was sent. Edit it again?"));
    press("y");
    assert_int_equal(editor.runs, 2);
    assert_string_equal(editor.got, "key: k\nvalue:\nv\n");
}

static void mistakes_send_nothing(void **state)
{
    (void)state;
    editor.leaves = "kye: k\nvalue: v\n";
    press("2P");
    assert_int_equal(fake.submitted, 0);
    assert_true(is_shown("line 1: 'kye' is no field"));
    assert_true(is_shown("line 2: the value begins in the line below"));
}

static void nothing_typed_is_nothing_sent(void **state)
{
    (void)state;
    press("2P");
    assert_true(is_shown("nothing was typed: nothing is produced"));
    editor.leaves = "# only\n\n";
    press("P");
    assert_true(is_shown("the file is empty: nothing is produced"));
    assert_int_equal(fake.submitted, 0);
    press("P"); /* and nothing is kept */
    assert_int_equal(editor.runs, 3);
}

/* The engine is gone, or another one: what was typed stays. */
static void another_engine_does_not_lose_it(void **state)
{
    (void)state;
    types_a_record();
    ui_forget(&ui);
    next_snapshot();
    press("P");
    assert_true(is_shown("Go on with what you typed?"));
    press("y");
    assert_string_equal(editor.got, "key: k\nvalue:\nv\n");
    fake.answer = PT_ECLOSED;
    press("P");
    press("y");
    fake.answer = PT_OK;
}

static void a_failed_editor_is_told(void **state)
{
    (void)state;
    editor.code = PT_EIO;
    press("2P");
    assert_true(is_shown("it was killed"));
    press(" P"); /* it had saved nothing, so nothing is kept */
    assert_int_equal(editor.runs, 2);
    editor.leaves = "value:\nsaved\n";
    press(" P");
    press(" P");
    assert_true(is_shown("Go on with what you typed?"));
}

/* From the selected record: it is read as it is, since the list has only what can be shown. */
static void a_selected_record_is_changed(void **state)
{
    static struct pt_result peek, describe;
    (void)state;
    press("2\n");
    record = (struct pt_peeked){
        .partition = 2, .offset = 40, .key = "k", .value = "v", .headers = "", .value_bytes = 1};
    describe = (struct pt_result){.id = 1, .kind = PT_CMD_TOPIC_DESCRIBE, .state = PT_RESULT_DONE};
    peek = (struct pt_result){.id = 2,
                              .kind = PT_CMD_TOPIC_PEEK,
                              .state = PT_RESULT_DONE,
                              .n_records = 1,
                              .records = &record};
    fixture.completed.n_results = 2;
    fixture.completed.results[0] = &describe;
    fixture.completed.results[1] = &peek;
    next_snapshot();
    press("P");
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PEEK);
    assert_true(fake.last.is_whole && fake.last.is_at);
    assert_int_equal(fake.last.partition, 2);
    assert_int_equal(fake.last.offset, 40);
    assert_int_equal(editor.runs, 0);
    answers(PT_RESULT_DONE, "");
    record.whole = "key: k\nheader: a=1\npartition: 2\nvalue: base64\nAP8=\n";
    answer.records = &record;
    answer.n_records = 1;
    next_snapshot();
    assert_int_equal(editor.runs, 1);
    assert_non_null(strstr(editor.got, "It begins as the selected one."));
    assert_non_null(strstr(editor.got, "key: k\nheader: a=1\npartition: 2\nvalue: base64\nAP8=\n"));
    /* Left as it is, it is the same record once more, which is asked like every other. */
    assert_int_equal(fake.last.kind, PT_CMD_TOPIC_PRODUCE);
    assert_true(fake.last.is_plan);
}

static void quitting_tells_what_is_lost(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_STOPPED;
    next_snapshot();
    types_a_record();
    answers_plan();
    press("nq");
    assert_true(is_shown("The record for demo.geo that you typed is not produced"));
    assert_int_equal(fake.quits, 0);
    press("nPy");
    answers_plan();
    press("yq");
    assert_true(is_shown("A record for demo.geo is on its way"));
    press("n");
    answers(PT_RESULT_DONE, "Produced into demo.geo.");
    next_snapshot();
    press("q");
    assert_int_equal(fake.quits, 1);
}

static void readonly_starts_no_editor(void **state)
{
    (void)state;
    fixture.session.is_readonly = true;
    next_snapshot();
    press("2P");
    assert_int_equal(editor.runs, 0);
    assert_true(is_shown("READONLY"));
}

#define EDITOR_TEST(f) cmocka_unit_test_setup_teardown(f, with_editor, teardown)

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        EDITOR_TEST(the_plan_is_asked_first_and_no_is_selected),
        EDITOR_TEST(yes_sends_what_was_shown),
        EDITOR_TEST(an_unknown_outcome_is_called_unknown),
        EDITOR_TEST(a_refusal_goes_back_to_the_editor),
        EDITOR_TEST(mistakes_send_nothing),
        EDITOR_TEST(nothing_typed_is_nothing_sent),
        EDITOR_TEST(another_engine_does_not_lose_it),
        EDITOR_TEST(a_failed_editor_is_told),
        EDITOR_TEST(a_selected_record_is_changed),
        EDITOR_TEST(quitting_tells_what_is_lost),
        EDITOR_TEST(readonly_starts_no_editor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
