/* MSK Connect, by AWS's API. The list contains states and versions, in one call for all;
 * settings and the description of a state take a call for each connector, the last change one or
 * two more. The caller decides when to make them, and whether at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/mskconnect.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "connector/backend/backend.h"
#include "connector/sink.h"

enum { LISTED_MAX = 1000, OPERATIONS_MAX = 50 };

static pt_code mskconnect_get_keys(struct conn_backend *b, struct aws_keys *keys,
                                   struct pt_error *err)
{
    memset(keys, 0, sizeof *keys);
    return b->access.keys(b->access.keys_arg, b->access.aws, keys, err);
}

/* ------------------------------------------------------------------ facts */

/* Copies what both List and Describe return. */
static void mskconnect_take(const struct mskc_connector *from, struct conn *to)
{
    text_copy(to->id, sizeof to->id, from->arn);
    text_copy(to->name, sizeof to->name, from->name);
    text_copy(to->state, sizeof to->state, from->state);
    text_copy(to->version, sizeof to->version, from->version);
    text_copy(to->connect_version, sizeof to->connect_version, from->connect_version);
    text_copy(to->role_arn, sizeof to->role_arn, from->role_arn);
    text_copy(to->bootstrap, sizeof to->bootstrap, from->bootstrap);
    text_copy(to->auth, sizeof to->auth, from->auth);
    text_copy(to->encryption, sizeof to->encryption, from->encryption);
    text_copy(to->log_group, sizeof to->log_group, from->log_group);
    text_copy(to->plugin_arn, sizeof to->plugin_arn, from->plugin_arn);
    to->mcu = from->mcu;
    to->workers = from->workers;
    to->workers_max = from->workers_max;
    to->has_log_delivery = true;
    to->created_ms = from->created_ms;
}

static bool mskconnect_read_settings(const struct mskc_connector *from, struct conn *to)
{
    for (size_t i = 0; i < from->n_settings; i++)
        if (!conn_set(to, from->settings[i].name, from->settings[i].value))
            return false;
    to->has_settings = from->n_settings > 0;
    text_copy(to->class_name, sizeof to->class_name, conn_get(to, "connector.class"));
    text_copy(to->kind, sizeof to->kind,
              sink_kind_of(to->class_name, conn_get(to, "topics"), conn_get(to, "topics.regex")));
    text_copy(to->code, sizeof to->code, from->code);
    text_copy(to->message, sizeof to->message, from->message);
    return true;
}

static void mskconnect_read_operation(const struct mskc_operation *from, struct conn_operation *to)
{
    text_copy(to->type, sizeof to->type, from->type);
    text_copy(to->state, sizeof to->state, from->state);
    text_copy(to->code, sizeof to->code, from->code);
    text_copy(to->message, sizeof to->message, from->message);
    to->created_ms = from->created_ms;
    to->ended_ms = from->ended_ms;
}

static const struct mskc_operation *mskconnect_newest(const struct mskc_operations *all)
{
    const struct mskc_operation *found = NULL;
    for (size_t i = 0; i < all->n; i++)
        if (found == NULL || all->items[i].created_ms > found->created_ms)
            found = &all->items[i];
    return found;
}

static bool mskconnect_has_failed(const char *state)
{
    return strstr(state, "FAILED") != NULL || strncmp(state, "ROLLBACK", 8) == 0;
}

static bool mskconnect_add(const struct mskc_connector *from, struct conn_list *out)
{
    struct conn *to = conn_list_add(out);
    if (to != NULL)
        mskconnect_take(from, to);
    return to != NULL;
}

static pt_code mskconnect_list_all(struct conn_backend *b, const char *only, struct conn_list *out,
                                   struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_connectors all = {0};
    memset(out, 0, sizeof *out);
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code =
            mskc_list(b->access.aws, &keys, only[0] != '\0' ? only : NULL, LISTED_MAX, &all, err);
    for (size_t i = 0; code == PT_OK && i < all.n; i++)
        if ((only[0] == '\0' || strcmp(all.items[i].name, only) == 0) &&
            !mskconnect_add(&all.items[i], out))
            code = pt_error_set(err, PT_ENOMEM, NULL, "MSK Connect: out of memory");
    out->is_truncated = all.is_truncated;
    out->n_calls = all.n_pages;
    mskc_connectors_done(&all);
    aws_keys_done(&keys);
    if (code == PT_OK && only[0] != '\0' && out->n == 0)
        code = pt_error_set(
            err, PT_ENOTFOUND, "List the existing connectors with `pintop connector list`",
            "MSK Connect: the connector %s does not exist in %s", only, b->access.aws->region);
    out->asked_ms = clock_real_ms();
    if (code != PT_OK)
        conn_list_done(out);
    return code;
}

static pt_code last_change(struct conn_backend *b, const struct conn *conn,
                           struct conn_operation *out, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_operations all = {0};
    struct mskc_operation whole;
    *out = conn->operation;
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_list_operations(b->access.aws, &keys, conn->id, OPERATIONS_MAX, &all, err);
    const struct mskc_operation *last = mskconnect_newest(&all);
    /* A change that has ended does not change again. */
    bool is_told = last != NULL && out->created_ms == last->created_ms &&
                   strcmp(out->state, last->state) == 0 && out->message[0] != '\0';
    if (last != NULL && !is_told) {
        mskconnect_read_operation(last, out);
        if (mskconnect_has_failed(last->state) &&
            mskc_describe_operation(b->access.aws, &keys, last->arn, &whole, NULL) == PT_OK)
            mskconnect_read_operation(&whole, out);
    }
    mskc_operations_done(&all);
    aws_keys_done(&keys);
    return code;
}

static pt_code mskconnect_changes(struct conn_backend *b, const struct conn *conn,
                                  struct conn_changes *out, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_operations all = {0};
    memset(out, 0, sizeof *out);
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_list_operations(b->access.aws, &keys, conn->id, OPERATIONS_MAX, &all, err);
    if (code == PT_OK) {
        out->items = calloc(all.n + 1, sizeof *out->items);
        for (; out->items != NULL && out->n < all.n; out->n++)
            mskconnect_read_operation(&all.items[out->n], &out->items[out->n]);
        mskc_operations_done(&all);
    }
    aws_keys_done(&keys);
    return code;
}

static pt_code mskconnect_read_one(struct conn_backend *b, const struct conn *conn,
                                   struct conn *fresh, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_connector whole;
    conn_init(fresh);
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_describe(b->access.aws, &keys, conn->id, &whole, err);
    aws_keys_done(&keys);
    if (code != PT_OK)
        return code;
    mskconnect_take(&whole, fresh);
    bool is_good = mskconnect_read_settings(&whole, fresh);
    mskc_connector_done(&whole);
    if (is_good)
        return PT_OK;
    conn_done(fresh);
    return pt_error_set(err, PT_ENOMEM, NULL, "MSK Connect: out of memory");
}

/* ------------------------------------------------------------------ changes */

typedef pt_code (*change_fn)(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct mskc_change *out, struct pt_error *err);

static pt_code mskconnect_send_change(struct conn_backend *b, const struct conn *conn, change_fn fn,
                                      char *said, const char *what, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = fn(b->access.aws, &keys, conn->id, &out, err);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "%s", what);
    return code;
}

static pt_code mskconnect_restart(struct conn_backend *b, const struct conn *conn,
                                  bool is_failed_only, char *said, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_restart(b->access.aws, &keys, conn->id, is_failed_only, &out, err);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "%s",
             is_failed_only ? "the failed tasks are being restarted"
                            : "the connector is being restarted");
    return code;
}

static pt_code mskconnect_pause_it(struct conn_backend *b, const struct conn *conn, char *said,
                                   struct pt_error *err)
{
    return mskconnect_send_change(b, conn, mskc_pause, said, "the connector is being paused", err);
}

static pt_code mskconnect_resume_it(struct conn_backend *b, const struct conn *conn, char *said,
                                    struct pt_error *err)
{
    return mskconnect_send_change(b, conn, mskc_resume, said, "the connector is being resumed",
                                  err);
}

static pt_code mskconnect_remove_it(struct conn_backend *b, const struct conn *conn, char *said,
                                    struct pt_error *err)
{
    return mskconnect_send_change(
        b, conn, mskc_delete, said,
        "the connector is being deleted; the offsets of its group stay in Kafka", err);
}

static pt_code mskconnect_update(struct conn_backend *b, const struct conn *conn,
                                 const struct conn_setting *settings, size_t n, char *said,
                                 struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    cJSON *body = cJSON_CreateObject();
    cJSON *map = cJSON_AddObjectToObject(body, "connectorConfiguration");
    for (size_t i = 0; map != NULL && i < n; i++)
        cJSON_AddStringToObject(map, settings[i].name, settings[i].value);
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_update(b->access.aws, &keys, conn->id, conn->version, body, &out, err);
    aws_keys_done(&keys);
    json_free(body);
    snprintf(said, PT_REASON_MAX,
             "the change is in progress: it takes 5 to 15 minutes, and Changes shows it");
    return code;
}

static pt_code mskconnect_create(struct conn_backend *b, const struct conn_creation *creation,
                                 char *said, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = mskconnect_get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_create(b->access.aws, &keys, creation->body, &out, err);
    if (code == PT_OK && creation->arn != NULL)
        text_copy(creation->arn, AWS_ARN_MAX, out.arn);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "the connector is being created, which takes 5 to 15 minutes");
    return code;
}

static bool mskconnect_is_meant(const struct pt_config *cfg)
{
    return pt_config_get(cfg, "pintop.msk.cluster") != NULL || pt_config_is_iam(cfg);
}

const struct conn_backend_ops conn_mskconnect = {
    .info = {.name = "mskconnect",
             .title = "MSK Connect",
             .can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
                    PT_CONN_CAN_UPDATE | PT_CONN_CAN_CREATE | PT_CONN_CAN_DELETE |
                    PT_CONN_CAN_LOGS | PT_CONN_CAN_CHANGES,
             .is_asked = true,
             .cannot = "MSK Connect has no such call"},
    .is_meant = mskconnect_is_meant,
    .state_source = "MSK Conn",
    .tasks_source = "CloudW.",
    .tasks_from = "CloudWatch",
    .running_means = "workers, not tasks",
    .is_rationed = true,
    .has_metrics = true,
    .has_checks = true,
    .has_worker_log = true,
    .is_made_by_plan = true,
    .list = mskconnect_list_all,
    .read = mskconnect_read_one,
    .is_list_brief = true,
    .last_change = last_change,
    .restart = mskconnect_restart,
    .pause = mskconnect_pause_it,
    .resume = mskconnect_resume_it,
    .update = mskconnect_update,
    .create = mskconnect_create,
    .remove = mskconnect_remove_it,
    .changes = mskconnect_changes,
};
