/* MSK Connect, by AWS's API. The list gives states and versions, one call for all; settings and the
 * state's description are a call for each connector, the last change one or two more: when, and
 * whether at all, is the caller's to decide (core/conn_aws.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "aws/mskconnect.h"
#include "base/clock.h"
#include "base/text.h"
#include "connector/backend.h"
#include "connector/sink.h"

enum { LISTED_MAX = 1000, OPERATIONS_MAX = 50 };

static pt_code get_keys(struct conn_backend *b, struct aws_keys *keys, struct pt_error *err)
{
    memset(keys, 0, sizeof *keys);
    return b->access.keys(b->access.keys_arg, b->access.aws, keys, err);
}

/* ------------------------------------------------------------------ facts */

/* What both List and Describe tell. */
static void take(const struct mskc_connector *from, struct conn *to)
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

static bool take_settings(const struct mskc_connector *from, struct conn *to)
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

static void take_operation(const struct mskc_operation *from, struct conn_operation *to)
{
    text_copy(to->type, sizeof to->type, from->type);
    text_copy(to->state, sizeof to->state, from->state);
    text_copy(to->code, sizeof to->code, from->code);
    text_copy(to->message, sizeof to->message, from->message);
    to->created_ms = from->created_ms;
    to->ended_ms = from->ended_ms;
}

static const struct mskc_operation *newest(const struct mskc_operations *all)
{
    const struct mskc_operation *found = NULL;
    for (size_t i = 0; i < all->n; i++)
        if (found == NULL || all->items[i].created_ms > found->created_ms)
            found = &all->items[i];
    return found;
}

static bool has_failed(const char *state)
{
    return strstr(state, "FAILED") != NULL || strncmp(state, "ROLLBACK", 8) == 0;
}

static bool add(const struct mskc_connector *from, struct conn_list *out)
{
    struct conn *to = conn_list_add(out);
    if (to != NULL)
        take(from, to);
    return to != NULL;
}

static pt_code list(struct conn_backend *b, const char *only, struct conn_list *out,
                    struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_connectors all = {0};
    memset(out, 0, sizeof *out);
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code =
            mskc_list(b->access.aws, &keys, only[0] != '\0' ? only : NULL, LISTED_MAX, &all, err);
    for (size_t i = 0; code == PT_OK && i < all.n; i++)
        if ((only[0] == '\0' || strcmp(all.items[i].name, only) == 0) && !add(&all.items[i], out))
            code = pt_error_set(err, PT_ENOMEM, NULL, "MSK Connect: no memory");
    out->is_truncated = all.is_truncated;
    out->n_calls = all.n_pages;
    mskc_connectors_done(&all);
    aws_keys_done(&keys);
    if (code == PT_OK && only[0] != '\0' && out->n == 0)
        code = pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows those there are",
                            "MSK Connect: no connector %s in %s", only, b->access.aws->region);
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
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_list_operations(b->access.aws, &keys, conn->id, OPERATIONS_MAX, &all, err);
    const struct mskc_operation *last = newest(&all);
    /* One that has ended says nothing new. */
    bool is_told = last != NULL && out->created_ms == last->created_ms &&
                   strcmp(out->state, last->state) == 0 && out->message[0] != '\0';
    if (last != NULL && !is_told) {
        take_operation(last, out);
        if (has_failed(last->state) &&
            mskc_describe_operation(b->access.aws, &keys, last->arn, &whole, NULL) == PT_OK)
            take_operation(&whole, out);
    }
    mskc_operations_done(&all);
    aws_keys_done(&keys);
    return code;
}

static pt_code changes(struct conn_backend *b, const struct conn *conn, struct conn_changes *out,
                       struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_operations all = {0};
    memset(out, 0, sizeof *out);
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_list_operations(b->access.aws, &keys, conn->id, OPERATIONS_MAX, &all, err);
    if (code == PT_OK) {
        out->items = calloc(all.n + 1, sizeof *out->items);
        for (; out->items != NULL && out->n < all.n; out->n++)
            take_operation(&all.items[out->n], &out->items[out->n]);
        mskc_operations_done(&all);
    }
    aws_keys_done(&keys);
    return code;
}

static pt_code read_one(struct conn_backend *b, const struct conn *conn, struct conn *fresh,
                        struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_connector whole;
    conn_init(fresh);
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_describe(b->access.aws, &keys, conn->id, &whole, err);
    aws_keys_done(&keys);
    if (code != PT_OK)
        return code;
    take(&whole, fresh);
    bool is_good = take_settings(&whole, fresh);
    mskc_connector_done(&whole);
    if (is_good)
        return PT_OK;
    conn_done(fresh);
    return pt_error_set(err, PT_ENOMEM, NULL, "MSK Connect: out of memory");
}

/* ------------------------------------------------------------------ changes */

typedef pt_code (*change_fn)(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct mskc_change *out, struct pt_error *err);

static pt_code change(struct conn_backend *b, const struct conn *conn, change_fn fn, char *said,
                      const char *what, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = fn(b->access.aws, &keys, conn->id, &out, err);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "%s", what);
    return code;
}

static pt_code restart(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                       char *said, struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_restart(b->access.aws, &keys, conn->id, is_failed_only, &out, err);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "%s",
             is_failed_only ? "the failed tasks are being restarted" : "it is being restarted");
    return code;
}

static pt_code pause_it(struct conn_backend *b, const struct conn *conn, char *said,
                        struct pt_error *err)
{
    return change(b, conn, mskc_pause, said, "it is being paused", err);
}

static pt_code resume_it(struct conn_backend *b, const struct conn *conn, char *said,
                         struct pt_error *err)
{
    return change(b, conn, mskc_resume, said, "it is being resumed", err);
}

static pt_code remove_it(struct conn_backend *b, const struct conn *conn, char *said,
                         struct pt_error *err)
{
    return change(b, conn, mskc_delete, said,
                  "it is being deleted; its group's offsets stay in Kafka", err);
}

static pt_code update(struct conn_backend *b, const struct conn *conn,
                      const struct conn_setting *settings, size_t n, char *said,
                      struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    cJSON *body = cJSON_CreateObject();
    cJSON *map = cJSON_AddObjectToObject(body, "connectorConfiguration");
    for (size_t i = 0; map != NULL && i < n; i++)
        cJSON_AddStringToObject(map, settings[i].name, settings[i].value);
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_update(b->access.aws, &keys, conn->id, conn->version, body, &out, err);
    aws_keys_done(&keys);
    json_free(body);
    snprintf(said, PT_REASON_MAX, "the change is under way: 5 to 15 minutes, Changes shows it");
    return code;
}

static pt_code create(struct conn_backend *b, const struct conn_creation *creation, char *said,
                      struct pt_error *err)
{
    struct aws_keys keys;
    struct mskc_change out;
    pt_code code = get_keys(b, &keys, err);
    if (code == PT_OK)
        code = mskc_create(b->access.aws, &keys, creation->body, &out, err);
    aws_keys_done(&keys);
    snprintf(said, PT_REASON_MAX, "it is being made: 5 to 15 minutes");
    return code;
}

const struct conn_backend_ops conn_mskconnect = {
    .name = "mskconnect",
    .title = "MSK Connect",
    .can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
           PT_CONN_CAN_UPDATE | PT_CONN_CAN_CREATE | PT_CONN_CAN_DELETE | PT_CONN_CAN_LOGS |
           PT_CONN_CAN_CHANGES,
    .list = list,
    .read = read_one,
    .is_list_brief = true,
    .last_change = last_change,
    .restart = restart,
    .pause = pause_it,
    .resume = resume_it,
    .update = update,
    .create = create,
    .remove = remove_it,
    .changes = changes,
};
