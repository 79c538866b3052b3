#include "away/metrics.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/cloudwatch.h"
#include "base/text.h"

/* A value that is older than FRESH_S is not used; it counts from the end of its minute. Those of
 * ASKED_S are asked for, so that one that has become old is told from one that never was. */
enum { PERIOD_S = 60, FRESH_S = 3 * 60, ASKED_S = 5 * 60, ID_MAX = 32 };

/* The rates are told for each broker, the lag for the cluster. */
static const struct metric {
    const char *name, *stat;
    bool is_rate;
    size_t member;
} METRICS[] = {
    {"MessagesInPerSec",    "Average", true,  offsetof(struct away_figures, in_per_s)      },
    {"BytesInPerSec",       "Average", true,  offsetof(struct away_figures, bytes_in_per_s)},
    {"SumOffsetLag",        "Maximum", false, offsetof(struct away_figures, lag)           },
    {"MaxOffsetLag",        "Maximum", false, offsetof(struct away_figures, max_lag)       },
    {"EstimatedMaxTimeLag", "Maximum", false, offsetof(struct away_figures, lag_s)         },
};
enum { METRICS_N = sizeof METRICS / sizeof *METRICS, RATES_N = 2 };

static size_t queries_of_topic(size_t n_brokers, bool has_group)
{
    return RATES_N * n_brokers + (has_group ? METRICS_N - RATES_N : 0);
}

static size_t queries_of_metric(const struct away_ask *ask, size_t metric)
{
    return METRICS[metric].is_rate ? ask->n_brokers : ask->group[0] != '\0';
}

size_t away_metrics_limit(size_t n_brokers, bool has_group)
{
    size_t each = queries_of_topic(n_brokers, has_group);
    return each > 0 ? CW_QUERIES_MAX / each : 0;
}

/* ------------------------------------------------------------------ the question */

struct away_queries {
    size_t n;
    struct cw_query *queries;
    char (*ids)[ID_MAX];
    char (*brokers)[16]; /* the IDs as text */
};

/* max: of them. */
static bool queries_init(struct away_queries *q, const struct away_ask *ask, size_t max)
{
    *q = (struct away_queries){.queries = calloc(max + 1, sizeof *q->queries),
                               .ids = calloc(max + 1, sizeof *q->ids),
                               .brokers = calloc(ask->n_brokers + 1, sizeof *q->brokers)};
    for (size_t i = 0; q->brokers != NULL && i < ask->n_brokers; i++)
        snprintf(q->brokers[i], sizeof q->brokers[i], "%d", (int)ask->brokers[i]);
    return q->queries != NULL && q->ids != NULL && q->brokers != NULL;
}

static void queries_done(struct away_queries *q)
{
    free(q->queries);
    free(q->ids);
    free(q->brokers);
}

/* The ID names topic and metric, and a broker: "t0m1b2". */
static void add_away_query(struct away_queries *q, const struct away_ask *ask, size_t topic,
                           size_t metric, size_t broker, int32_t period_s)
{
    const struct metric *m = &METRICS[metric];
    char *id = q->ids[q->n];
    struct cw_query *query = &q->queries[q->n++];
    snprintf(id, ID_MAX, "t%zum%zub%zu", topic, metric, broker);
    *query = (struct cw_query){.id = id,
                               .space = "AWS/Kafka",
                               .metric = m->name,
                               .dimensions = {{"Cluster Name", ask->cluster}},
                               .period_s = period_s,
                               .stat = m->stat};
    query->dimensions[1] = m->is_rate ? (struct cw_dimension){"Broker ID", q->brokers[broker]}
                                      : (struct cw_dimension){"Consumer Group", ask->group};
    query->dimensions[2] = (struct cw_dimension){"Topic", ask->topics[topic]};
}

static void add_away_queries(struct away_queries *q, const struct away_ask *ask)
{
    for (size_t t = 0; t < ask->n_topics; t++)
        for (size_t m = 0; m < METRICS_N; m++)
            for (size_t b = 0; b < queries_of_metric(ask, m); b++)
                add_away_query(q, ask, t, m, b, PERIOD_S);
}

/* ------------------------------------------------------------------ the answer */

static double *away_member(struct away_figures *figures, size_t metric)
{
    return (double *)(void *)((char *)figures + METRICS[metric].member);
}

/* Reads one number of an ID behind its letter. */
static bool take_away_number(const char **at, char letter, size_t *out)
{
    char *end = NULL;
    if (**at != letter || (*at)[1] < '0' || (*at)[1] > '9')
        return false;
    *out = (size_t)strtoul(*at + 1, &end, 10);
    *at = end;
    return true;
}

/* "t0m1b2": of which topic, metric and broker it is. */
static bool take_away_id(const char *id, size_t *t, size_t *m, size_t *b)
{
    return take_away_number(&id, 't', t) && take_away_number(&id, 'm', m) &&
           take_away_number(&id, 'b', b) && *id == '\0';
}

/* A broker that has nothing of the topic has no value, and adds nothing. One whose figure
 * CloudWatch could not find, or is old, makes the sum unknown: the others alone would be too
 * little. Until the end that is infinity, to which nothing can be added. */
static void take_away_series(const struct away_ask *ask, const struct cw_series *series,
                             int64_t now_s, struct away_figures *out)
{
    size_t t, m, b;
    if (!take_away_id(series->id, &t, &m, &b) || t >= ask->n_topics || m >= METRICS_N ||
        b >= queries_of_metric(ask, m))
        return;
    bool is_whole =
        strcmp(series->status, "Complete") == 0 || strcmp(series->status, "PartialData") == 0;
    double *to = away_member(&out[t], m);
    int64_t at_ms = series->n > 0 ? series->times_ms[0] + PERIOD_S * INT64_C(1000) : INT64_MAX;
    if (!is_whole || at_ms < (now_s - FRESH_S) * 1000) {
        *to = INFINITY;
    } else if (series->n > 0) {
        *to = isnan(*to) ? series->values[0] : *to + series->values[0];
        out[t].oldest_ms = at_ms < out[t].oldest_ms ? at_ms : out[t].oldest_ms;
    }
}

static void take_away_data(const struct away_ask *ask, const struct cw_data *data, int64_t now_s,
                           struct away_figures *out)
{
    for (size_t i = 0; i < data->n; i++)
        take_away_series(ask, &data->series[i], now_s, out);
    for (size_t t = 0; t < ask->n_topics; t++)
        for (size_t m = 0; m < METRICS_N; m++)
            if (!isfinite(*away_member(&out[t], m)) || *away_member(&out[t], m) < 0)
                *away_member(&out[t], m) = NAN;
}

pt_code away_metrics(struct aws_client *client, const struct aws_keys *keys,
                     const struct away_ask *ask, struct away_figures *out, struct pt_error *err)
{
    struct away_queries q;
    struct cw_data data = {0};
    int64_t now_s = aws_now_s(client);
    pt_code code = PT_OK;
    for (size_t i = 0; i < ask->n_topics; i++)
        out[i] = (struct away_figures){NAN, NAN, NAN, NAN, NAN, INT64_MAX};
    if (!queries_init(&q, ask,
                      ask->n_topics * queries_of_topic(ask->n_brokers, ask->group[0] != '\0'))) {
        queries_done(&q);
        return pt_error_set(err, PT_ENOMEM, NULL, "CloudWatch GetMetricData: out of memory");
    }
    add_away_queries(&q, ask);
    if (q.n > 0)
        code = cw_get_metric_data(client, keys, q.queries, q.n, now_s - ASKED_S, now_s, &data, err);
    if (code == PT_OK)
        take_away_data(ask, &data, now_s, out);
    cw_data_done(&data);
    queries_done(&q);
    return code;
}

/* ------------------------------------------------------------------ the time before */

/* The metrics that are figures of pintop's own, too: their places in the table. */
enum { PAST_RATE = 0, PAST_LAG = 2 };
enum { PAST_PERIOD_S = 300 };

size_t away_past_queries(const struct away_past_ask *asked)
{
    size_t n_lags = asked->lags.group[0] != '\0' ? asked->lags.n_topics : 0;
    return asked->rates.n_topics * asked->rates.n_brokers + n_lags;
}

static void add_past_queries(struct away_queries *q, const struct away_past_ask *asked)
{
    for (size_t t = 0; t < asked->rates.n_topics; t++)
        for (size_t b = 0; b < asked->rates.n_brokers; b++)
            add_away_query(q, &asked->rates, t, PAST_RATE, b, PAST_PERIOD_S);
    for (size_t t = 0; asked->lags.group[0] != '\0' && t < asked->lags.n_topics; t++)
        add_away_query(q, &asked->lags, t, PAST_LAG, 0, PAST_PERIOD_S);
}

/* The sums of each period while they are made. */
struct past_sums {
    double rates[PT_AWAY_PAST_MAX], lags[PT_AWAY_PAST_MAX];
    int n_rates[PT_AWAY_PAST_MAX], n_lags[PT_AWAY_PAST_MAX];
    int n_lag_queries;
    bool is_rate_cut, is_lag_cut; /* a series was not told as a whole */
};

static void take_past_series(const struct cw_series *series, const struct pt_away_past *past,
                             struct past_sums *sums)
{
    size_t t, m, b;
    if (!take_away_id(series->id, &t, &m, &b) || (m != PAST_RATE && m != PAST_LAG))
        return;
    bool is_rate = m == PAST_RATE, is_whole = strcmp(series->status, "Complete") == 0;
    sums->is_rate_cut |= is_rate && !is_whole;
    sums->is_lag_cut |= !is_rate && !is_whole;
    for (size_t i = 0; i < series->n; i++) {
        int64_t slot = (series->times_ms[i] - past->first_ms) / past->period_ms;
        if (series->times_ms[i] < past->first_ms || slot >= (int64_t)past->n ||
            !isfinite(series->values[i]) || series->values[i] < 0)
            continue;
        *(is_rate ? &sums->rates[slot] : &sums->lags[slot]) += series->values[i];
        ++*(is_rate ? &sums->n_rates[slot] : &sums->n_lags[slot]);
    }
}

/* A broker that has nothing of a topic has no value, and adds nothing; a topic whose lag is missing
 * makes the sum unknown, as it does elsewhere. */
static void put_past(const struct past_sums *sums, struct pt_away_past *past)
{
    for (size_t i = 0; i < past->n; i++) {
        bool has_rate = sums->n_rates[i] > 0 && !sums->is_rate_cut;
        bool has_lag =
            sums->n_lags[i] > 0 && sums->n_lags[i] == sums->n_lag_queries && !sums->is_lag_cut;
        past->samples[i].in = has_rate ? (float)sums->rates[i] : NAN;
        past->samples[i].lag = has_lag ? (float)sums->lags[i] : NAN;
    }
    if (sums->is_rate_cut || sums->is_lag_cut)
        text_put(past->note, sizeof past->note,
                 "the %s is unknown, because CloudWatch did not tell all of its parts",
                 !sums->is_lag_cut    ? "rate in"
                 : !sums->is_rate_cut ? "lag"
                                      : "rate in, as the lag,");
}

/* Of a period that has just ended, not all has arrived at CloudWatch. */
static struct pt_away_past past_begin(int64_t now_s)
{
    int64_t end_s = (now_s - FRESH_S) / PAST_PERIOD_S * PAST_PERIOD_S;
    return (struct pt_away_past){.first_ms =
                                     (end_s - PT_AWAY_PAST_MAX * INT64_C(1) * PAST_PERIOD_S) * 1000,
                                 .period_ms = PAST_PERIOD_S * INT64_C(1000),
                                 .n = PT_AWAY_PAST_MAX};
}

pt_code away_metrics_past(struct aws_client *client, const struct aws_keys *keys,
                          const struct away_past_ask *asked, struct pt_away_past *out,
                          struct pt_error *err)
{
    struct away_queries q;
    struct cw_data data = {0};
    struct past_sums *sums = calloc(1, sizeof *sums);
    struct pt_away_past past = past_begin(aws_now_s(client));
    pt_code code = PT_OK;
    if (!queries_init(&q, &asked->rates, away_past_queries(asked)) || sums == NULL) {
        queries_done(&q);
        free(sums);
        return pt_error_set(err, PT_ENOMEM, NULL, "CloudWatch GetMetricData: out of memory");
    }
    add_past_queries(&q, asked);
    sums->n_lag_queries = (int)(q.n - asked->rates.n_topics * asked->rates.n_brokers);
    if (q.n > 0)
        code = cw_get_metric_data(client, keys, q.queries, q.n, past.first_ms / 1000,
                                  (past.first_ms + (int64_t)past.n * past.period_ms) / 1000, &data,
                                  err);
    for (size_t i = 0; i < data.n; i++)
        take_past_series(&data.series[i], &past, sums);
    put_past(sums, &past);
    if (code == PT_OK && q.n > 0)
        *out = past;
    cw_data_done(&data);
    queries_done(&q);
    free(sums);
    return code;
}

/* ------------------------------------------------------------------ monitoring levels */

bool away_level_has_rates(const char *level)
{
    return strcmp(level, "PER_TOPIC_PER_BROKER") == 0 ||
           strcmp(level, "PER_TOPIC_PER_PARTITION") == 0;
}

void away_level_words(const char *level, char *out, size_t cap)
{
    bool is_known = strcmp(level, "DEFAULT") == 0 || strcmp(level, "PER_BROKER") == 0;
    out[0] = '\0';
    if (away_level_has_rates(level))
        return;
    if (is_known)
        text_put(
            out, cap,
            "rates for each topic exist from the monitoring level PER_TOPIC_PER_BROKER on, and "
            "this cluster has %s",
            level);
    else
        text_put(out, cap, "rates for each topic are unknown, because the monitoring level is '%s'",
                 level);
}
