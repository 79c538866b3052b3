/* Amazon CloudWatch (2010-08-01), by its JSON 1.0 protocol: metrics. GetMetricData is charged
 * per metric. Thread: the client's. */
#ifndef AWS_CLOUDWATCH_H
#define AWS_CLOUDWATCH_H

#include "aws/client.h"

enum { CW_DIMENSIONS_MAX = 8, CW_QUERIES_MAX = 500 };

struct cw_dimension {
    const char *name, *value;
};
struct cw_query {
    const char *id; /* ^[a-z][A-Za-z0-9_]*$, once each */
    const char *space, *metric;
    struct cw_dimension dimensions[CW_DIMENSIONS_MAX]; /* up to a NULL name */
    int32_t period_s;
    const char *stat;       /* "Average", "Maximum", "Sum" */
    const char *expression; /* instead of a metric; NULL none */
};

/* Newest first, n entries. An expression may return several series with one id. */
struct cw_series {
    char id[64], label[256];
    char status[24]; /* from the last page: "Complete", "PartialData", "InternalError",
                      * "Forbidden" */
    size_t n;
    int64_t *times_ms;
    double *values;
};
struct cw_data {
    size_t n;
    struct cw_series *series;
};
/* GetMetricData from start to end (Unix seconds), all pages. No data is an empty series. n is at
 * most CW_QUERIES_MAX; AWS refuses more. */
pt_code cw_get_metric_data(struct aws_client *client, const struct aws_keys *keys,
                           const struct cw_query *queries, size_t n, int64_t start_s, int64_t end_s,
                           struct cw_data *out, struct pt_error *err);
void cw_data_done(struct cw_data *data);

#endif
