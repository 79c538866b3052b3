/* Creates a connector: its settings from the template, the plan of what would be sent, and sending
 * it. */
#include <stdio.h>
#include <string.h>

#include "aws/logs.h"
#include "aws/service.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "connector/change/fact_lines.h"
#include "connector/change/template.h"
#include "connector/watch/worker.h"
#include "desk/result_lines.h"
#include "state/created.h"

enum { ACCOUNT_DIGITS = 12 };

static void create_fact(void *lines, const char *name, const char *value)
{
    conn_add_fact(lines, name, value);
}

static void create_plan(const struct conn *conn, const struct conn_plan *plan,
                        struct pt_result *result)
{
    struct result_lines lines;
    char text[1200];
    result_lines_init(&lines);
    conn_plan_tell(conn, plan, create_fact, &lines);
    for (size_t i = 0; i < conn->n_settings; i++) {
        if (conn->settings[i].value[0] == '\0')
            continue;
        snprintf(text, sizeof text, "%s=%s", conn->settings[i].name,
                 conn_shown(conn->settings[i].name, conn->settings[i].value));
        result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "+"}, text);
    }
    result_lines_done(&lines, result);
}

/* An existing connector is never taken for the one that was created, and nothing is made for one
 * that cannot be created. */
static pt_code create_look(struct conn_worker *worker, const char *name, struct pt_error *err)
{
    struct conn_list list = {0};
    pt_code code = conn_worker_ops(worker)->list(&worker->backend, name, &list, err);
    if (code == PT_OK && list.n > 0)
        code = pt_error_set(err, PT_EEXISTS, "Choose another name, or update that one.",
                            "connector create %s: there is a connector of this name already", name);
    conn_list_done(&list);
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static pt_code create_send(struct conn_worker *worker, const struct conn_creation *creation,
                           char *said, struct pt_error *err)
{
    pt_code code = conn_worker_ops(worker)->create(&worker->backend, creation, said, err);
    return conn_look_for_created(worker, creation->name, code, said, err);
}

/* A connector is created in the account of its role, since no other role can be passed to it. ""
 * when the role's ARN does not tell. */
static void create_account(const cJSON *body, char *out, size_t cap)
{
    const char *arn = json_get(body, "serviceExecutionRoleArn");
    char account[32] = "";
    bool is_known = arn != NULL && aws_arn_get(arn, AWS_ARN_ACCOUNT, account, sizeof account) &&
                    strlen(account) == ACCOUNT_DIGITS &&
                    strspn(account, "0123456789") == ACCOUNT_DIGITS;
    text_copy(out, cap, is_known ? account : "");
}

/* The same with notes for `pintop teardown`, before and after. Where the answer was lost there is
 * no ARN, and the connector is known by its account, its name and the time at which it was created.
 */
static pt_code create_noted(struct conn_worker *worker, struct conn_creation *creation, char *said,
                            struct pt_error *err)
{
    const struct pt_config *cfg = worker->connectors->opts.cfg;
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    struct created note = {.kind = CREATED_CONNECTOR};
    char arn[AWS_ARN_MAX] = "";
    struct pt_error why;
    text_copy(note.name, sizeof note.name, creation->name);
    text_copy(note.region, sizeof note.region, worker->setup.client.region);
    create_account(creation->body, note.account, sizeof note.account);
    text_copy(note.user, sizeof note.user, pt_config_get(cfg, "pintop.user.id"));
    pt_code code = created_begin(dir, &note, err);
    if (code != PT_OK)
        return code;
    creation->arn = arn;
    code = create_send(worker, creation, said, err);
    creation->arn = NULL;
    text_copy(note.arn, sizeof note.arn, arn);
    if (created_end(dir, &note, code, &why) != PT_OK)
        log_line(PT_WARN, "connector", "%s: teardown does not learn what became of it: %s",
                 note.name, why.what);
    return code;
}

static pt_code create_by_plan(struct conn_worker *worker, const struct conn_job *job,
                              const struct aws_keys *keys, struct conn *conn,
                              struct pt_result *result, char *said, struct pt_error *err)
{
    struct conn_plan plan = {0};
    struct aws_client *client = &worker->setup.client;
    pt_code code =
        conn_plan_msk(worker->connectors->opts.cfg, client, keys, conn, NULL, &plan, err);
    if (code == PT_OK)
        create_plan(conn, &plan, result);
    if (code == PT_OK && !job->command->is_plan) {
        struct conn_creation creation = {.name = conn->name, .body = plan.body};
        code = create_look(worker, conn->name, err);
        if (code == PT_OK)
            code = logs_need_group(client, keys, plan.log_group, NULL, err);
        if (code == PT_OK)
            code = create_noted(worker, &creation, said, err);
    }
    json_free(plan.body);
    return code;
}

/* Kafka Connect takes the settings as they are; empty ones are left out. */
static pt_code create_of_settings(struct conn_worker *worker, const struct conn_job *job,
                                  struct conn *conn, struct pt_result *result, char *said,
                                  struct pt_error *err)
{
    size_t n = 0;
    create_plan(conn, NULL, result);
    for (size_t i = 0; i < conn->n_settings; i++)
        if (conn->settings[i].value[0] != '\0') {
            struct conn_setting keep = conn->settings[i];
            conn->settings[i] = conn->settings[n];
            conn->settings[n++] = keep;
        }
    const struct conn_creation creation = {
        .name = conn->name, .settings = conn->settings, .n_settings = n};
    pt_code code = job->command->is_plan ? PT_OK : create_look(worker, conn->name, err);
    return job->command->is_plan || code != PT_OK ? code
                                                  : create_send(worker, &creation, said, err);
}

pt_code conn_create(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, char *said, struct pt_error *err)
{
    struct conn conn;
    const struct pt_config *cfg = worker->connectors->opts.cfg;
    bool is_planned = conn_worker_ops(worker)->is_made_by_plan;
    struct aws_keys keys = {0};
    const char *region = pt_config_get(cfg, "pintop.aws.region");
    if (conn_worker_ops(worker)->create == NULL)
        return conn_cannot(worker, "create a connector", err);
    conn_init(&conn);
    /* The region is known when the credentials are. */
    pt_code code = is_planned ? conn_worker_keys(worker, &keys, err) : PT_OK;
    if (is_planned && code == PT_OK)
        region = worker->setup.client.region;
    if (code == PT_OK)
        code = conn_template(cfg, job->command, region != NULL ? region : "", &conn, err);
    if (code == PT_OK) {
        text_copy(result->topic, sizeof result->topic, conn.name);
        code = is_planned ? create_by_plan(worker, job, &keys, &conn, result, said, err)
                          : create_of_settings(worker, job, &conn, result, said, err);
    }
    aws_keys_done(&keys);
    conn_done(&conn);
    return code;
}
