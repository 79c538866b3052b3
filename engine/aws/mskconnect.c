#include "aws/mskconnect.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/base64.h"
#include "base/url.h"
#include "base/wipe.h"
#include "pintop/stream.h"

enum { DETAIL_MS = 4000, PATH_MAX_BYTES = 1024 };

static pt_code mskconnect_no_memory(const char *operation, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "MSK Connect %s: out of memory", operation);
}

static pt_code mskconnect_too_long(const char *operation, struct pt_error *err)
{
    return pt_error_set(err, PT_EUSAGE, "Correct the ARN", "MSK Connect %s: the ARN is too long",
                        operation);
}

/* ------------------------------------------------------------------ connectors */

static void take_capacity(const cJSON *json, struct mskc_connector *out)
{
    const cJSON *fixed = json_find(json, "capacity.provisionedCapacity");
    const cJSON *scaled = json_find(json, "capacity.autoScaling");
    const cJSON *any = fixed != NULL ? fixed : scaled;
    out->mcu = (int32_t)json_int(any, "mcuCount", -1);
    out->workers = (int32_t)json_int(any, fixed != NULL ? "workerCount" : "minWorkerCount", -1);
    out->workers_max = (int32_t)json_int(scaled, "maxWorkerCount", -1);
}

static void mskconnect_take_connector(const cJSON *json, struct mskc_connector *out)
{
    memset(out, 0, sizeof *out);
    json_copy(json, "connectorArn", out->arn, sizeof out->arn);
    json_copy(json, "connectorName", out->name, sizeof out->name);
    json_copy(json, "connectorState", out->state, sizeof out->state);
    json_copy(json, "currentVersion", out->version, sizeof out->version);
    json_copy(json, "kafkaConnectVersion", out->connect_version, sizeof out->connect_version);
    json_copy(json, "serviceExecutionRoleArn", out->role_arn, sizeof out->role_arn);
    json_copy(json, "kafkaCluster.apacheKafkaCluster.bootstrapServers", out->bootstrap,
              sizeof out->bootstrap);
    json_copy(json, "kafkaClusterClientAuthentication.authenticationType", out->auth,
              sizeof out->auth);
    json_copy(json, "kafkaClusterEncryptionInTransit.encryptionType", out->encryption,
              sizeof out->encryption);
    json_copy(json, "stateDescription.code", out->code, sizeof out->code);
    json_copy(json, "stateDescription.message", out->message, sizeof out->message);
    const cJSON *plugin = cJSON_GetArrayItem(json_find(json, "plugins"), 0);
    json_copy(plugin, "customPlugin.customPluginArn", out->plugin_arn, sizeof out->plugin_arn);
    if (json_is_true(json, "logDelivery.workerLogDelivery.cloudWatchLogs.enabled"))
        json_copy(json, "logDelivery.workerLogDelivery.cloudWatchLogs.logGroup", out->log_group,
                  sizeof out->log_group);
    out->created_ms = json_time_ms(json, "creationTime", PT_UNKNOWN);
    take_capacity(json, out);
}

static pt_code mskconnect_take_settings(const cJSON *json, struct mskc_connector *out,
                                        struct pt_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_find(json, "connectorConfiguration"))
    {
        const char *value = cJSON_GetStringValue(item);
        struct mskc_setting *grown = aws_grow(out->settings, out->n_settings, sizeof *grown);
        if (grown == NULL)
            return mskconnect_no_memory("DescribeConnector", err);
        out->settings = grown;
        struct mskc_setting *setting = &grown[out->n_settings++];
        setting->name = strdup(item->string);
        setting->value = strdup(value != NULL ? value : "");
        if (setting->name == NULL || setting->value == NULL)
            return mskconnect_no_memory("DescribeConnector", err);
    }
    return PT_OK;
}

void mskc_connector_done(struct mskc_connector *connector)
{
    for (size_t i = 0; i < connector->n_settings; i++) {
        struct mskc_setting *setting = &connector->settings[i];
        free(setting->name);
        wipe_text(setting->value);
    }
    free(connector->settings);
    memset(connector, 0, sizeof *connector);
}

static pt_code add_connector(void *arg, const cJSON *item, struct pt_error *err)
{
    struct mskc_connectors *list = arg;
    struct mskc_connector *grown = aws_grow(list->items, list->n, sizeof *grown);
    if (grown == NULL)
        return mskconnect_no_memory("ListConnectors", err);
    list->items = grown;
    mskconnect_take_connector(item, &grown[list->n++]);
    return PT_OK;
}

/* prefix_name is the name of the query parameter. */
static pt_code mskconnect_list(struct aws_client *client, const struct aws_keys *keys,
                               struct aws_listing *listing, const char *prefix_name,
                               const char *prefix, bool *is_truncated, struct pt_error *err)
{
    struct buf query;
    buf_init(&query, 1024);
    if (prefix != NULL)
        aws_form_add(&query, prefix_name, prefix);
    aws_form_add(&query, "maxResults", "100");
    listing->service = &aws_mskconnect;
    listing->query = query.is_over ? "" : query.data;
    pt_code code = aws_list(client, keys, listing, is_truncated, err);
    buf_done(&query);
    return code;
}

pt_code mskc_list(struct aws_client *client, const struct aws_keys *keys, const char *prefix,
                  size_t limit, struct mskc_connectors *out, struct pt_error *err)
{
    struct aws_listing listing = {.operation = "ListConnectors",
                                  .path = "/v1/connectors",
                                  .list = "connectors",
                                  .limit = limit,
                                  .each = add_connector,
                                  .arg = out,
                                  .is_regular = true,
                                  .n_pages = &out->n_pages};
    memset(out, 0, sizeof *out);
    pt_code code = mskconnect_list(client, keys, &listing, "connectorNamePrefix", prefix,
                                   &out->is_truncated, err);
    if (code != PT_OK)
        mskc_connectors_done(out);
    return code;
}

void mskc_connectors_done(struct mskc_connectors *connectors)
{
    for (size_t i = 0; i < connectors->n; i++)
        mskc_connector_done(&connectors->items[i]);
    free(connectors->items);
    memset(connectors, 0, sizeof *connectors);
}

static pt_code mskconnect_get(struct aws_client *client, const struct aws_keys *keys,
                              const char *operation, const char *before, const char *arn,
                              cJSON **json, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    /* The details of the connectors are requested one after another, so one slow call must not
     * delay all. */
    const struct aws_call call = {.service = &aws_mskconnect,
                                  .operation = operation,
                                  .method = "GET",
                                  .path = path,
                                  .call_ms = DETAIL_MS,
                                  .attempts = 1};
    *json = NULL;
    if (!url_path(path, sizeof path, before, arn, ""))
        return mskconnect_too_long(operation, err);
    return aws_call_json(client, keys, &call, json, err);
}

pt_code mskc_describe(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                      struct mskc_connector *out, struct pt_error *err)
{
    cJSON *json;
    memset(out, 0, sizeof *out);
    pt_code code =
        mskconnect_get(client, keys, "DescribeConnector", "/v1/connectors/", arn, &json, err);
    if (code == PT_OK) {
        mskconnect_take_connector(json, out);
        code = mskconnect_take_settings(json, out, err);
    }
    if (code != PT_OK)
        mskc_connector_done(out);
    json_free(json);
    return code;
}

/* ------------------------------------------------------------------ changes */

static void take_change(const cJSON *json, struct mskc_change *out)
{
    static const char *const arns[] = {"connectorArn", "customPluginArn", "workerConfigurationArn"};
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < 3 && out->arn[0] == '\0'; i++)
        json_copy(json, arns[i], out->arn, sizeof out->arn);
    json_copy(json, "connectorName", out->name, sizeof out->name);
    if (out->name[0] == '\0')
        json_copy(json, "name", out->name, sizeof out->name);
    json_copy(json, "connectorState", out->state, sizeof out->state);
    if (out->state[0] == '\0')
        json_copy(json, "customPluginState", out->state, sizeof out->state);
    json_copy(json, "connectorOperationArn", out->operation_arn, sizeof out->operation_arn);
    out->revision = json_int(json, "revision", json_int(json, "latestRevision.revision", -1));
}

/* body is NULL for none. */
static pt_code mskconnect_change(struct aws_client *client, const struct aws_keys *keys,
                                 struct aws_call *call, const cJSON *body, struct mskc_change *out,
                                 struct pt_error *err)
{
    cJSON *json;
    char *text = body != NULL ? cJSON_PrintUnformatted(body) : NULL;
    memset(out, 0, sizeof *out);
    if (body != NULL && text == NULL)
        return mskconnect_no_memory(call->operation, err);
    call->service = &aws_mskconnect;
    call->content_type = body != NULL ? "application/json" : NULL;
    call->body = text;
    call->body_len = text != NULL ? strlen(text) : 0;
    pt_code code = aws_call_json(client, keys, call, &json, err);
    if (code == PT_OK)
        take_change(json, out);
    json_free(json);
    wipe_text(text); /* a configuration may hold secrets */
    return code;
}

pt_code mskc_create(struct aws_client *client, const struct aws_keys *keys, const cJSON *body,
                    struct mskc_change *out, struct pt_error *err)
{
    struct aws_call call = {.operation = "CreateConnector", .path = "/v1/connectors"};
    return mskconnect_change(client, keys, &call, body, out, err);
}

pt_code mskc_update(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    const char *version, const cJSON *body, struct mskc_change *out,
                    struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    struct buf query;
    struct aws_call call = {.operation = "UpdateConnector", .method = "PUT", .path = path};
    if (!url_path(path, sizeof path, "/v1/connectors/", arn, ""))
        return mskconnect_too_long(call.operation, err);
    buf_init(&query, 1024);
    aws_form_add(&query, "currentVersion", version);
    call.query = query.data;
    pt_code code = mskconnect_change(client, keys, &call, body, out, err);
    buf_done(&query);
    return code;
}

static pt_code mskconnect_change_at(struct aws_client *client, const struct aws_keys *keys,
                                    struct aws_call call, const char *below, const char *arn,
                                    const char *after, struct mskc_change *out,
                                    struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    call.path = path;
    if (!url_path(path, sizeof path, below, arn, after))
        return mskconnect_too_long(call.operation, err);
    return mskconnect_change(client, keys, &call, NULL, out, err);
}

static pt_code mskconnect_act(struct aws_client *client, const struct aws_keys *keys,
                              const char *operation, const char *method, const char *arn,
                              const char *after, const char *query, struct mskc_change *out,
                              struct pt_error *err)
{
    struct aws_call call = {.operation = operation, .method = method, .query = query};
    return mskconnect_change_at(client, keys, call, "/v1/connectors/", arn, after, out, err);
}

pt_code mskc_delete(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    struct mskc_change *out, struct pt_error *err)
{
    return mskconnect_act(client, keys, "DeleteConnector", "DELETE", arn, "", NULL, out, err);
}

pt_code mskc_pause(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                   struct mskc_change *out, struct pt_error *err)
{
    return mskconnect_act(client, keys, "PauseConnector", "PUT", arn, "/pause", NULL, out, err);
}

pt_code mskc_resume(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    struct mskc_change *out, struct pt_error *err)
{
    return mskconnect_act(client, keys, "ResumeConnector", "PUT", arn, "/resume", NULL, out, err);
}

pt_code mskc_restart(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                     bool is_failed_only, struct mskc_change *out, struct pt_error *err)
{
    return mskconnect_act(client, keys, "RestartConnector", "POST", arn, "/restart",
                          is_failed_only ? "onlyFailedTasks=true" : NULL, out, err);
}

/* ------------------------------------------------------------------ operations */

static void mskconnect_take_operation(const cJSON *json, struct mskc_operation *out)
{
    const cJSON *step;
    memset(out, 0, sizeof *out);
    json_copy(json, "connectorOperationArn", out->arn, sizeof out->arn);
    json_copy(json, "connectorOperationType", out->type, sizeof out->type);
    json_copy(json, "connectorOperationState", out->state, sizeof out->state);
    json_copy(json, "errorInfo.code", out->code, sizeof out->code);
    json_copy(json, "errorInfo.message", out->message, sizeof out->message);
    out->created_ms = json_time_ms(json, "creationTime", PT_UNKNOWN);
    out->ended_ms = json_time_ms(json, "endTime", PT_UNKNOWN);
    cJSON_ArrayForEach(step, json_find(json, "operationSteps"))
    {
        const char *state = json_get(step, "stepState");
        if (state == NULL || strcmp(state, "COMPLETED") == 0 || out->step[0] != '\0')
            continue;
        json_copy(step, "stepType", out->step, sizeof out->step);
        json_copy(step, "stepState", out->step_state, sizeof out->step_state);
    }
}

static pt_code add_operation(void *arg, const cJSON *item, struct pt_error *err)
{
    struct mskc_operations *all = arg;
    struct mskc_operation *grown = aws_grow(all->items, all->n, sizeof *grown);
    if (grown == NULL)
        return mskconnect_no_memory("ListConnectorOperations", err);
    all->items = grown;
    mskconnect_take_operation(item, &grown[all->n++]);
    return PT_OK;
}

pt_code mskc_list_operations(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, size_t limit, struct mskc_operations *out,
                             struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    struct aws_listing listing = {.operation = "ListConnectorOperations",
                                  .path = path,
                                  .list = "connectorOperations",
                                  .limit = limit,
                                  .each = add_operation,
                                  .arg = out};
    memset(out, 0, sizeof *out);
    if (!url_path(path, sizeof path, "/v1/connectors/", arn, "/operations"))
        return mskconnect_too_long(listing.operation, err);
    pt_code code = mskconnect_list(client, keys, &listing, NULL, NULL, &out->is_truncated, err);
    if (code != PT_OK)
        mskc_operations_done(out);
    return code;
}

void mskc_operations_done(struct mskc_operations *operations)
{
    free(operations->items);
    memset(operations, 0, sizeof *operations);
}

pt_code mskc_describe_operation(struct aws_client *client, const struct aws_keys *keys,
                                const char *operation_arn, struct mskc_operation *out,
                                struct pt_error *err)
{
    cJSON *json;
    memset(out, 0, sizeof *out);
    pt_code code = mskconnect_get(client, keys, "DescribeConnectorOperation",
                                  "/v1/connectorOperations/", operation_arn, &json, err);
    if (code == PT_OK)
        mskconnect_take_operation(json, out);
    json_free(json);
    return code;
}

/* ------------------------------------------------------------------ plugins */

static void take_plugin(const cJSON *json, struct mskc_plugin *out)
{
    const cJSON *revision = json_find(json, "latestRevision");
    memset(out, 0, sizeof *out);
    json_copy(json, "customPluginArn", out->arn, sizeof out->arn);
    json_copy(json, "name", out->name, sizeof out->name);
    json_copy(json, "customPluginState", out->state, sizeof out->state);
    json_copy(json, "stateDescription.code", out->code, sizeof out->code);
    json_copy(json, "stateDescription.message", out->message, sizeof out->message);
    json_copy(revision, "location.s3Location.bucketArn", out->bucket_arn, sizeof out->bucket_arn);
    json_copy(revision, "location.s3Location.fileKey", out->file_key, sizeof out->file_key);
    json_copy(revision, "fileDescription.fileMd5", out->file_md5, sizeof out->file_md5);
    out->revision = json_int(revision, "revision", -1);
    out->file_bytes = json_int(revision, "fileDescription.fileSize", -1);
    out->created_ms = json_time_ms(json, "creationTime", PT_UNKNOWN);
}

static pt_code add_plugin(void *arg, const cJSON *item, struct pt_error *err)
{
    struct mskc_plugins *all = arg;
    struct mskc_plugin *grown = aws_grow(all->items, all->n, sizeof *grown);
    if (grown == NULL)
        return mskconnect_no_memory("ListCustomPlugins", err);
    all->items = grown;
    take_plugin(item, &grown[all->n++]);
    return PT_OK;
}

pt_code mskc_list_plugins(struct aws_client *client, const struct aws_keys *keys,
                          const char *prefix, size_t limit, struct mskc_plugins *out,
                          struct pt_error *err)
{
    struct aws_listing listing = {.operation = "ListCustomPlugins",
                                  .path = "/v1/custom-plugins",
                                  .list = "customPlugins",
                                  .limit = limit,
                                  .each = add_plugin,
                                  .arg = out};
    memset(out, 0, sizeof *out);
    pt_code code =
        mskconnect_list(client, keys, &listing, "namePrefix", prefix, &out->is_truncated, err);
    if (code != PT_OK)
        mskc_plugins_done(out);
    return code;
}

void mskc_plugins_done(struct mskc_plugins *plugins)
{
    free(plugins->items);
    memset(plugins, 0, sizeof *plugins);
}

pt_code mskc_describe_plugin(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct mskc_plugin *out, struct pt_error *err)
{
    cJSON *json;
    memset(out, 0, sizeof *out);
    pt_code code = mskconnect_get(client, keys, "DescribeCustomPlugin", "/v1/custom-plugins/", arn,
                                  &json, err);
    if (code == PT_OK)
        take_plugin(json, out);
    json_free(json);
    return code;
}

pt_code mskc_create_plugin(struct aws_client *client, const struct aws_keys *keys, const char *name,
                           const char *bucket_arn, const char *file_key, struct mskc_change *out,
                           struct pt_error *err)
{
    struct aws_call call = {.operation = "CreateCustomPlugin", .path = "/v1/custom-plugins"};
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "name", name);
    cJSON_AddStringToObject(body, "contentType", "ZIP");
    cJSON *at = cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "location"), "s3Location");
    cJSON_AddStringToObject(at, "bucketArn", bucket_arn);
    cJSON_AddStringToObject(at, "fileKey", file_key);
    pt_code code = mskconnect_change(client, keys, &call, body, out, err);
    cJSON_Delete(body);
    return code;
}

pt_code mskc_delete_plugin(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                           struct mskc_change *out, struct pt_error *err)
{
    struct aws_call call = {.operation = "DeleteCustomPlugin", .method = "DELETE"};
    return mskconnect_change_at(client, keys, call, "/v1/custom-plugins/", arn, "", out, err);
}
