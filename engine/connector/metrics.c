/* AWS/KafkaConnect, dimension ConnectorName, one minute: what CloudWatch knows of a connector. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aws/cloudwatch.h"
#include "connector/ask.h"

enum { MINUTE_MS = 60000, METRICS = 6, FRESH_MS = 10 * MINUTE_MS };

static const struct {
    const char *id, *name, *stat;
} metrics[METRICS] = {
    {"running",  "RunningTaskCount",        "Maximum"},
    {"errored",  "ErroredTaskCount",        "Maximum"},
    {"workers",  "WorkerCount",             "Maximum"},
    {"readrate", "SinkRecordReadRate",      "Average"},
    {"sendrate", "SinkRecordSendRate",      "Average"},
    {"turns",    "RebalanceCompletedTotal", "Maximum"},
};

static const struct cw_series *find(const struct cw_data *data, const char *id)
{
    for (size_t i = 0; i < data->n; i++)
        if (strcmp(data->series[i].id, id) == 0)
            return &data->series[i];
    return NULL;
}

/* The newest value, as long as it isn't old; NAN. */
static double newest(const struct cw_data *data, const char *id, int64_t now_ms)
{
    const struct cw_series *series = find(data, id);
    if (series == NULL || series->n == 0 || now_ms - series->times_ms[0] > FRESH_MS)
        return NAN;
    return series->values[0];
}

static int64_t newest_ms(const struct cw_data *data)
{
    int64_t found = PT_UNKNOWN;
    for (size_t i = 0; i < data->n; i++)
        if (data->series[i].n > 0 && (found == PT_UNKNOWN || data->series[i].times_ms[0] > found))
            found = data->series[i].times_ms[0];
    return found;
}

/* Since when it has been above 0 without a break; newest first. */
static int64_t above_since(const struct cw_series *series)
{
    int64_t since = PT_UNKNOWN;
    for (size_t i = 0; series != NULL && i < series->n && series->values[i] > 0; i++)
        since = series->times_ms[i];
    return since;
}

/* Growth in the last hour; a smaller total than before means that the workers began anew. */
static double growth(const struct cw_series *series)
{
    double sum = 0;
    if (series == NULL || series->n < 2)
        return NAN;
    for (size_t i = 0; i + 1 < series->n; i++) {
        if (series->times_ms[0] - series->times_ms[i + 1] > 60 * MINUTE_MS)
            break;
        double by = series->values[i] - series->values[i + 1];
        sum += by > 0 ? by : 0;
    }
    return sum;
}

static void take_series(const struct cw_series *series, int64_t since_ms, struct conn_metrics *out)
{
    out->first_ms = since_ms / MINUTE_MS * MINUTE_MS;
    out->n = CONN_SERIES;
    for (size_t i = 0; i < CONN_SERIES; i++)
        out->read[i] = NAN;
    for (size_t i = 0; series != NULL && i < series->n; i++) {
        int64_t at = (series->times_ms[i] - out->first_ms) / MINUTE_MS;
        if (at >= 0 && at < CONN_SERIES)
            out->read[at] = (float)series->values[i];
    }
}

pt_code ask_metrics(struct aws_client *client, const struct aws_keys *keys, const char *connector,
                    int64_t since_ms, struct conn_metrics *out, struct pt_error *err)
{
    struct cw_query queries[METRICS];
    struct cw_data data;
    int64_t now_ms = aws_now_s(client) * 1000;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < METRICS; i++)
        queries[i] = (struct cw_query){.id = metrics[i].id,
                                       .space = "AWS/KafkaConnect",
                                       .metric = metrics[i].name,
                                       .dimensions = {{"ConnectorName", connector}},
                                       .period_s = 60,
                                       .stat = metrics[i].stat};
    pt_code code = cw_get_metric_data(client, keys, queries, METRICS, since_ms / 1000,
                                      now_ms / 1000, &data, err);
    if (code != PT_OK)
        return code;
    out->running = newest(&data, "running", now_ms);
    out->errored = newest(&data, "errored", now_ms);
    out->workers = newest(&data, "workers", now_ms);
    out->read_per_s = newest(&data, "readrate", now_ms);
    out->send_per_s = newest(&data, "sendrate", now_ms);
    out->rebalances_per_h = growth(find(&data, "turns"));
    out->newest_ms = newest_ms(&data);
    out->failed_since_ms = above_since(find(&data, "errored"));
    take_series(find(&data, "readrate"), since_ms, out);
    cw_data_done(&data);
    return PT_OK;
}
