#include "aws/cloudwatch.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/text.h"
#include "pintop/stream.h"

#define PREFIX "GraniteServiceVersion20100801."

enum { PAGES_MAX = 100 };

static pt_code cloudwatch_no_memory(const char *operation, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "CloudWatch %s: out of memory", operation);
}

static pt_code cloudwatch_ask(struct aws_client *client, const struct aws_keys *keys,
                              const char *operation, const char *target, const cJSON *body,
                              cJSON **json, struct pt_error *err)
{
    char *text = cJSON_PrintUnformatted(body);
    *json = NULL;
    if (text == NULL)
        return cloudwatch_no_memory(operation, err);
    const struct aws_call call = {.service = &aws_cloudwatch,
                                  .operation = operation,
                                  .target = target,
                                  .content_type = "application/x-amz-json-1.0",
                                  .body = text,
                                  .body_len = strlen(text)};
    pt_code code = aws_call_json(client, keys, &call, json, err);
    free(text);
    return code;
}

static void add_dimension(cJSON *list, const struct cw_dimension *dimension)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "Name", dimension->name);
    if (dimension->value != NULL)
        cJSON_AddStringToObject(item, "Value", dimension->value);
    cJSON_AddItemToArray(list, item);
}

/* ------------------------------------------------------------------ GetMetricData */

static void add_query(cJSON *list, const struct cw_query *query)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddItemToArray(list, item);
    cJSON_AddStringToObject(item, "Id", query->id);
    if (query->expression != NULL) {
        cJSON_AddStringToObject(item, "Expression", query->expression);
        return;
    }
    cJSON *stat = cJSON_AddObjectToObject(item, "MetricStat");
    cJSON *metric = cJSON_AddObjectToObject(stat, "Metric");
    cJSON_AddStringToObject(metric, "Namespace", query->space);
    cJSON_AddStringToObject(metric, "MetricName", query->metric);
    cJSON *dimensions = cJSON_AddArrayToObject(metric, "Dimensions");
    for (size_t i = 0; i < CW_DIMENSIONS_MAX && query->dimensions[i].name != NULL; i++)
        add_dimension(dimensions, &query->dimensions[i]);
    cJSON_AddNumberToObject(stat, "Period", query->period_s);
    cJSON_AddStringToObject(stat, "Stat", query->stat);
}

/* A page may continue a series of the previous page. */
static struct cw_series *find_series(struct cw_data *data, const char *id, const char *label)
{
    for (size_t i = 0; i < data->n; i++)
        if (strcmp(data->series[i].id, id) == 0 && strcmp(data->series[i].label, label) == 0)
            return &data->series[i];
    struct cw_series *grown = aws_grow(data->series, data->n, sizeof *grown);
    if (grown == NULL)
        return NULL;
    data->series = grown;
    struct cw_series *series = &grown[data->n++];
    text_copy(series->id, sizeof series->id, id);
    text_copy(series->label, sizeof series->label, label);
    return series;
}

static bool add_points(struct cw_series *series, const cJSON *result)
{
    const cJSON *times = json_find(result, "Timestamps"), *values = json_find(result, "Values");
    size_t n = (size_t)cJSON_GetArraySize(times);
    const cJSON *time = times != NULL ? times->child : NULL;
    const cJSON *value = values != NULL ? values->child : NULL;
    if (n == 0)
        return true;
    int64_t *times_ms = realloc(series->times_ms, (series->n + n) * sizeof *times_ms);
    if (times_ms == NULL)
        return false;
    series->times_ms = times_ms;
    double *numbers = realloc(series->values, (series->n + n) * sizeof *numbers);
    if (numbers == NULL)
        return false;
    series->values = numbers;
    for (; time != NULL && value != NULL; time = time->next, value = value->next) {
        if (!cJSON_IsNumber(value))
            continue;
        series->times_ms[series->n] = json_time_ms(time, "", PT_UNKNOWN);
        series->values[series->n++] = value->valuedouble;
    }
    return true;
}

static bool cloudwatch_take_page(const cJSON *json, struct cw_data *out)
{
    const cJSON *result;
    cJSON_ArrayForEach(result, json_find(json, "MetricDataResults"))
    {
        char id[sizeof out->series->id], label[sizeof out->series->label];
        json_copy(result, "Id", id, sizeof id);
        json_copy(result, "Label", label, sizeof label);
        struct cw_series *series = find_series(out, id, label);
        if (series == NULL || !add_points(series, result))
            return false;
        json_copy(result, "StatusCode", series->status, sizeof series->status);
    }
    return true;
}

pt_code cw_get_metric_data(struct aws_client *client, const struct aws_keys *keys,
                           const struct cw_query *queries, size_t n, int64_t start_s, int64_t end_s,
                           struct cw_data *out, struct pt_error *err)
{
    cJSON *body = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(body, "MetricDataQueries");
    pt_code code = PT_OK;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++)
        add_query(list, &queries[i]);
    cJSON_AddNumberToObject(body, "StartTime", (double)start_s);
    cJSON_AddNumberToObject(body, "EndTime", (double)end_s);
    for (int page = 0; code == PT_OK && page < PAGES_MAX; page++) {
        cJSON *json;
        code =
            cloudwatch_ask(client, keys, "GetMetricData", PREFIX "GetMetricData", body, &json, err);
        if (code == PT_OK && !cloudwatch_take_page(json, out))
            code = cloudwatch_no_memory("GetMetricData", err);
        const char *next = json_get(json, "NextToken");
        bool is_last = next == NULL || *next == '\0';
        cJSON_DeleteItemFromObject(body, "NextToken");
        if (!is_last)
            cJSON_AddStringToObject(body, "NextToken", next);
        json_free(json);
        if (is_last)
            break;
    }
    cJSON_Delete(body);
    if (code != PT_OK)
        cw_data_done(out);
    return code;
}

void cw_data_done(struct cw_data *data)
{
    for (size_t i = 0; i < data->n; i++) {
        free(data->series[i].times_ms);
        free(data->series[i].values);
    }
    free(data->series);
    memset(data, 0, sizeof *data);
}
