/* Amazon CloudWatch (2010-08-01), by its JSON 1.0 protocol: metrics. GetMetricData costs money a
 * metric. Thread: the client's. */
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
    const char *expression; /* in the metric's place; NULL none */
};

/* Newest first, as long as n. An expression may give several series of one id. */
struct cw_series {
    char id[64], label[256];
    char status[24]; /* of the last page: "Complete", "PartialData", "InternalError", "Forbidden" */
    size_t n;
    int64_t *times_ms;
    double *values;
};
struct cw_data {
    size_t n;
    struct cw_series *series;
};
/* GetMetricData from start to end (Unix seconds), all pages. No data is an empty series. n: at most
 * CW_QUERIES_MAX, more are refused by AWS. */
pt_code cw_get_metric_data(struct aws_client *client, const struct aws_keys *keys,
                           const struct cw_query *queries, size_t n, int64_t start_s, int64_t end_s,
                           struct cw_data *out, struct pt_error *err);
void cw_data_done(struct cw_data *data);

struct cw_metric {
    char name[128];
    size_t n_dimensions;
    struct {
        char name[64], value[256];
    } dimensions[CW_DIMENSIONS_MAX];
};
struct cw_metrics {
    size_t n;
    struct cw_metric *items;
    bool is_truncated;
};
/* ListMetrics of a name space; metric and dimensions (value NULL: any) narrow it; NULL, 0: not. */
pt_code cw_list_metrics(struct aws_client *client, const struct aws_keys *keys, const char *space,
                        const char *metric, const struct cw_dimension *dimensions,
                        size_t n_dimensions, size_t limit, struct cw_metrics *out,
                        struct pt_error *err);
void cw_metrics_done(struct cw_metrics *metrics);

#endif
