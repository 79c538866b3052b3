/* What the operator asks for: describe, logs, restart, pause, resume, update, create, delete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "aws/logs.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "connector/sink.h"
#include "core/conn_template.h"
#include "core/connectors_private.h"
#include "core/result_lines.h"

enum { MINUTES_DEFAULT = 15, MINUTE_MS = 60000 };

static const char *shown(const char *name, const char *value)
{
    return secret_is_name(name) && *value != '\0' ? "***" : value;
}

static const struct conn_backend_ops *ops_of(const struct conn_worker *worker)
{
    return worker->connectors->opts.ops;
}

static pt_code cannot(const struct conn_worker *worker, const char *what, struct pt_error *err)
{
    return pt_error_set(err, PT_EUNSUPPORTED, NULL, "%s can't %s", ops_of(worker)->title, what);
}

/* ------------------------------------------------------------------ describe */

static int by_name(const void *a, const void *b)
{
    const struct result_setting *left = a, *right = b;
    int by = (int)left->is_default - (int)right->is_default;
    return by != 0 ? by : strcmp(left->name, right->name);
}

static pt_code put_settings(const struct conn *conn, struct pt_result *result, struct pt_error *err)
{
    struct sink sink;
    size_t n = 0;
    struct result_setting *rows = calloc(conn->n_settings + sink_settings_count(), sizeof *rows);
    if (rows == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "connector describe: no memory");
    sink_read(conn, &sink);
    for (size_t i = 0; i < conn->n_settings; i++) {
        const struct conn_setting *own = &conn->settings[i];
        const char *note = sink_setting_note(own->name, NULL);
        rows[n++] = (struct result_setting){own->name, shown(own->name, own->value),
                                            *note != '\0' ? note : NULL, false};
    }
    /* What holds though nobody set it. */
    for (size_t i = 0; sink.is_s3 && i < sink_settings_count(); i++) {
        const char *name = sink_setting_at(i), *fallback;
        const char *note = sink_setting_note(name, &fallback);
        if (*fallback != '\0' && conn_get(conn, name)[0] == '\0')
            rows[n++] = (struct result_setting){name, fallback, note, true};
    }
    qsort(rows, n, sizeof *rows, by_name);
    bool is_good = result_settings(result, rows, n);
    free(rows);
    return is_good ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "connector describe: no memory");
}

static void add_fact(struct result_lines *lines, const char *name, const char *value)
{
    char text[1200];
    if (*value == '\0')
        return;
    snprintf(text, sizeof text, "%-12s %s", name, value);
    result_lines_add(lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "fact"}, text);
}

static void add_change(struct result_lines *lines, const struct conn_operation *change)
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

/* Out: as far as it is known. */
static bool last_change(struct conn_worker *worker, const struct conn *conn,
                        struct conn_operation *out)
{
    *out = conn->operation;
    return out->type[0] != '\0' ||
           (ops_of(worker)->last_change != NULL &&
            ops_of(worker)->last_change(&worker->backend, conn, out, NULL) == PT_OK);
}

static pt_code do_describe(struct conn_worker *worker, const struct conn *conn,
                           struct pt_result *result, struct pt_error *err)
{
    struct conn_changes changes = {0};
    struct result_lines lines;
    struct conn_operation last = {.created_ms = PT_UNKNOWN};
    struct pt_error why = {0};
    char text[80];
    pt_code code = put_settings(conn, result, err);
    if (code != PT_OK)
        return code;
    result_lines_init(&lines);
    add_fact(&lines, "ARN", strcmp(conn->id, conn->name) != 0 ? conn->id : "");
    add_fact(&lines, "Connect", conn->connect_version);
    add_fact(&lines, "role", conn->role_arn);
    add_fact(&lines, "plugin", conn->plugin_arn);
    add_fact(&lines, "servers", conn->bootstrap);
    snprintf(text, sizeof text, "%d MCU x %d workers", conn->mcu, conn->workers);
    add_fact(&lines, "capacity", conn->mcu > 0 ? text : "");
    add_fact(&lines, "log group", conn->log_group);
    if (conn->created_ms != PT_UNKNOWN) {
        const struct conn_operation made = {
            .type = "CREATE_CONNECTOR", .state = "", .created_ms = conn->created_ms};
        add_change(&lines, &made);
    }
    if (ops_of(worker)->changes != NULL &&
        ops_of(worker)->changes(&worker->backend, conn, &changes, &why) != PT_OK)
        result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "WARN"},
                         why.what);
    else if (changes.n > 0 && last_change(worker, conn, &last))
        add_change(&lines, &last); /* with its error */
    for (size_t i = changes.n; i > 0; i--)
        if (changes.items[i - 1].created_ms != last.created_ms)
            add_change(&lines, &changes.items[i - 1]);
    conn_changes_done(&changes);
    result_lines_done(&lines, result);
    return PT_OK;
}

/* One that was not described yet is asked about now. */
static pt_code describe_now(struct conn_worker *worker, const struct conn_job *job,
                            struct pt_result *result, struct pt_error *err)
{
    struct conn fresh;
    if (job->conn.has_settings || ops_of(worker)->read == NULL)
        return do_describe(worker, &job->conn, result, err);
    pt_code code = ops_of(worker)->read(&worker->backend, &job->conn, &fresh, err);
    if (code != PT_OK)
        return code;
    code = do_describe(worker, &fresh, result, err);
    conn_done(&fresh);
    return code;
}

/* ------------------------------------------------------------------ logs */

static void add_block(struct result_lines *lines, const struct log_block *block)
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
        return pt_error_set(err, PT_ENOTFOUND,
                            "Log delivery can't be added later: delete the connector and create it "
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
        add_block(&lines, &blocks.items[i]);
    log_blocks_done(&blocks);
    result_lines_done(&lines, result);
    result->is_truncated = result->is_truncated || is_cut;
    return PT_OK;
}

static void add_trace(struct result_lines *lines, const char *who, const char *trace)
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
        add_trace(&lines, "connector", conn->trace);
    for (size_t i = 0; i < conn->n_tasks; i++) {
        char who[32];
        snprintf(who, sizeof who, "task %d", conn->tasks[i].id);
        if (conn->tasks[i].trace != NULL)
            add_trace(&lines, who, conn->tasks[i].trace);
    }
    if (lines.n == 0)
        snprintf(result->text, sizeof result->text,
                 "no task has a trace; Connect's REST interface tells no more");
    result_lines_done(&lines, result);
    return PT_OK;
}

/* ------------------------------------------------------------------ create */

static void put_plan(const struct conn *conn, const struct conn_plan *plan,
                     struct pt_result *result)
{
    struct result_lines lines;
    char text[1200];
    result_lines_init(&lines);
    add_fact(&lines, "name", conn->name);
    if (plan != NULL) {
        add_fact(&lines, "cluster", plan->cluster);
        add_fact(&lines, "servers", plan->servers);
        add_fact(&lines, "subnets", plan->subnets);
        add_fact(&lines, "sec. groups", plan->security_groups);
        add_fact(&lines, "role", plan->role);
        add_fact(&lines, "plugin", plan->plugin);
        add_fact(&lines, "Connect", plan->version);
        snprintf(text, sizeof text, "%d MCU x %d workers", plan->mcu, plan->workers);
        add_fact(&lines, "capacity", text);
        add_fact(&lines, "worker log", plan->log_group);
        snprintf(text, sizeof text, "about $%.2f an hour, until it is deleted",
                 plan->mcu * plan->workers * SINK_USD_PER_MCU_HOUR);
        add_fact(&lines, "price", text);
    }
    for (size_t i = 0; i < conn->n_settings; i++) {
        if (conn->settings[i].value[0] == '\0')
            continue;
        snprintf(text, sizeof text, "%s=%s", conn->settings[i].name,
                 shown(conn->settings[i].name, conn->settings[i].value));
        result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "+"}, text);
    }
    result_lines_done(&lines, result);
}

/* One that is there is never taken for the one that was made: so it is looked for first. */
static pt_code send_create(struct conn_worker *worker, const struct conn_creation *creation,
                           char *said, struct pt_error *err)
{
    struct conn_list list = {0};
    struct conn_backend *b = &worker->backend;
    pt_code code = ops_of(worker)->list(b, creation->name, &list, err);
    if (code == PT_OK && list.n > 0)
        code = pt_error_set(err, PT_EEXISTS, "Choose another name, or update that one.",
                            "connector create %s: there is a connector of this name already",
                            creation->name);
    conn_list_done(&list);
    if (code != PT_OK && code != PT_ENOTFOUND)
        return code;
    code = ops_of(worker)->create(b, creation, said, err);
    return conn_look_for_created(worker, creation->name, code, said, err);
}

static pt_code create_msk(struct conn_worker *worker, const struct conn_job *job,
                          const struct conn *conn, struct pt_result *result, char *said,
                          struct pt_error *err)
{
    struct conn_plan plan = {0};
    struct aws_keys keys;
    struct aws_client *client = &worker->setup.client;
    pt_code code = conn_worker_keys(worker, &keys, err);
    if (code == PT_OK)
        code = conn_plan_msk(worker->connectors->opts.cfg, client, &keys, conn, &plan, err);
    if (code == PT_OK)
        put_plan(conn, &plan, result);
    if (code == PT_OK && !job->command->is_plan) {
        code = logs_create_group(client, &keys, plan.log_group, err);
        if (code == PT_EEXISTS)
            code = PT_OK;
        const struct conn_creation creation = {.name = conn->name, .body = plan.body};
        if (code == PT_OK)
            code = send_create(worker, &creation, said, err);
    }
    json_free(plan.body);
    aws_keys_done(&keys);
    return code;
}

static pt_code do_create(struct conn_worker *worker, const struct conn_job *job,
                         struct pt_result *result, char *said, struct pt_error *err)
{
    struct conn conn;
    const struct pt_config *cfg = worker->connectors->opts.cfg;
    bool is_msk = ops_of(worker) == &conn_mskconnect;
    struct aws_keys keys = {0};
    const char *region = pt_config_get(cfg, "pintop.aws.region");
    /* The region comes with the keys. */
    pt_code code = is_msk ? conn_worker_keys(worker, &keys, err) : PT_OK;
    aws_keys_done(&keys);
    if (is_msk && code == PT_OK)
        region = worker->setup.client.region;
    if (code == PT_OK)
        code = conn_template(cfg, job->command, region != NULL ? region : "", &conn, err);
    if (code != PT_OK)
        return code;
    text_copy(result->topic, sizeof result->topic, conn.name);
    if (is_msk) {
        code = create_msk(worker, job, &conn, result, said, err);
    } else {
        size_t n = 0;
        put_plan(&conn, NULL, result);
        for (size_t i = 0; i < conn.n_settings; i++) /* empty ones are out */
            if (conn.settings[i].value[0] != '\0') {
                struct conn_setting keep = conn.settings[i];
                conn.settings[i] = conn.settings[n];
                conn.settings[n++] = keep;
            }
        const struct conn_creation creation = {conn.name, conn.settings, n, NULL};
        if (!job->command->is_plan)
            code = send_create(worker, &creation, said, err);
    }
    conn_done(&conn);
    return code;
}

/* ------------------------------------------------------------------ any of them */

/* What would be asked of the back end, for a dry run: the connector is only looked at. */
static pt_code plan_change(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, struct pt_error *err)
{
    const struct conn *known = &job->conn;
    struct conn fresh;
    struct result_lines lines;
    char text[400];
    conn_init(&fresh);
    bool is_delete = job->command->kind == PT_CMD_CONNECTOR_DELETE;
    const char *what = job->command->kind == PT_CMD_CONNECTOR_PAUSE    ? "pause"
                       : job->command->kind == PT_CMD_CONNECTOR_RESUME ? "resume"
                       : is_delete                                     ? "delete"
                       : job->command->is_failed_only ? "restart the failed tasks of"
                                                      : "restart, with all its tasks,";
    pt_code code = ops_of(worker)->read != NULL
                       ? ops_of(worker)->read(&worker->backend, known, &fresh, err)
                       : cannot(worker, "change a connector", err);
    if (code != PT_OK)
        return code;
    result_lines_init(&lines);
    snprintf(text, sizeof text, "%s %.120s, which is %.40s now%s", what, known->name,
             fresh.state[0] != '\0' ? fresh.state : "in a state that is not told",
             is_delete ? "; its group's offsets stay in Kafka" : "");
    result_lines_add(
        &lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = {is_delete ? '-' : '+'}}, text);
    result_lines_done(&lines, result);
    conn_done(&fresh);
    return PT_OK;
}

static pt_code change(struct conn_worker *worker, const struct conn_job *job,
                      struct pt_result *result, char *said, struct pt_error *err)
{
    const struct conn_backend_ops *ops = ops_of(worker);
    struct conn_backend *b = &worker->backend;
    const struct conn *conn = &job->conn;
    bool is_failed_only = job->command->is_failed_only;
    const struct pt_command_row *row = pt_command_row((int)job->command->kind);
    /* The engine has refused it at the door; nothing is sent on a mistake there either. */
    if (row == NULL || (job->command->is_plan && !pt_row_is(row, PT_ROW_PLAN)))
        return pt_error_set(err, PT_EUSAGE, NULL, "connector %s: there is no dry run of it",
                            conn->name);
    bool has_own_plan = job->command->kind == PT_CMD_CONNECTOR_UPDATE ||
                        job->command->kind == PT_CMD_CONNECTOR_CREATE;
    if (job->command->is_plan && !has_own_plan)
        return plan_change(worker, job, result, err);
    switch (job->command->kind) {
    case PT_CMD_CONNECTOR_RESTART:
        return ops->restart ? ops->restart(b, conn, is_failed_only, said, err)
                            : cannot(worker, "restart a connector", err);
    case PT_CMD_CONNECTOR_PAUSE:
        return ops->pause ? ops->pause(b, conn, said, err)
                          : cannot(worker, "pause a connector", err);
    case PT_CMD_CONNECTOR_RESUME:
        return ops->resume ? ops->resume(b, conn, said, err)
                           : cannot(worker, "resume a connector", err);
    case PT_CMD_CONNECTOR_UPDATE:
        return ops->update ? conn_update(worker, job, result, said, err)
                           : cannot(worker, "change a connector", err);
    case PT_CMD_CONNECTOR_CREATE:
        return ops->create ? do_create(worker, job, result, said, err)
                           : cannot(worker, "create a connector", err);
    case PT_CMD_CONNECTOR_DELETE:
        return ops->remove ? ops->remove(b, conn, said, err)
                           : cannot(worker, "delete a connector", err);
    default:
        return cannot(worker, "do that", err);
    }
}

pt_code conn_command(struct conn_worker *worker, const struct conn_job *job,
                     struct pt_result *result, struct pt_error *err)
{
    char said[PT_REASON_MAX] = "";
    if (job->command->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE)
        return conn_acknowledge(worker, job, result, err);
    pt_code code = conn_worker_backend(worker, err);
    if (code != PT_OK)
        return code;
    if (job->command->kind == PT_CMD_CONNECTOR_DESCRIBE)
        return describe_now(worker, job, result, err);
    if (job->command->kind == PT_CMD_CONNECTOR_PROBE)
        return conn_probe_command(worker, job, result, err);
    if (job->command->kind == PT_CMD_CONNECTOR_LOGS)
        return ops_of(worker)->can & PT_CONN_CAN_LOGS ? log_of_cloudwatch(worker, job, result, err)
                                                      : log_of_traces(&job->conn, result);
    code = change(worker, job, result, said, err);
    code = conn_look_after(worker, job, code, said, err);
    if (code == PT_OK && said[0] != '\0')
        text_put(result->text, sizeof result->text, "connector %s: %s", result->topic, said);
    return code;
}
