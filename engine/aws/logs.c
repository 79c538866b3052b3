#include "aws/logs.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/clock.h"
#include "pintop/stream.h"

#define PREFIX "Logs_20140328."

enum { PAGES_MAX = 100, PAGE_EVENTS = 10000 };

static pt_code logs_no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "CloudWatch Logs: out of memory");
}

static bool logs_take_page(const cJSON *json, size_t limit, struct logs_events *out)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_find(json, "events"))
    {
        if (out->n == limit)
            break;
        struct logs_event *grown = aws_grow(out->items, out->n, sizeof *grown);
        if (grown == NULL)
            return false;
        out->items = grown;
        struct logs_event *event = &grown[out->n++];
        const char *text = json_get(item, "message");
        event->time_ms = json_int(item, "timestamp", PT_UNKNOWN);
        json_copy(item, "eventId", event->id, sizeof event->id);
        json_copy(item, "logStreamName", event->stream, sizeof event->stream);
        event->text = strdup(text != NULL ? text : "");
        if (event->text == NULL)
            return false;
    }
    return true;
}

static cJSON *body_of(const struct logs_filter *filter)
{
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "logGroupName", filter->group);
    if (filter->stream_prefix != NULL)
        cJSON_AddStringToObject(body, "logStreamNamePrefix", filter->stream_prefix);
    if (filter->start_ms != PT_UNKNOWN)
        cJSON_AddNumberToObject(body, "startTime", (double)filter->start_ms);
    if (filter->end_ms != PT_UNKNOWN)
        cJSON_AddNumberToObject(body, "endTime", (double)filter->end_ms);
    if (filter->pattern != NULL)
        cJSON_AddStringToObject(body, "filterPattern", filter->pattern);
    if (filter->is_newest)
        cJSON_AddFalseToObject(body, "startFromHead");
    cJSON_AddNumberToObject(body, "limit",
                            (double)(filter->limit < PAGE_EVENTS ? filter->limit : PAGE_EVENTS));
    return body;
}

static pt_code logs_ask(struct aws_client *client, const struct aws_keys *keys,
                        const char *operation, const char *target, const cJSON *body, cJSON **json,
                        struct pt_error *err)
{
    char *text = cJSON_PrintUnformatted(body);
    *json = NULL;
    if (text == NULL)
        return logs_no_memory(err);
    const struct aws_call call = {.service = &aws_logs,
                                  .operation = operation,
                                  .target = target,
                                  .content_type = "application/x-amz-json-1.1",
                                  .body = text,
                                  .body_len = strlen(text)};
    pt_code code = aws_call_json(client, keys, &call, json, err);
    free(text);
    return code;
}

/* When asked for from the end, events come newest first, also those of one moment. */
static void put_in_order(struct logs_events *events)
{
    size_t n = events->n;
    if (n < 2 || events->items[0].time_ms < events->items[n - 1].time_ms)
        return;
    for (size_t i = 0; i < n / 2; i++) {
        struct logs_event event = events->items[i];
        events->items[i] = events->items[n - 1 - i];
        events->items[n - 1 - i] = event;
    }
}

pt_code logs_filter_events(struct aws_client *client, const struct aws_keys *keys,
                           const struct logs_filter *filter, struct logs_events *out,
                           struct pt_error *err)
{
    cJSON *body = body_of(filter);
    bool is_last = false;
    pt_code code = PT_OK;
    memset(out, 0, sizeof *out);
    for (int page = 0; code == PT_OK && !is_last && page < PAGES_MAX && out->n < filter->limit;
         page++) {
        cJSON *json;
        code =
            logs_ask(client, keys, "FilterLogEvents", PREFIX "FilterLogEvents", body, &json, err);
        if (code == PT_OK && !logs_take_page(json, filter->limit, out))
            code = logs_no_memory(err);
        const char *next = json_get(json, "nextToken");
        is_last = next == NULL;
        cJSON_DeleteItemFromObject(body, "nextToken");
        if (!is_last)
            cJSON_AddStringToObject(body, "nextToken", next);
        json_free(json);
    }
    out->is_truncated = code == PT_OK && !is_last;
    if (filter->is_newest)
        put_in_order(out);
    cJSON_Delete(body);
    if (code != PT_OK)
        logs_events_done(out);
    return code;
}

void logs_events_done(struct logs_events *events)
{
    for (size_t i = 0; i < events->n; i++)
        free(events->items[i].text);
    free(events->items);
    memset(events, 0, sizeof *events);
}

static pt_code logs_create_group(struct aws_client *client, const struct aws_keys *keys,
                                 const char *group, struct pt_error *err)
{
    cJSON *json, *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "logGroupName", group);
    pt_code code =
        logs_ask(client, keys, "CreateLogGroup", PREFIX "CreateLogGroup", body, &json, err);
    json_free(json);
    cJSON_Delete(body);
    return code;
}

/* Whether events may be asked for there: then it exists. */
static bool is_log_group_there(struct aws_client *client, const struct aws_keys *keys,
                               const char *group)
{
    struct logs_events events;
    int64_t now_ms = clock_real_ms();
    const struct logs_filter filter = {
        .group = group, .start_ms = now_ms, .end_ms = now_ms, .limit = 1};
    bool is_there = logs_filter_events(client, keys, &filter, &events, NULL) == PT_OK;
    if (is_there)
        logs_events_done(&events);
    return is_there;
}

pt_code logs_need_group(struct aws_client *client, const struct aws_keys *keys, const char *group,
                        bool *is_created, struct pt_error *err)
{
    pt_code code = logs_create_group(client, keys, group, err);
    if (is_created != NULL)
        *is_created = code == PT_OK;
    if (code == PT_EEXISTS || (code == PT_EAUTH && is_log_group_there(client, keys, group)))
        return PT_OK;
    return code;
}
