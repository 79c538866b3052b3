/* The families: which figure of a snapshot is which metric. */
#include "pintop/metrics.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "metrics/families.h"
#include "metrics/text.h"

enum { METRICS_MAX_BYTES = 4 << 20 };

/* ---- the streams ---- */

struct stream_metric {
    const char *name, *type, *unit, *help;
    size_t offset; /* of an int64_t in struct pt_stream */
    double scale;  /* 0: an integer as it is */
};
#define STREAM_COUNTER(name, unit, member, help)                                                   \
    {                                                                                              \
        name, "counter", unit, help, offsetof(struct pt_stream, member), 0                         \
    }
#define STREAM_GAUGE(name, unit, member, scale, help)                                              \
    {                                                                                              \
        name, "gauge", unit, help, offsetof(struct pt_stream, member), scale                       \
    }
static const struct stream_metric stream_metrics[] = {
    STREAM_COUNTER("pintop_records_generated", NULL, totals.generated,
                   "Records that were made by the stream in this process."),
    STREAM_COUNTER("pintop_records_delivered", NULL, totals.delivered,
                   "Records that a broker has acknowledged."),
    STREAM_COUNTER("pintop_records_failed", NULL, totals.failed,
                   "Records that were refused for good, each time."),
    STREAM_COUNTER("pintop_delivered_bytes", "bytes", bytes, "Bytes of the values delivered."),
    STREAM_GAUGE("pintop_records_in_flight", NULL, in_flight, 0,
                 "Records that were made and whose outcome is open."),
    STREAM_GAUGE("pintop_records_queued", NULL, queued, 0,
                 "The part of the records in flight that was not sent to a broker yet."),
    STREAM_GAUGE("pintop_records_uncommitted", NULL, uncommitted, 0,
                 "Embedded cluster: records acknowledged that are not in an object yet."),
    STREAM_GAUGE("pintop_window_records", NULL, window, 0, "How many records may be open at once."),
    STREAM_GAUGE("pintop_oldest_record_age_seconds", "seconds", oldest_unresolved_ms, 0.001,
                 "Age of the oldest record that is not acknowledged; 0 when there is none."),
};

static void metrics_stream(struct metrics_text *to, const struct stream_metric *metric,
                           const struct pt_stream *st)
{
    int64_t value;
    memcpy(&value, (const char *)st + metric->offset, sizeof value);
    const char *suffix = metric->type[0] == 'c' ? "_total" : "";
    const char *const *labels = LABELS("stream", st->name, "topic", st->topic);
    if (!pt_stream_is_seen(st->state) || value == PT_UNKNOWN)
        return;
    if (metric->scale > 0)
        metrics_real(to, suffix, labels, (double)value * metric->scale);
    else
        metrics_int(to, suffix, labels, value);
}

static const char *stream_state_at(int state)
{
    return pt_stream_state_word((enum pt_stream_state)state);
}

static void metrics_latency(struct metrics_text *to, const struct pt_stream *st)
{
    int64_t sum = 0;
    const struct pt_stream_totals *totals = &st->totals;
    if (!pt_stream_is_seen(st->state) || totals->acks < 0)
        return;
    for (int i = 0; i < PT_ACK_BUCKETS; i++) {
        char le[32];
        sum += totals->ack_counts[i];
        snprintf(le, sizeof le, "%.6f", ldexp(1e-6, PT_ACK_FIRST_BIT + i));
        metrics_int(to, "_bucket", LABELS("stream", st->name, "topic", st->topic, "le", le), sum);
    }
    const char *const *labels = LABELS("stream", st->name, "topic", st->topic);
    metrics_int(to, "_bucket", LABELS("stream", st->name, "topic", st->topic, "le", "+Inf"),
                totals->acks);
    metrics_int(to, "_count", labels, totals->acks);
    metrics_real(to, "_sum", labels, (double)totals->acks_us / 1e6);
}

static void metrics_streams(struct metrics_text *to, const struct pt_streams_section *section)
{
    for (size_t m = 0; m < sizeof stream_metrics / sizeof *stream_metrics; m++) {
        const struct stream_metric *metric = &stream_metrics[m];
        metrics_family(to, metric->name, metric->type, metric->unit, metric->help);
        for (int i = 0; i < PT_STREAMS; i++)
            metrics_stream(to, metric, &section->streams[i]);
    }
    metrics_family(to, "pintop_ack_latency_seconds", "histogram", "seconds",
                   "Time from the making of a record to its acknowledgement.");
    for (int i = 0; i < PT_STREAMS; i++)
        metrics_latency(to, &section->streams[i]);
    metrics_family(to, "pintop_stream_state", "stateset", NULL, "What the stream does.");
    for (int i = 0; i < PT_STREAMS; i++)
        metrics_states(to, LABELS("stream", section->streams[i].name),
                       (int)section->streams[i].state, stream_state_at);
}

/* ---- the whole ---- */

static void metrics_session(struct metrics_text *to, const struct pt_snapshot *snap)
{
    const struct pt_session_section *session = snap->session;
    const char *cluster = session->is_embedded ? "embedded" : "kafka";
    metrics_family(to, "pintop_build", "info", NULL, "The version of pintop and what it watches.");
    metrics_int(to, "_info",
                LABELS("version", session->version, "librdkafka", session->librdkafka, "context",
                       session->context, "cluster", cluster, "shard", session->shard),
                1);
    metrics_family(to, "pintop_snapshot_timestamp_seconds", "gauge", "seconds",
                   "When these figures were made (Unix time).");
    metrics_real(to, "", NO_LABELS, (double)snap->time_ms / 1000);
    metrics_family(to, "pintop_pipeline_verdict", "stateset", NULL,
                   "The verdict on the pipeline, from the records made to the newest object.");
    metrics_verdict(to, NO_LABELS, session->verdict);
}

static void metrics_cluster(struct metrics_text *to, const struct pt_cluster_section *cluster)
{
    int64_t up = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++)
        up += cluster->brokers[i].state == PT_BROKER_UP;
    metrics_family(to, "pintop_brokers", "gauge", NULL, "Brokers of the cluster.");
    metrics_int(to, "", NO_LABELS,
                cluster->n_brokers > 0 ? (int64_t)cluster->n_brokers : PT_UNKNOWN);
    metrics_family(to, "pintop_brokers_up", "gauge", NULL, "Brokers with a connection from here.");
    metrics_int(to, "", NO_LABELS, cluster->n_brokers > 0 ? up : PT_UNKNOWN);
    metrics_family(to, "pintop_produce_retries", "counter", NULL,
                   "Produce requests that were sent again.");
    metrics_int(to, "_total", NO_LABELS, cluster->retries);
    metrics_family(to, "pintop_kafka_errors", "counter", NULL,
                   "Errors that the brokers or librdkafka have reported.");
    metrics_int(to, "_total", NO_LABELS, cluster->errors);
}

static void metrics_left(struct metrics_text *to, const char *name, const char *help,
                         int64_t until_ms, int64_t now_ms)
{
    metrics_family(to, name, "gauge", "seconds", help);
    if (until_ms != PT_UNKNOWN)
        metrics_real(to, "", NO_LABELS, until_ms > now_ms ? (double)(until_ms - now_ms) / 1000 : 0);
}

static void metrics_login(struct metrics_text *to, const struct pt_snapshot *snap)
{
    const struct pt_auth *auth = &snap->auth->auth;
    bool is_used = auth->state != PT_AUTH_NOT_NEEDED;
    metrics_left(to, "pintop_token_remaining_seconds",
                 "Until the MSK IAM token expires; 0 when it has.",
                 is_used ? auth->token_expires_ms : PT_UNKNOWN, snap->time_ms);
    metrics_left(to, "pintop_credentials_remaining_seconds",
                 "Until the AWS credentials behind the token expire; 0 when they have.",
                 is_used ? auth->keys_end_ms : PT_UNKNOWN, snap->time_ms);
}

static void metrics_fail(const struct metrics_text *to, const struct pt_snapshot *snap,
                         struct pt_error *err)
{
    if (to->buf.is_full)
        pt_error_set(err, PT_EFULL, "Set pintop.connector.name to the connector to watch",
                     "metrics: the figures of %zu connectors need more than %d MiB",
                     snap->connectors->n_connectors, METRICS_MAX_BYTES >> 20);
    else
        pt_error_set(err, PT_ENOMEM, NULL, "metrics: out of memory");
}

char *pt_snapshot_openmetrics(const struct pt_snapshot *snap, struct pt_error *err)
{
    struct metrics_text to = {.family = ""};
    buf_init(&to.buf, METRICS_MAX_BYTES);
    metrics_session(&to, snap);
    metrics_cluster(&to, snap->cluster);
    metrics_login(&to, snap);
    metrics_streams(&to, snap->streams);
    metrics_topics(&to, snap->topics);
    metrics_connectors(&to, snap);
    buf_puts(&to.buf, "# EOF\n");
    char *text = buf_take(&to.buf, NULL);
    if (text == NULL)
        metrics_fail(&to, snap, err);
    buf_done(&to.buf);
    return text;
}
