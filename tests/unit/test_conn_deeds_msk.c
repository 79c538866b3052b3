/* What an operator has done to a connector on MSK Connect: its plans, its changes and its log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deeds.h"
#include "scratch.h"
#include "state/created.h"

/* ---- MSK Connect ---- */

static void msk_connect_has_its_own_words(void **state)
{
    (void)state;
    const struct pt_command plan = {.is_plan = true, CONFIGS("s3.bucket.name=b")};
    deed_succeeds(&conn_deed_create, &plan);
    assert_true(deed_has_line("fact", "cluster") && deed_has_line("fact", "subnet-1"));
    assert_true(deed_has_line("fact", "about $"));
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
    assert_int_equal(deed_act(&conn_deed_logs, &(struct pt_command){0}), PT_ENOTFOUND);
    deed_has_failed(PT_ENOTFOUND, "delivers no log");
    deed_succeeds(&conn_deed_update, &(struct pt_command){CONFIGS("flush.size=9")});
    deed_is_written("\"flush.size\":\"9\"");
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    assert_true(deed_has_line("fact", DEEDS_ARN));
    deed_succeeds(&conn_deed_delete, &(struct pt_command){0});
    deed_is_written("DELETE /v1/connectors/");
}

static void a_connector_is_made_on_msk(void **state)
{
    (void)state;
    FAKE_WORKER_SET(&deeds.fake, is_there, false);
    deed_succeeds(&conn_deed_create, &(struct pt_command){CONFIGS("s3.bucket.name=b")});
    deed_is_written("POST /v1/connectors");
    deed_is_written("\"s3.bucket.name\":\"b\"");
    /* `pintop teardown` knows it by its account and its ARN. */
    struct created_list notes;
    assert_int_equal(created_read(scratch_dir, &notes, &deeds.err), PT_OK);
    assert_int_equal(notes.n, 1);
    assert_true(notes.items[0].is_made);
    assert_string_equal(notes.items[0].account, "123456789012");
    assert_string_equal(notes.items[0].arn, DEEDS_ARN);
    created_list_done(&notes);
}

/* What was made of the template before is freed: LeakSanitizer looks at it. */
static void a_setting_that_is_none_makes_nothing(void **state)
{
    (void)state;
    FAKE_WORKER_SET(&deeds.fake, is_there, false);
    assert_int_not_equal(
        deed_act(&conn_deed_create, &(struct pt_command){CONFIGS("s3.bucket.name")}), PT_OK);
    assert_int_equal(fake_worker_writes(&deeds.fake), 0);
}

static void msk_connect_does_what_it_is_asked_for(void **state)
{
    (void)state;
    local_aws_say(&deeds.aws, "/v1/connectors/", 200,
                  "{\"connectorArn\":\"" DEEDS_ARN "\",\"connectorState\":\"PAUSING\"}");
    deed_succeeds(&conn_deed_pause, &(struct pt_command){0});
    deed_has_said("the connector is being paused");
    assert_int_equal(local_aws_count(&deeds.aws, "/pause HTTP"), 1);
    deed_succeeds(&conn_deed_resume, &(struct pt_command){0});
    deed_has_said("the connector is being resumed");
    assert_int_equal(local_aws_count(&deeds.aws, "/resume HTTP"), 1);
    deed_succeeds(&conn_deed_restart, &(struct pt_command){0});
    deed_has_said("the connector is being restarted");
    deed_succeeds(&conn_deed_restart, &(struct pt_command){.is_failed_only = true});
    deed_has_said("the failed tasks are being restarted");
    assert_int_equal(local_aws_count(&deeds.aws, "/restart?onlyFailedTasks=true"), 1);
    assert_int_equal(local_aws_count(&deeds.aws, "Credential=AKIATEST/"), 4);
}

static void a_description_tells_changes_with_their_errors(void **state)
{
    (void)state;
    local_aws_say(&deeds.aws, "/operations", 200,
                  "{\"connectorOperations\":[{\"connectorOperationArn\":\"arn:old\","
                  "\"connectorOperationType\":\"RESTART_CONNECTOR\",\"connectorOperationState\":"
                  "\"RESTART_COMPLETE\",\"creationTime\":\"2026-01-02T00:00:00Z\"},"
                  "{\"connectorOperationArn\":\"arn:new\",\"connectorOperationType\":"
                  "\"UPDATE_CONNECTOR_CONFIGURATION\",\"connectorOperationState\":"
                  "\"UPDATE_FAILED\",\"creationTime\":\"2026-01-03T00:00:00Z\"}]}");
    local_aws_say(&deeds.aws, "/v1/connectorOperations/", 200,
                  "{\"connectorOperationType\":\"UPDATE_CONNECTOR_CONFIGURATION\","
                  "\"connectorOperationState\":\"UPDATE_FAILED\",\"creationTime\":"
                  "\"2026-01-03T00:00:00Z\",\"errorInfo\":{\"code\":\"InvalidInput\","
                  "\"message\":\"flush.size is no number\"}}");
    deeds.job.conn.created_ms = INT64_C(1767225600000);
    deeds.job.conn.mcu = 1;
    deeds.job.conn.workers = 2;
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    assert_true(deed_has_line("fact", "1 MCU x 2 workers"));
    assert_true(deed_has_line("INFO", "CREATE_CONNECTOR"));
    assert_true(deed_has_line("INFO", "RESTART_CONNECTOR RESTART_COMPLETE"));
    assert_true(deed_has_line("ERROR", "UPDATE_FAILED: InvalidInput: flush.size is no number"));
    /* Whoever may not list them still sees the rest. */
    local_aws_say(&deeds.aws, "/operations", 403,
                  "{\"message\":\"not authorized to perform: "
                  "kafkaconnect:ListConnectorOperations\"}");
    deed_succeeds(&conn_deed_describe, &(struct pt_command){0});
    assert_true(deed_has_line("WARN", "ListConnectorOperations"));
    assert_true(deed_has_line("INFO", "CREATE_CONNECTOR"));
}

static void a_log_is_cut_into_its_blocks(void **state)
{
    (void)state;
    snprintf(deeds.job.conn.log_group, sizeof deeds.job.conn.log_group, "/connect/sink");
    local_aws_say(&deeds.aws, "Logs_20140328.FilterLogEvents", 200,
                  "{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":1767225600000,"
                  "\"message\":\"[2026-01-01 00:00:00,000] ERROR [sink|task-0] WorkerSinkTask"
                  "{id=sink-0} Task threw an uncaught exception "
                  "(org.apache.kafka.connect.runtime.WorkerTask:1)\"},"
                  "{\"logStreamName\":\"s\",\"timestamp\":1767225600001,\"message\":"
                  "\"[2026-01-01 00:00:00,001] ERROR [other|task-0] it is another one's "
                  "(org.apache.kafka.connect.runtime.WorkerTask:1)\"}]}");
    deed_succeeds(&conn_deed_logs, &(struct pt_command){.count = 5});
    assert_true(deed_has_line("ERROR", "Task threw an uncaught exception"));
    assert_false(deed_has_line("ERROR", "another one's"));
    assert_int_equal(deeds.result.n_lines, 1);
    local_aws_say(&deeds.aws, "Logs_20140328.FilterLogEvents", 400,
                  "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no such group\"}");
    assert_int_equal(deed_act(&conn_deed_logs, &(struct pt_command){0}), PT_ENOTFOUND);
}

#define ON_MSK(test) cmocka_unit_test_setup_teardown(test, deeds_open_msk, deeds_close)
#define ON_AWS(test) cmocka_unit_test_setup_teardown(test, deeds_open_aws, deeds_close_aws)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_MSK(msk_connect_has_its_own_words),
        ON_MSK(a_connector_is_made_on_msk),
        ON_MSK(a_setting_that_is_none_makes_nothing),
        ON_AWS(msk_connect_does_what_it_is_asked_for),
        ON_AWS(a_description_tells_changes_with_their_errors),
        ON_AWS(a_log_is_cut_into_its_blocks),
    };
    return cmocka_run_group_tests_name("deeds on MSK Connect", tests, NULL, NULL);
}
