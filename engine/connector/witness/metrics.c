/* AWS/KafkaConnect, dimension ConnectorName, one minute: CloudWatch's metrics of many connectors
 * in one call. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cloudwatch.h"
#include "connector/witness/ask.h"

enum { MINUTE_MS = 60000, FRESH_MS = 10 * MINUTE_MS };
enum metric { RUNNING, ERRORED, WORKERS, READ_RATE, SEND_RATE, TURNS, METRICS };

static const struct {
    const char *id, *name, *stat;
} metrics[METRICS] = {
    [RUNNING] = {"running",  "RunningTaskCount",        "Maximum"},
    [ERRORED] = {"errored",  "ErroredTaskCount",        "Maximum"},
    [WORKERS] = {"workers",  "WorkerCount",             "Maximum"},
    [READ_RATE] = {"readrate", "SinkRecordReadRate",      "Average"},
    [SEND_RATE] = {"sendrate", "SinkRecordSendRate",      "Average"},
    [TURNS] = {"turns",    "RebalanceCompletedTotal", "Maximum"},
};

/* The answers to one request: a series for each metric; NULL when CloudWatch left it out. */
struct answers {
    const struct cw_series *series[METRICS];
};

/* Writes "m12_running" for the 12th connector. */
static void write_id(size_t connector, size_t metric, char *id, size_t cap)
{
    snprintf(id, cap, "m%zu_%s", connector, metrics[metric].id);
}

/* Assigns each series to its connector. all has n entries. */
static void sort_out(const struct cw_data *data, struct answers *all, size_t n)
{
    for (size_t i = 0; i < data->n; i++) {
        const struct cw_series *series = &data->series[i];
        char *name;
        size_t connector = series->id[0] == 'm' ? strtoul(series->id + 1, &name, 10) : n;
        for (size_t m = 0; connector < n && *name == '_' && m < METRICS; m++)
            if (strcmp(name + 1, metrics[m].id) == 0)
                all[connector].series[m] = series;
    }
}

/* Returns the newest value, unless it is old; otherwise NAN. */
static double metrics_newest(const struct cw_series *series, int64_t now_ms)
{
    if (series == NULL || series->n == 0 || now_ms - series->times_ms[0] > FRESH_MS)
        return NAN;
    return series->values[0];
}

static int64_t newest_ms(const struct answers *a)
{
    int64_t found = PT_UNKNOWN;
    for (size_t m = 0; m < METRICS; m++) {
        const struct cw_series *series = a->series[m];
        if (series != NULL && series->n > 0 && (found == PT_UNKNOWN || series->times_ms[0] > found))
            found = series->times_ms[0];
    }
    return found;
}

/* Reads why a connector has no data, if CloudWatch says so. */
static void read_status(const struct answers *a, const char *connector, struct pt_error *err)
{
    err->code = PT_OK;
    for (size_t m = 0; m < METRICS; m++) {
        const struct cw_series *series = a->series[m];
        if (series == NULL || series->n > 0 || series->status[0] == '\0' ||
            strcmp(series->status, "Complete") == 0 || strcmp(series->status, "PartialData") == 0)
            continue;
        pt_error_set(err, PT_EIO, "Poll again with r; if it happens again, ask AWS support",
                     "CloudWatch GetMetricData: %s for %s of %s", series->status, metrics[m].name,
                     connector);
        return;
    }
}

/* Returns since when it has been above 0 without a break; the newest sample comes first. */
static int64_t above_since(const struct cw_series *series)
{
    int64_t since = PT_UNKNOWN;
    for (size_t i = 0; series != NULL && i < series->n && series->values[i] > 0; i++)
        since = series->times_ms[i];
    return since;
}

/* Returns the growth in the last hour; a smaller total than before means that the workers
 * restarted. */
static double metrics_growth(const struct cw_series *series)
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

static void metrics_take(const struct answers *a, int64_t since_ms, int64_t now_ms,
                         struct conn_metrics *out)
{
    out->running = metrics_newest(a->series[RUNNING], now_ms);
    out->errored = metrics_newest(a->series[ERRORED], now_ms);
    out->workers = metrics_newest(a->series[WORKERS], now_ms);
    out->read_per_s = metrics_newest(a->series[READ_RATE], now_ms);
    out->send_per_s = metrics_newest(a->series[SEND_RATE], now_ms);
    out->rebalances_per_h = metrics_growth(a->series[TURNS]);
    out->newest_ms = newest_ms(a);
    out->failed_since_ms = above_since(a->series[ERRORED]);
    take_series(a->series[READ_RATE], since_ms, out);
}

static pt_code metrics_no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "CloudWatch GetMetricData: out of memory");
}

/* data: out, cw_data_done. */
static pt_code metrics_ask_all(struct aws_client *client, const struct aws_keys *keys,
                               const struct metrics_ask *asks, size_t n, int64_t since_s,
                               int64_t now_s, struct cw_data *data, struct pt_error *err)
{
    struct cw_query *queries = calloc(n * METRICS + 1, sizeof *queries);
    char(*ids)[32] = calloc(n * METRICS + 1, sizeof *ids);
    bool has_all = queries != NULL && ids != NULL;
    for (size_t i = 0; has_all && i < n * METRICS; i++) {
        size_t connector = i / METRICS, metric = i % METRICS;
        write_id(connector, metric, ids[i], sizeof ids[i]);
        queries[i] = (struct cw_query){.id = ids[i],
                                       .space = "AWS/KafkaConnect",
                                       .metric = metrics[metric].name,
                                       .dimensions = {{"ConnectorName", asks[connector].connector}},
                                       .period_s = 60,
                                       .stat = metrics[metric].stat};
    }
    pt_code code =
        has_all ? cw_get_metric_data(client, keys, queries, n * METRICS, since_s, now_s, data, err)
                : metrics_no_memory(err);
    free(queries);
    free(ids);
    return code;
}

pt_code ask_metrics(struct aws_client *client, const struct aws_keys *keys,
                    struct metrics_ask *asks, size_t n, int64_t since_ms, struct pt_error *err)
{
    struct cw_data data = {0};
    int64_t now_ms = aws_now_s(client) * 1000;
    struct answers *all = calloc(n + 1, sizeof *all);
    assert(n * METRICS <= CW_QUERIES_MAX);
    if (all == NULL)
        return metrics_no_memory(err);
    pt_code code =
        metrics_ask_all(client, keys, asks, n, since_ms / 1000, now_ms / 1000, &data, err);
    if (code == PT_OK)
        sort_out(&data, all, n);
    for (size_t i = 0; code == PT_OK && i < n; i++) {
        memset(asks[i].out, 0, sizeof *asks[i].out);
        metrics_take(&all[i], since_ms, now_ms, asks[i].out);
        read_status(&all[i], asks[i].connector, &asks[i].error);
    }
    free(all);
    cw_data_done(&data);
    return code;
}
