/* What an operator has done to a connector: what a dry run shows, what is sent, and what is said
 * when the answer is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/watch/loss_file.h"
#include "deeds.h"
#include "scratch.h"

/* ---- update ---- */

static void a_plan_shows_the_difference_and_sends_nothing(void **state)
{
    (void)state;
    deed_succeeds(
        &conn_deed_update,
        &(struct pt_command){.is_plan = true, CONFIGS("flush.size=9", "rotate=60", "topics=")});
    assert_true(deed_has_line("-", "flush.size=100") && deed_has_line("+", "flush.size=9"));
    assert_true(deed_has_line("+", "rotate=60") && deed_has_line("-", "topics=demo.pin"));
    assert_int_equal(deeds.result.n_lines, 4);
    assert_true(deeds.result.seen[0] != '\0');
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
    /* What is so already is no difference. */
    deed_succeeds(&conn_deed_update,
                  &(struct pt_command){CONFIGS("flush.size=100", "no.such.setting=")});
    deed_has_said("nothing changes");
    assert_int_equal(deeds.result.n_lines, 0);
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
}

static void an_update_sends_the_whole_configuration(void **state)
{
    (void)state;
    deed_succeeds(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=9", "topics=")});
    deed_is_written("PUT /connectors/sink/config");
    deed_is_written("\"flush.size\":\"9\"");
    deed_is_written("\"connector.class\":\"x.Sink\"");
    assert_null(strstr(deeds.fake.written, "demo.pin"));
}

static void what_others_changed_is_kept_and_told(void **state)
{
    (void)state;
    deed_succeeds(&conn_deed_update,
                  &(struct pt_command){.is_plan = true, CONFIGS("flush.size=9")});
    char seen[20];
    snprintf(seen, sizeof seen, "%s", deeds.result.seen);
    fake_worker_set(&deeds.fake,
                    "{\"connector.class\":\"x.Sink\",\"flush.size\":\"100\",\"their.password\""
                    ":\"hunter2\"}");
    assert_int_equal(
        deed_act(&conn_deed_update, &(struct pt_command){.seen = seen, CONFIGS("flush.size=9")}),
        PT_EBUSY);
    deed_has_failed(PT_EBUSY, "somebody else changed its configuration");
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
    deed_succeeds(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=9")});
    assert_true(deed_has_line("NOTE", "their.password=") &&
                deed_has_line("NOTE", "topics=demo.pin"));
    assert_false(deed_has_line("NOTE", "hunter2"));
    deed_is_written("\"their.password\":\"hunter2\"");
}

static void a_setting_that_would_not_come_back_is_not_sent(void **state)
{
    (void)state;
    fake_worker_set(&deeds.fake, DEEDS_SETTINGS(",\"odd\":\"a\\u0000b\""));
    assert_int_equal(deed_act(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=9")}),
                     PT_EDATA);
    deed_has_failed(PT_EDATA, "its setting odd holds a NUL");
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
}

static void the_answer_to_an_update_is_lost(void **state)
{
    (void)state;
    FAKE_WORKER_SET(&deeds.fake, does_cut, true);
    deed_succeeds(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=9")});
    deed_has_said("the answer was lost, but the new configuration is in force");
    FAKE_WORKER_SET(&deeds.fake, becomes, DEEDS_SETTINGS(""));
    deed_act(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=8")});
    assert_true(deeds.err.code != PT_OK);
    deed_has_failed(deeds.err.code, "neither the old one nor the one that was sent");
}

/* ---- restart, pause, resume, delete ---- */

static void each_deed_is_sent_and_can_be_planned(void **state)
{
    (void)state;
    const struct pt_command plan = {.is_plan = true}, now = {0}, failed = {.is_failed_only = true};
    deed_succeeds(&conn_deed_restart, &plan);
    assert_true(deed_has_line("+", "restart, with all its tasks, sink, which is RUNNING now"));
    deed_succeeds(&conn_deed_pause, &plan);
    assert_true(deed_has_line("+", "pause sink"));
    deed_succeeds(&conn_deed_resume, &plan);
    assert_true(deed_has_line("+", "resume sink"));
    deed_succeeds(&conn_deed_delete, &plan);
    assert_true(deed_has_line("-", "delete sink"));
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
    deed_succeeds(&conn_deed_restart, &failed);
    deed_is_written("/connectors/sink/restart?includeTasks=true&onlyFailed=true");
    deed_succeeds(&conn_deed_restart, &now);
    deed_is_written("onlyFailed=false");
    deed_succeeds(&conn_deed_pause, &now);
    deed_is_written("PUT /connectors/sink/pause");
    deed_succeeds(&conn_deed_resume, &now);
    deed_is_written("PUT /connectors/sink/resume");
    deed_succeeds(&conn_deed_delete, &now);
    deed_is_written("DELETE /connectors/sink");
    /* Gone: there is nothing to plan for. */
    assert_int_equal(deed_act(&conn_deed_pause, &plan), PT_ENOTFOUND);
}

static void a_lost_answer_is_looked_up_before_it_is_called_failed(void **state)
{
    (void)state;
    const struct pt_command now = {0};
    FAKE_WORKER_SET(&deeds.fake, does_cut, true);
    deed_succeeds(&conn_deed_pause, &now);
    deed_has_said("the answer was lost, but it is done: it is PAUSED");
    deed_succeeds(&conn_deed_resume, &now);
    deed_has_said("it is RUNNING");
    /* One that runs may have been restarted and be through with it. */
    deed_act(&conn_deed_restart, &now);
    deed_has_failed(deeds.err.code, "whether it was done is not known");
    deed_succeeds(&conn_deed_delete, &now);
    deed_has_said("it is gone");
}

static void what_has_no_dry_run_is_not_sent_on_a_mistake(void **state)
{
    (void)state;
    assert_int_equal(deed_act(&conn_deed_logs, &(struct pt_command){.is_plan = true}), PT_EUSAGE);
    assert_int_equal(deeds.fake.n_reads, 0);
}

/* ---- reading ---- */

static void a_description_has_settings_with_what_they_mean(void **state)
{
    (void)state;
    conn_set(&deeds.job.conn, "aws.secret.access.key", "hidden");
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    assert_int_equal(deeds.result.n_configs, 4);
    for (size_t i = 0; i < deeds.result.n_configs; i++)
        assert_null(strstr(deeds.result.configs[i].value, "hidden"));
    assert_string_equal(deeds.result.configs[0].name, "aws.secret.access.key");
    /* What was not described yet is asked for. */
    deeds.job.conn.has_settings = false;
    fake_worker_set(&deeds.fake, "{\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\","
                                 "\"flush.size\":\"5\",\"s3.bucket.name\":\"b\"}");
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    bool has_default = false;
    for (size_t i = 0; i < deeds.result.n_configs; i++)
        has_default = has_default || deeds.result.configs[i].is_default;
    assert_true(has_default);
}

static void a_log_is_the_traces_of_the_tasks(void **state)
{
    (void)state;
    deed_succeeds(&conn_deed_logs, &(struct pt_command){0});
    assert_int_equal(deeds.result.n_lines, 0);
    deed_has_said("no task has a trace");
    deeds.job.conn.trace = conn_trace("java.lang.RuntimeException: it broke\n\tat x.Y");
    deeds.job.conn.tasks = calloc(2, sizeof *deeds.job.conn.tasks);
    deeds.job.conn.n_tasks = 2;
    deeds.job.conn.tasks[1].id = 1;
    deeds.job.conn.tasks[1].trace = conn_trace("com.amazonaws.services.s3.model.AmazonS3Exception: "
                                               "Access Denied (Status Code: 403)");
    deed_succeeds(&conn_deed_logs, &(struct pt_command){0});
    assert_int_equal(deeds.result.n_lines, 2);
    assert_true(deed_has_line("ERROR", "connector: java.lang.RuntimeException: it broke"));
    assert_true(deed_has_line("ERROR", "task 1: com.amazonaws"));
}

/* ---- create ---- */

static void a_connector_is_made_once(void **state)
{
    (void)state;
    const struct pt_command plan = {.is_plan = true, CONFIGS("s3.bucket.name=b", "tasks.max=2")};
    struct pt_command now = plan;
    now.is_plan = false;
    deed_succeeds(&conn_deed_create, &plan);
    assert_true(deed_has_line("+", "tasks.max=2") && deed_has_line("+", "s3.bucket.name=b"));
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
    assert_int_equal(deed_act(&conn_deed_create, &now), PT_EEXISTS);
    FAKE_WORKER_SET(&deeds.fake, is_there, false);
    deed_succeeds(&conn_deed_create, &now);
    deed_is_written("POST /connectors");
    deed_is_written("\"tasks.max\":\"2\"");
    FAKE_WORKER_SET(&deeds.fake, is_there, false);
    FAKE_WORKER_SET(&deeds.fake, does_cut, true);
    deed_succeeds(&conn_deed_create, &now);
    deed_has_said("the answer was lost, but it is done");
}

static void a_template_needs_a_user(void **state)
{
    (void)state;
    deeds_forget_user();
    assert_int_equal(deed_act(&conn_deed_create, &(struct pt_command){.is_plan = true}),
                     PT_ECONFIG);
    assert_true(deeds.err.fix[0] != '\0');
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
}

/* ---- the embedded sink ---- */

static void the_embedded_sink_is_only_looked_at(void **state)
{
    (void)state;
    static const struct conn_deed *const each[] = {&conn_deed_restart, &conn_deed_pause,
                                                   &conn_deed_resume,  &conn_deed_update,
                                                   &conn_deed_create,  &conn_deed_delete};
    struct conn conn;
    deeds_change_backend(&conn_embedded);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        assert_int_equal(deed_act(each[i], &(struct pt_command){0}), PT_EUNSUPPORTED);
        deed_has_failed(PT_EUNSUPPORTED, "embedded can");
    }
    assert_int_equal(deed_act(&conn_deed_pause, &(struct pt_command){.is_plan = true}),
                     PT_EUNSUPPORTED);
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    assert_int_equal(deeds.fake.n_reads, 0);
    assert_true(conn_of_embedded("demo-connector", "FAILED", "disk full", &conn));
    assert_string_equal(conn.id, "demo-connector");
    assert_int_equal(conn.n_tasks, 1);
    assert_string_equal(conn.tasks[0].state, "FAILED");
    assert_string_equal(conn.tasks[0].trace, "disk full");
    conn_done(&conn);
}

/* ---- losses ---- */

static void add_loss(enum loss_kind kind, const char *topic, int64_t records)
{
    struct loss_mark mark = {.kind = kind,
                             .partition = kind == LOSS_DEAD ? -1 : 2,
                             .from = 10,
                             .to = 10 + records,
                             .records = records,
                             .end = 1000};
    snprintf(mark.cluster, sizeof mark.cluster, "c1");
    snprintf(mark.connector, sizeof mark.connector, "sink");
    snprintf(mark.group, sizeof mark.group, "connect-sink");
    snprintf(mark.topic, sizeof mark.topic, "%s", topic);
    assert_true(loss_marks_add(&deeds.job.marks, &mark));
}

static void losses_are_shown_and_then_written_down(void **state)
{
    (void)state;
    char seen[20];
    struct loss_marks kept;
    add_loss(LOSS_DELETED, "demo.pin", 7);
    add_loss(LOSS_DEAD, "demo.dead", 3);
    deed_succeeds(&conn_deed_acknowledge, &(struct pt_command){.is_plan = true});
    assert_true(
        deed_has_line("+", "7 records of demo.pin-2, offset 10 to 16, deleted by retention"));
    assert_true(deed_has_line("+", "3 records in the dead letter queue topic demo.dead"));
    snprintf(seen, sizeof seen, "%s", deeds.result.seen);
    assert_int_equal(deeds.n_told, 0);
    assert_null(scratch_get("losses.json"));
    /* More were lost meanwhile: that is another thing to say yes to. */
    add_loss(LOSS_SKIPPED, "demo.geo", 1);
    assert_int_equal(deed_act(&conn_deed_acknowledge, &(struct pt_command){.seen = seen}),
                     PT_EBUSY);
    assert_int_equal(deeds.n_told, 0);
    deed_succeeds(&conn_deed_acknowledge, &(struct pt_command){0});
    deed_has_said("acknowledged by ");
    assert_int_equal(deeds.n_told, 1);
    assert_int_equal(loss_file_read(scratch_dir, LOSS_FILE_ACKNOWLEDGED, &kept, &deeds.err), PT_OK);
    assert_int_equal(kept.n, 3);
    assert_non_null(strchr(kept.items[0].by, '@'));
    assert_true(kept.items[0].marked_ms > 0);
    loss_marks_done(&kept);
    assert_int_equal(deeds.fake.n_reads, 0);
}

static void without_losses_there_is_nothing_to_acknowledge(void **state)
{
    (void)state;
    deed_succeeds(&conn_deed_acknowledge, &(struct pt_command){0});
    deed_has_said("there is no loss to acknowledge");
    assert_int_equal(deeds.n_told, 0);
}

#define ON_CONNECT(test) cmocka_unit_test_setup_teardown(test, deeds_open_connect, deeds_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_CONNECT(a_plan_shows_the_difference_and_sends_nothing),
        ON_CONNECT(an_update_sends_the_whole_configuration),
        ON_CONNECT(what_others_changed_is_kept_and_told),
        ON_CONNECT(a_setting_that_would_not_come_back_is_not_sent),
        ON_CONNECT(the_answer_to_an_update_is_lost),
        ON_CONNECT(each_deed_is_sent_and_can_be_planned),
        ON_CONNECT(a_lost_answer_is_looked_up_before_it_is_called_failed),
        ON_CONNECT(what_has_no_dry_run_is_not_sent_on_a_mistake),
        ON_CONNECT(a_description_has_settings_with_what_they_mean),
        ON_CONNECT(a_log_is_the_traces_of_the_tasks),
        ON_CONNECT(a_connector_is_made_once),
        ON_CONNECT(a_template_needs_a_user),
        ON_CONNECT(the_embedded_sink_is_only_looked_at),
        ON_CONNECT(losses_are_shown_and_then_written_down),
        ON_CONNECT(without_losses_there_is_nothing_to_acknowledge),
    };
    return cmocka_run_group_tests_name("connector deeds", tests, NULL, NULL);
}
