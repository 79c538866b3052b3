/* Snapshots made by hand, for what the screens show. One struct owns all of it; change what a test
 * needs after making it. Times are fixed: 23 Nov 2026 03:12:38Z. */
#ifndef SCREENS_FIXTURE_H
#define SCREENS_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pintop/snapshot.h"

enum { FIXTURE_TOPICS = 1000, FIXTURE_EVENTS = 12, FIXTURE_SINKS = 4 };

#define FIXTURE_NOW_MS 1795403558000LL
#define MINUTES_MS 60000LL

struct fixture {
    struct pt_snapshot snap;
    struct pt_session_section session;
    struct pt_cluster_section cluster;
    struct pt_streams_section streams;
    struct pt_topics_section topics_section;
    struct pt_topic topics[FIXTURE_TOPICS];
    struct pt_connectors_section connectors;
    struct pt_connector sinks[FIXTURE_SINKS];
    struct pt_events_section events_section;
    struct pt_log_section log;
    struct pt_event events[FIXTURE_EVENTS];
    const struct pt_event *event_list[FIXTURE_EVENTS];
    struct pt_series_section series, minutes;
    struct pt_auth_section auth;
    struct pt_completed_section completed;
    struct pt_setup_section setup;
};

static inline void fixture_wire(struct fixture *f)
{
    f->snap.section.version = 1;
    f->snap.time_ms = FIXTURE_NOW_MS - 2000;
    f->snap.session = &f->session;
    f->snap.cluster = &f->cluster;
    f->snap.streams = &f->streams;
    f->topics_section.topics = f->topics;
    f->topics_section.asked_ms = f->connectors.asked_ms = FIXTURE_NOW_MS - 1000;
    f->snap.topics = &f->topics_section;
    f->connectors.connectors = f->sinks;
    f->snap.connectors = &f->connectors;
    f->events_section.events = f->event_list;
    f->events_section.first_number = 1;
    f->snap.events = &f->events_section;
    f->log.lines = f->event_list;
    f->log.first_number = 1;
    f->snap.log = &f->log;
    f->snap.series = &f->series;
    f->snap.minutes = &f->minutes;
    f->auth.auth = (struct pt_auth){.state = PT_AUTH_NOT_NEEDED};
    f->snap.auth = &f->auth;
    f->snap.completed = &f->completed;
    f->snap.setup = &f->setup;
    f->setup = (struct pt_setup_section){.begun_ms = PT_UNKNOWN, .ended_ms = PT_UNKNOWN};
}

static inline void fixture_event(struct fixture *f, int64_t ago_ms, enum pt_severity severity,
                                 const char *area, const char *text)
{
    size_t at = f->events_section.n_events++;
    struct pt_event *event = &f->events[at];
    f->event_list[at] = event;
    event->time_ms = FIXTURE_NOW_MS - ago_ms;
    event->severity = severity;
    snprintf(event->area, sizeof event->area, "%s", area);
    event->text = text;
    f->log.n_lines = f->events_section.n_events;
}

static inline struct pt_topic *fixture_topic(struct fixture *f, const char *name, int stream)
{
    struct pt_topic *topic = &f->topics[f->topics_section.n_topics++];
    memset(topic, 0, sizeof *topic);
    snprintf(topic->name, sizeof topic->name, "%s", name);
    topic->n_partitions = 3;
    topic->replication = 3;
    topic->is_watched = true;
    topic->stream = (int8_t)stream;
    topic->messages = topic->high = 63914;
    topic->lag = 120;
    topic->committed = topic->high - topic->lag;
    topic->in_per_s = 10;
    topic->out_per_s = 9.8;
    return topic;
}

/* in and out: the newest value; older ones go up and down a little. */
static inline void fixture_series(struct fixture *f, int samples, float in, float out)
{
    f->series.last_sample = samples - 1;
    f->series.last_sample_ms = FIXTURE_NOW_MS - 1000;
    for (int i = 0; i < samples; i++) {
        int at = i % PT_SERIES_LEN;
        f->series.in[at] = in * (1.0f + 0.1f * (float)(i % 3 - 1));
        f->series.out[at] = i % 5 == 0 ? out * 2 : out * 0.75f;
        f->series.produced[at] = in;
        f->series.lag[at] = in * (float)(1 + i / 7 % 4);
        f->series.ack_p99_ms[at] = i % 11 == 0 ? 40 : 9;
        f->series.token_left_s[at] = NAN;
    }
}

static inline void fixture_brokers(struct fixture *f, int n, int up)
{
    f->cluster.state = up == 0 ? PT_CLUSTER_DOWN : up < n ? PT_CLUSTER_PARTIAL : PT_CLUSTER_UP;
    f->cluster.n_brokers = (size_t)n;
    f->cluster.retries = 0;
    for (int i = 0; i < n; i++) {
        f->cluster.brokers[i].id = i + 1;
        f->cluster.brokers[i].state = i < up ? PT_BROKER_UP : PT_BROKER_DOWN;
    }
}

static inline void fixture_stream(struct fixture *f, enum pt_stream_id id, const char *topic)
{
    struct pt_stream *s = &f->streams.streams[id];
    memset(s, 0, sizeof *s);
    snprintf(s->name, sizeof s->name, "%s", pt_stream_name(id));
    snprintf(s->topic, sizeof s->topic, "%s", topic);
    snprintf(s->source, sizeof s->source, "synthetic");
    s->state = PT_STREAM_RUNNING;
    s->is_wanted = true;
    s->target_per_s = 10;
    s->generated_per_s = s->delivered_per_s = 10;
    s->bytes_per_s = 5100;
    s->generated = 63916;
    s->delivered = 63914;
    s->in_flight = 2;
    s->queued = 0;
    s->uncommitted = PT_UNKNOWN;
    s->oldest_unresolved_ms = 18;
    s->ack_p50_ms = 1.2;
    s->ack_p99_ms = 41;
    s->ack_max_ms = 130;
    s->window = 32768;
    s->account_first_index = 0;
    s->account_generated = 63916;
    s->account_delivered = 63914;
    s->account_in_topic = 63914;
    s->account_committed = 63794;
    s->newest_object_ms = FIXTURE_NOW_MS - 3000 - 1000 * (int64_t)id;
    s->owner_pid = PT_UNKNOWN;
    s->n_recent = PT_RECENT;
    for (int i = 0; i < PT_RECENT; i++)
        s->recent_in_per_s[i] = i == 9 ? NAN : (float)(i < 6 ? i : i > 18 ? 10 : 4 + i % 3);
}

static inline void fixture_sink(struct fixture *f, const char *name, enum pt_verdict verdict)
{
    f->connectors.n_connectors = 1;
    struct pt_connector *sink = &f->sinks[0];
    memset(sink, 0, sizeof *sink);
    snprintf(sink->name, sizeof sink->name, "%s", name);
    snprintf(sink->id, sizeof sink->id, "%s", name);
    sink->verdict_since_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS;
    sink->state_asked_ms = FIXTURE_NOW_MS - 1000;
    sink->objects_per_hour = sink->usd_per_hour = sink->catch_up_s = NAN;
    sink->last_error_ms = sink->operation_ms = PT_UNKNOWN;
    snprintf(sink->backend, sizeof sink->backend, "embedded");
    snprintf(sink->kind, sizeof sink->kind, "sink");
    snprintf(sink->state, sizeof sink->state, "RUNNING");
    snprintf(sink->where, sizeof sink->where, "/var/lib/pintop/sink");
    snprintf(sink->newest_object, sizeof sink->newest_object,
             "topics/demo.geo/partition=1/demo.geo+1+0000021264.json");
    sink->verdict = verdict;
    sink->is_ours = true;
    sink->n_tasks = sink->running_tasks = 1;
    sink->lag_total = 360;
    sink->lag_per_s = 0.1;
    sink->objects = 1234;
    sink->bytes = 31000000;
    sink->newest_object_ms = FIXTURE_NOW_MS - 3000;
}

/* Everything well, on the embedded cluster. */
static inline void fixture_flowing(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fixture_wire(f);
    snprintf(f->session.user_id, sizeof f->session.user_id, "demo");
    snprintf(f->session.prefix, sizeof f->session.prefix, "demo.");
    f->session.is_embedded = f->session.is_owner = true;
    f->session.owner_pid = PT_UNKNOWN;
    f->session.verdict = PT_V_OK;
    f->session.verdict_since_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS;
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text, "records flow");
    fixture_brokers(f, 3, 3);
    fixture_stream(f, PT_PIN, "demo.pin");
    fixture_stream(f, PT_GEO, "demo.geo");
    fixture_stream(f, PT_USER, "demo.user");
    fixture_topic(f, "demo.geo", PT_GEO);
    fixture_topic(f, "demo.pin", PT_PIN);
    fixture_topic(f, "demo.user", PT_USER);
    fixture_sink(f, "demo-connector", PT_V_OK);
    fixture_series(f, 100, 30, 29);
    f->series.n_topics = 3;
    fixture_event(f, 81 * MINUTES_MS, PT_INFO, "pintop", "embedded cluster started, 3 brokers");
    fixture_event(f, 80 * MINUTES_MS, PT_INFO, "pin", "started at 10/s, index 0");
    fixture_event(f, 80 * MINUTES_MS, PT_INFO, "geo", "started at 10/s, index 0");
    fixture_event(f, 80 * MINUTES_MS, PT_INFO, "user", "started at 10/s, index 0");
    fixture_event(f, 9000, PT_NOTICE, "sink", "TRANSITION -> OK");
}

/* S3 refuses the sink's role: all its tasks failed. */
static inline void fixture_trouble_sink(struct fixture *f)
{
    struct pt_connector *sink = &f->sinks[0];
    fixture_sink(f, "0a1b2c3d4e5f-connector", PT_V_FAILED);
    snprintf(sink->backend, sizeof sink->backend, "connect");
    sink->n_tasks = 3;
    sink->running_tasks = 0;
    sink->failed_tasks = 3;
    sink->lag_per_s = 6;
    sink->lag_total = 29012;
    sink->objects = sink->bytes = PT_UNKNOWN;
    sink->newest_object_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS;
    for (int i = 0; i < PT_STREAMS; i++)
        f->streams.streams[i].newest_object_ms = sink->newest_object_ms;
    snprintf(sink->cause, sizeof sink->cause, "S3 answers 403 AccessDenied");
    snprintf(sink->fix, sizeof sink->fix, "allow the role s3:PutObject, then restart");
    sink->n_evidence = 2;
    struct pt_evidence *evidence = sink->evidence;
    snprintf(evidence[0].witness, sizeof evidence[0].witness, "tasks");
    evidence[0].says = "0 running, 3 failed";
    snprintf(evidence[0].source, sizeof evidence[0].source, "Connect");
    evidence[0].since_ms = FIXTURE_NOW_MS - 79 * MINUTES_MS;
    evidence[0].is_bad = true;
    snprintf(evidence[1].witness, sizeof evidence[1].witness, "API state");
    evidence[1].says = "RUNNING (the workers; not the tasks)";
    snprintf(evidence[1].source, sizeof evidence[1].source, "Connect");
    evidence[1].since_ms = FIXTURE_NOW_MS - 2000 * MINUTES_MS;
}

/* 03:12, someone woken up: the sink failed, a stream has failed records, a broker is away. */
static inline void fixture_trouble(struct fixture *f)
{
    fixture_flowing(f);
    struct pt_session_section *session = &f->session;
    session->is_embedded = false;
    session->verdict = PT_V_FAILED;
    session->verdict_hop = PT_HOP_SINK;
    snprintf(session->context, sizeof session->context, "default");
    snprintf(session->verdict_text, sizeof session->verdict_text,
             "at the sink: S3 denies the connector's role");
    snprintf(session->verdict_detail, sizeof session->verdict_detail,
             "Nothing lost yet: Kafka keeps it until 30 Nov 01:52Z");
    snprintf(f->cluster.bootstrap_servers, sizeof f->cluster.bootstrap_servers,
             "b-1.pinterest.example:9098,b-2.pinterest.example:9098");
    fixture_brokers(f, 3, 2);
    fixture_stream(f, PT_PIN, "0a1b2c3d4e5f.pin");
    fixture_stream(f, PT_GEO, "0a1b2c3d4e5f.geo");
    fixture_stream(f, PT_USER, "0a1b2c3d4e5f.user");
    for (int i = 0; i < PT_STREAMS; i++) {
        f->streams.streams[i].target_per_s = -1;
        f->streams.streams[i].account_committed = 54243;
    }
    f->streams.streams[PT_GEO].state = PT_STREAM_WAITING;
    f->streams.streams[PT_GEO].in_flight = 32768;
    f->streams.streams[PT_GEO].oldest_unresolved_ms = 662000;
    f->streams.streams[PT_USER].state = PT_STREAM_ERROR;
    f->streams.streams[PT_USER].failed = 3;
    f->topics_section.n_topics = 0;
    fixture_topic(f, "0a1b2c3d4e5f.geo", PT_GEO)->leaderless = 1;
    fixture_topic(f, "0a1b2c3d4e5f.pin", PT_PIN)->lag = 9671;
    fixture_topic(f, "0a1b2c3d4e5f.user", PT_USER)->lag = 123456789;
    fixture_trouble_sink(f);
    fixture_series(f, 400, 6, 0);
    fixture_event(f, 79 * MINUTES_MS, PT_WARN, "sink", "tasks failed 0 -> 3");
    fixture_event(f, 5000, PT_ERROR, "sink",
                  "UNKNOWN -> FAILED: all tasks failed, though the API says RUNNING and nothing "
                  "else on this cluster complains about anything at all");
}

static inline void fixture_refresh(struct fixture *f, int64_t ago_ms, bool is_ok, const char *text)
{
    struct pt_refresh *refresh = &f->auth.auth.refreshes[f->auth.auth.n_refreshes++];
    refresh->time_ms = FIXTURE_NOW_MS - ago_ms;
    refresh->is_ok = is_ok;
    snprintf(refresh->text, sizeof refresh->text, "%s", text);
}

/* MSK with IAM, all well: a role's keys. */
static inline void fixture_iam(struct fixture *f)
{
    struct pt_auth *auth = &f->auth.auth;
    fixture_trouble(f);
    *auth = (struct pt_auth){
        .state = PT_AUTH_OK,
        .token_made_ms = FIXTURE_NOW_MS - 238000,
        .token_expires_ms = FIXTURE_NOW_MS + 662000,
        .token_refresh_ms = FIXTURE_NOW_MS + 482000,
        .n_handles = 4,
        .keys_got_ms = FIXTURE_NOW_MS - 282 * MINUTES_MS,
        .keys_end_ms = FIXTURE_NOW_MS + 78 * MINUTES_MS,
        .keys_refresh_ms = FIXTURE_NOW_MS + 73 * MINUTES_MS,
        .login_end_ms = PT_UNKNOWN,
        .keys_fix =
            "Wait: pintop asks for new credentials of the EC2 instance's role automatically",
        .has_offset = true,
        .offset_ms = 100,
        .offset_at_ms = FIXTURE_NOW_MS - 120000,
        .failed_ms = PT_UNKNOWN,
        .broker_said_ms = PT_UNKNOWN,
        .broker_refused_ms = PT_UNKNOWN,
        .broker_ok_ms = FIXTURE_NOW_MS - 400,
        .key_id = "ASIAEXAMPLE7Q2M",
        .source = "this EC2 instance (IMDS), role 0a1b2c3d4e5f-ec2-access-role",
        .chain = "this EC2 instance (IMDS) > role/msk-access",
        .region = "us-east-1",
        .region_source = "the broker's name",
        .caller_arn = "arn:aws:sts::123456789012:assumed-role/msk-access/pintop-1795403320-4127",
        .principal = "kafka-cluster"};
    fixture_refresh(f, 282 * MINUTES_MS, true, "keys from this EC2 instance (IMDS)");
    fixture_refresh(f, 958000, true, "token signed for us-east-1, 900 s, given to 4 clients");
    fixture_refresh(f, 238000, true, "token signed for us-east-1, 900 s, given to 4 clients");
}

/* The keys are of a login in a browser, which ends. */
static inline void fixture_iam_login(struct fixture *f)
{
    struct pt_auth *auth = &f->auth.auth;
    fixture_iam(f);
    auth->login_end_ms = FIXTURE_NOW_MS + 200 * MINUTES_MS;
    auth->chain[0] = '\0';
    snprintf(auth->source, sizeof auth->source,
             "IAM Identity Center, profile dev: Operator in 123456789012");
    snprintf(auth->keys_fix, sizeof auth->keys_fix,
             "Run `aws sso login --profile dev`; pintop uses the new login automatically");
}

/* Three brokers of MSK, of which one is down and one is throttled. */
static inline void fixture_brokers_page(struct fixture *f)
{
    static const char *const racks[3] = {"use1-az1", "use1-az2", ""};
    static const double rtts_ms[3] = {1.2, 48.25, NAN};
    fixture_trouble(f);
    fixture_brokers(f, 3, 2);
    f->cluster.controller_id = 2;
    snprintf(f->cluster.id, sizeof f->cluster.id, "4CXjxKoEL87bGGz9jxXqiw");
    snprintf(f->cluster.racks_why, sizeof f->cluster.racks_why,
             "ask the brokers for broker.rack: permission denied on this cluster");
    snprintf(f->cluster.racks_fix, sizeof f->cluster.racks_fix,
             "Allow this principal kafka-cluster:DescribeClusterDynamicConfiguration");
    for (int i = 0; i < 3; i++) {
        struct pt_broker *broker = &f->cluster.brokers[i];
        snprintf(broker->host, sizeof broker->host,
                 "b-%d.pinterestmsk.a1b2c3.c2.kafka.us-east-1.amazonaws.com", i + 1);
        broker->port = 9098;
        broker->since_ms = FIXTURE_NOW_MS - 80 * 60000;
        broker->rtt_ms = rtts_ms[i];
        broker->rtt_p99_ms = 3 * rtts_ms[i];
        broker->rtt_of = i == 0 ? PT_RTT_PRODUCE : i == 1 ? PT_RTT_WATCH : PT_RTT_UNKNOWN;
        broker->throttle_ms = i == 1 ? 120 : i == 0 ? 0 : NAN;
        broker->sent_bytes_per_s = i < 2 ? 1.25e6 : NAN;
        broker->leads = i < 2 ? 5 - i : 0;
        broker->behind = i < 2 ? 0 : 9;
        broker->is_rack_known = i < 2;
        snprintf(broker->rack, sizeof broker->rack, "%s", racks[i]);
    }
}

/* The renewal fails, the brokers refuse. */
static inline void fixture_iam_trouble(struct fixture *f)
{
    struct pt_auth *auth = &f->auth.auth;
    fixture_iam(f);
    auth->state = PT_AUTH_EXPIRING;
    auth->token_made_ms = FIXTURE_NOW_MS - 850000;
    auth->token_expires_ms = FIXTURE_NOW_MS + 50000;
    auth->token_refresh_ms = FIXTURE_NOW_MS - 130000;
    auth->failed_ms = FIXTURE_NOW_MS - 130000;
    auth->is_fixed = true;
    auth->keys_end_ms = FIXTURE_NOW_MS + 50000;
    snprintf(auth->last_error, sizeof auth->last_error,
             "AWS credentials (the environment): they expire in 50 s");
    snprintf(auth->keys_fix, sizeof auth->keys_fix,
             "Set new credentials in pintop's environment (AWS_ACCESS_KEY_ID there takes "
             "precedence over the AWS "
             "files), or unset them to use a profile; then restart pintop");
    snprintf(auth->last_fix, sizeof auth->last_fix, "%s", auth->keys_fix);
    snprintf(auth->source, sizeof auth->source, "the environment");
    auth->chain[0] = '\0';
    snprintf(auth->broker_said, sizeof auth->broker_said,
             "b-1.pinterest.example:9098: the broker denies the IAM login (Access denied)");
    snprintf(auth->broker_meaning, sizeof auth->broker_meaning,
             "the keys are good, arn:aws:iam::123456789012:user/mara; is us-east-1 (AWS_REGION) "
             "the cluster's region, and does the policy allow kafka-cluster:Connect on it?");
    auth->broker_said_ms = FIXTURE_NOW_MS - 12000;
    fixture_refresh(f, 130000, false, auth->last_error);
}

/* A mere monitor on a cluster with other topics; names in other scripts and of any length. */
static inline void fixture_monitor(struct fixture *f)
{
    fixture_flowing(f);
    f->session.is_embedded = false;
    f->session.is_readonly = true;
    f->session.user_id[0] = f->session.prefix[0] = '\0';
    snprintf(f->cluster.bootstrap_servers, sizeof f->cluster.bootstrap_servers, "localhost:9092");
    f->connectors.n_connectors = 0;
    f->topics_section.n_topics = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *stream = &f->streams.streams[i];
        stream->topic[0] = '\0';
        stream->state = PT_STREAM_STOPPED;
        stream->is_wanted = false;
        stream->account_first_index = PT_UNKNOWN;
    }
    static const char *const names[] = {"billing.invoices", "billing.payments", "orders",
                                        "orders.a-name-that-does-not-fit-into-it", "telemetry.raw"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct pt_topic *topic = fixture_topic(f, names[i], -1);
        topic->lag = i == 2 ? PT_UNKNOWN : (int64_t)i * 1000003;
        topic->in_per_s = (double)i * 12345.6;
        topic->out_per_s = i == 2 ? NAN : (double)i * 12000;
        topic->messages = (int64_t)i * 123456789;
    }
    f->topics[4].under_replicated = 2;
    f->series.n_topics = 5;
}

/* No broker can be reached; AWS told the topics two minutes ago, without rates. */
static inline void fixture_away(struct fixture *f)
{
    fixture_flowing(f);
    f->session.is_embedded = false;
    f->cluster.state = PT_CLUSTER_DOWN;
    f->cluster.n_brokers = 0;
    snprintf(f->cluster.last_error, sizeof f->cluster.last_error,
             "b-1.demo.x.c2.kafka.eu-west-1.amazonaws.com:9098: connect timed out");
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text,
             "at Kafka: no broker can be reached from here; AWS tells the topics");
    f->session.verdict = PT_V_UNKNOWN;
    f->session.verdict_hop = PT_HOP_KAFKA;
    f->topics_section.source = PT_TOPICS_OF_AWS;
    f->topics_section.asked_ms = FIXTURE_NOW_MS - 2 * MINUTES_MS;
    snprintf(f->topics_section.aws_note, sizeof f->topics_section.aws_note,
             "rates for each topic exist from the monitoring level PER_TOPIC_PER_BROKER on, and "
             "this cluster has DEFAULT");
    for (size_t i = 0; i < f->topics_section.n_topics; i++) {
        struct pt_topic *topic = &f->topics[i];
        topic->messages = topic->high = PT_UNKNOWN;
        topic->in_per_s = topic->out_per_s = NAN;
        topic->leaderless = topic->under_replicated = i == 0 ? 0 : -1;
    }
    for (int i = 0; i < PT_STREAMS; i++) {
        f->streams.streams[i].state = PT_STREAM_STOPPED;
        f->streams.streams[i].is_wanted = false;
    }
}

/* A watcher: another process runs the streams. */
static inline void fixture_watcher(struct fixture *f)
{
    fixture_flowing(f);
    f->session.is_owner = false;
    f->session.owner_pid = 4127;
    for (int i = 0; i < PT_STREAMS; i++) {
        f->streams.streams[i].state = PT_STREAM_ELSEWHERE;
        f->streams.streams[i].owner_pid = 4127;
        f->streams.streams[i].target_per_s = 0;
    }
}

/* All figures as big as they get. */
static inline void fixture_huge(struct fixture *f)
{
    fixture_flowing(f);
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *stream = &f->streams.streams[i];
        stream->target_per_s = 1e18;
        stream->generated = stream->account_generated = 98765432109;
        stream->delivered = stream->account_delivered = 98765399341;
        stream->account_in_topic = 98765399000;
        stream->account_committed = 98764000000;
        stream->in_flight = stream->queued = 32768;
        stream->bytes_per_s = 123456789;
        stream->oldest_unresolved_ms = 86400000LL * 3;
        stream->ack_p99_ms = 59999;
    }
    for (size_t i = 0; i < f->topics_section.n_topics; i++) {
        f->topics[i].in_per_s = f->topics[i].out_per_s = 123456;
        f->topics[i].lag = 98765432109;
        f->topics[i].messages = 98765432109;
    }
    fixture_series(f, 3000, 370000, 360000);
    f->sinks[0].lost_records = 12;
    f->sinks[0].expired_objects = 77;
}

#endif
