/* What an operator reads about a connector: its settings, its changes, and its log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/logs.h"
#include "base/clock.h"
#include "base/text.h"
#include "connector/change/fact_lines.h"
#include "connector/sink.h"
#include "connector/watch/worker.h"
#include "desk/result_lines.h"

enum { MINUTES_DEFAULT = 15, MINUTE_MS = 60000 };

static int describe_by_name(const void *a, const void *b)
{
    const struct result_setting *left = a, *right = b;
    int by = (int)left->is_default - (int)right->is_default;
    return by != 0 ? by : strcmp(left->name, right->name);
}

static pt_code describe_settings(const struct conn *conn, struct pt_result *result,
                                 struct pt_error *err)
{
    struct sink sink;
    size_t n = 0;
    struct result_setting *rows = calloc(conn->n_settings + sink_settings_count(), sizeof *rows);
    if (rows == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "connector describe: out of memory");
    sink_read(conn, &sink);
    for (size_t i = 0; i < conn->n_settings; i++) {
        const struct conn_setting *own = &conn->settings[i];
        const char *note = sink_setting_note(own->name, NULL);
        rows[n++] = (struct result_setting){own->name, conn_shown(own->name, own->value),
                                            *note != '\0' ? note : NULL, false};
    }
    /* Defaults that apply because they are not set. */
    for (size_t i = 0; sink.is_s3 && i < sink_settings_count(); i++) {
        const char *name = sink_setting_at(i), *fallback;
        const char *note = sink_setting_note(name, &fallback);
        if (*fallback != '\0' && conn_get(conn, name)[0] == '\0')
            rows[n++] = (struct result_setting){name, fallback, note, true};
    }
    qsort(rows, n, sizeof *rows, describe_by_name);
    bool is_good = result_settings(result, rows, n);
    free(rows);
    return is_good ? PT_OK
                   : pt_error_set(err, PT_ENOMEM, NULL, "connector describe: out of memory");
}

static void describe_change(struct result_lines *lines, const struct conn_operation *change)
{
    char text[800];
    bool is_bad =
        strstr(change->state, "FAILED") != NULL || strncmp(change->state, "ROLLBACK", 8) == 0;
    snprintf(text, sizeof text, "%s %s%s%s%s%s", change->type, change->state,
             change->code[0] != '\0' ? ": " : "", change->code,
             change->message[0] != '\0' ? ": " : "", change->message);
    struct pt_line head = {.time_ms = change->created_ms, .count = 1};
    text_copy(head.level, sizeof head.level, is_bad ? "ERROR" : "INFO");
    result_lines_add(lines, &head, text);
}

/* Returns whether the last change is known, and the change in out. */
static bool describe_last(struct conn_worker *worker, const struct conn *conn,
                          struct conn_operation *out)
{
    *out = conn->operation;
    return out->type[0] != '\0' ||
           (conn_worker_ops(worker)->last_change != NULL &&
            conn_worker_ops(worker)->last_change(&worker->backend, conn, out, NULL) == PT_OK);
}

static pt_code describe_as(struct conn_worker *worker, const struct conn *conn,
                           struct pt_result *result, struct pt_error *err)
{
    struct conn_changes changes = {0};
    struct result_lines lines;
    struct conn_operation last = {.created_ms = PT_UNKNOWN};
    struct pt_error why = {0};
    char text[80];
    pt_code code = describe_settings(conn, result, err);
    if (code != PT_OK)
        return code;
    result_lines_init(&lines);
    conn_add_fact(&lines, "ARN", strcmp(conn->id, conn->name) != 0 ? conn->id : "");
    conn_add_fact(&lines, "Connect", conn->connect_version);
    conn_add_fact(&lines, "role", conn->role_arn);
    conn_add_fact(&lines, "plugin", conn->plugin_arn);
    conn_add_fact(&lines, "servers", conn->bootstrap);
    snprintf(text, sizeof text, "%d MCU x %d worker%s", conn->mcu, conn->workers,
             text_s(conn->workers));
    conn_add_fact(&lines, "capacity", conn->mcu > 0 ? text : "");
    conn_add_fact(&lines, "log group", conn->log_group);
    if (conn->created_ms != PT_UNKNOWN) {
        const struct conn_operation made = {
            .type = "CREATE_CONNECTOR", .state = "", .created_ms = conn->created_ms};
        describe_change(&lines, &made);
    }
    if (conn_worker_ops(worker)->changes != NULL &&
        conn_worker_ops(worker)->changes(&worker->backend, conn, &changes, &why) != PT_OK)
        result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "WARN"},
                         why.what);
    else if (changes.n > 0 && describe_last(worker, conn, &last))
        describe_change(&lines, &last); /* with its error */
    for (size_t i = changes.n; i > 0; i--)
        if (changes.items[i - 1].created_ms != last.created_ms)
            describe_change(&lines, &changes.items[i - 1]);
    conn_changes_done(&changes);
    result_lines_done(&lines, result);
    return PT_OK;
}

/* A connector whose settings were not read yet is read now. */
pt_code conn_describe(struct conn_worker *worker, const struct conn_job *job,
                      struct pt_result *result, char *said, struct pt_error *err)
{
    struct conn fresh;
    (void)said;
    if (job->conn.has_settings || conn_worker_ops(worker)->read == NULL)
        return describe_as(worker, &job->conn, result, err);
    pt_code code = conn_worker_ops(worker)->read(&worker->backend, &job->conn, &fresh, err);
    if (code != PT_OK)
        return code;
    code = describe_as(worker, &fresh, result, err);
    conn_done(&fresh);
    return code;
}

/* ------------------------------------------------------------------ the log */

static void log_add_block(struct result_lines *lines, const struct log_block *block)
{
    struct pt_line head = {.time_ms = block->time_ms, .count = block->count};
    text_copy(head.level, sizeof head.level, block->level);
    if (block->rule != NULL)
        text_copy(head.rule, sizeof head.rule, block->rule->id);
    result_lines_add(lines, &head, block->text);
}

static pt_code log_of_cloudwatch(struct conn_worker *worker, const struct conn_job *job,
                                 struct pt_result *result, struct pt_error *err)
{
    struct log_blocks blocks;
    struct result_lines lines;
    struct aws_keys keys;
    bool is_cut;
    int64_t minutes = job->command->count > 0 ? job->command->count : MINUTES_DEFAULT;
    if (job->conn.log_group[0] == '\0')
        return pt_error_set(
            err, PT_ENOTFOUND,
            "Log delivery cannot be added later: delete the connector and create it "
            "again with a log group.",
            "connector %s: it delivers no log to CloudWatch", job->conn.name);
    pt_code code = conn_worker_keys(worker, &keys, err);
    if (code == PT_OK)
        code = ask_log(&worker->setup.client, &keys, &job->conn,
                       clock_real_ms() - minutes * MINUTE_MS, NULL, &blocks, &is_cut, err);
    aws_keys_done(&keys);
    if (code != PT_OK)
        return code;
    result_lines_init(&lines);
    for (size_t i = 0; i < blocks.n; i++)
        log_add_block(&lines, &blocks.items[i]);
    log_blocks_done(&blocks);
    result_lines_done(&lines, result);
    result->is_truncated = result->is_truncated || is_cut;
    return PT_OK;
}

static void log_add_trace(struct result_lines *lines, const char *who, const char *trace)
{
    struct pt_line head = {.time_ms = PT_UNKNOWN, .count = 1, .level = "ERROR"};
    const struct rule *rule = rules_match(trace, RULE_LOG);
    char *text = NULL;
    if (rule != NULL)
        text_copy(head.rule, sizeof head.rule, rule->id);
    if (asprintf(&text, "%s: %s", who, trace) >= 0)
        result_lines_add(lines, &head, text);
    free(text);
}

static pt_code log_of_traces(const struct conn *conn, struct pt_result *result)
{
    struct result_lines lines;
    result_lines_init(&lines);
    if (conn->trace != NULL)
        log_add_trace(&lines, "connector", conn->trace);
    for (size_t i = 0; i < conn->n_tasks; i++) {
        char who[32];
        snprintf(who, sizeof who, "task %d", conn->tasks[i].id);
        if (conn->tasks[i].trace != NULL)
            log_add_trace(&lines, who, conn->tasks[i].trace);
    }
    if (lines.n == 0)
        snprintf(result->text, sizeof result->text,
                 "no task has a trace; Connect's REST interface tells no more");
    result_lines_done(&lines, result);
    return PT_OK;
}

pt_code conn_logs(struct conn_worker *worker, const struct conn_job *job, struct pt_result *result,
                  char *said, struct pt_error *err)
{
    (void)said;
    return conn_worker_ops(worker)->info.can & PT_CONN_CAN_LOGS
               ? log_of_cloudwatch(worker, job, result, err)
               : log_of_traces(&job->conn, result);
}
