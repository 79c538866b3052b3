/* What CloudWatch says of topics and of a group that reads them: rates and lag, one to three
 * minutes late. Which metrics exist depends on the cluster's monitoring level. Thread: the
 * client's. */
#ifndef AWAY_METRICS_H
#define AWAY_METRICS_H

#include "aws/client.h"
#include "pintop/snapshot.h"

struct away_figures {
    double in_per_s, bytes_in_per_s; /* NAN unknown */
    double lag, max_lag;             /* records, of the topic and of its worst partition; NAN */
    double lag_s;                    /* CloudWatch's estimate of the oldest unread record's age */
    int64_t oldest_ms; /* Unix by AWS's clock, when the minute of the oldest value ended; INT64_MAX:
                        * there is none */
};

struct away_ask {
    const char *cluster;
    const int32_t *brokers; /* the IDs: a topic's rate is the sum over them */
    size_t n_brokers;       /* 0: rates are not asked for */
    const char *group;      /* "": lag is not asked for */
    const char *const *topics;
    size_t n_topics; /* at most away_metrics_limit */
};

/* What is asked of the time before: the rates of some topics and the lag of others, of the same
 * cluster. Of the first the group is not used, of the second the brokers are not. */
struct away_past_ask {
    struct away_ask rates, lags;
};

/* How many topics one call can ask for. */
size_t away_metrics_limit(size_t n_brokers, bool has_group);
/* GetMetricData, one call of at most 500 metrics; each is charged. out: n_topics of them; a metric
 * whose newest value is older than three minutes is unknown. */
pt_code away_metrics(struct aws_client *client, const struct aws_keys *keys,
                     const struct away_ask *ask, struct away_figures *out, struct pt_error *err);

/* How many metrics a question of the time before has; at most CW_QUERIES_MAX may be asked for. */
size_t away_past_queries(const struct away_past_ask *asked);
/* GetMetricData of the last 24 hours, in periods of five minutes: at most 500 metrics, so two
 * pages. The rate is the sum over all topics and brokers, the lag that over the lag's topics. A
 * period in which one of them cannot be told is unknown; the note says so where that holds for all
 * of them. out: as it was, after an error or when nothing is asked. */
pt_code away_metrics_past(struct aws_client *client, const struct aws_keys *keys,
                          const struct away_past_ask *asked, struct pt_away_past *out,
                          struct pt_error *err);

/* Whether the level (provisioned.enhancedMonitoring) has rates for each topic. */
bool away_level_has_rates(const char *level);
/* What the level does not have, as a sentence without a full stop; "": nothing is missing. */
void away_level_words(const char *level, char *out, size_t cap);

#endif
