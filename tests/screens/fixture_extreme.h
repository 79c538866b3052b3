/* The six situations that every page is drawn in: it works, nothing is there, everything is
 * broken, the largest figures, names that would harm a screen, and names without any figure. */
#ifndef SCREENS_FIXTURE_EXTREME_H
#define SCREENS_FIXTURE_EXTREME_H

#include "fixture_connector.h"
#include "fixture_setup.h"

struct extreme {
    const char *name;
    void (*make)(struct fixture *f);
};

/* The login of one situation, and the checks of a setup, in another one. */
static inline void extreme_join(struct fixture *f, void (*login)(struct fixture *f))
{
    static struct fixture other;
    login(&other);
    f->auth.auth = other.auth.auth;
    fixture_setup(&other);
    f->setup = other.setup;
    f->setup.is_running = false;
    f->setup.ended_ms = FIXTURE_NOW_MS - 9000;
    f->setup.n_rounds = 1;
}

/* ---- it works: MSK with IAM, and a sink that keeps up ---- */

static inline void extreme_tasks(struct pt_connector *c, const char *state, const char *trace)
{
    static struct pt_task tasks[3];
    static struct pt_lag lags[6];
    for (int i = 0; i < 3; i++) {
        tasks[i] = (struct pt_task){.id = i, .trace = trace};
        snprintf(tasks[i].state, sizeof tasks[i].state, "%s", state);
        snprintf(tasks[i].worker, sizeof tasks[i].worker, "10.0.%d.7:8083", i);
    }
    for (int i = 0; i < 6; i++)
        lags[i] = (struct pt_lag){.topic = i < 3 ? "0a1b2c3d4e5f.geo" : "0a1b2c3d4e5f.pin",
                                  .partition = i % 3,
                                  .committed = 21260 + i,
                                  .high = 21300,
                                  .lag = 40 - i,
                                  .moved_ms = FIXTURE_NOW_MS - 2000};
    c->tasks = tasks;
    c->n_listed = 3;
    c->lags = lags;
    c->n_lags = 6;
}

static inline void extreme_sink(struct fixture *f)
{
    struct pt_connector *c = &f->sinks[0];
    c->verdict = PT_V_OK;
    c->cause[0] = c->fix[0] = c->rule[0] = c->safe[0] = '\0';
    c->n_tasks = c->running_tasks = 3;
    c->tasks_max = 3;
    c->failed_tasks = c->n_errors = 0;
    c->lag_total = 360;
    c->lag_per_s = -0.2;
    c->out_per_s = 29.4;
    c->catch_up_s = 12;
    c->flush_size = 1000;
    c->objects_per_hour = 108;
    c->usd_per_hour = 0.00054;
    c->last_error = NULL;
    c->last_error_ms = PT_UNKNOWN;
    c->newest_object_ms = FIXTURE_NOW_MS - 3000;
    extreme_tasks(c, "RUNNING", NULL);
    c->n_evidence = 0;
    fixture_witness(c, "API state", "RUNNING", "MSK Conn", 86400000, 3000, false);
    fixture_witness(c, "tasks", "3 running, tasks.max 3", "CloudW.", 86400000, 50000, false);
    fixture_witness(c, "group lag", "360, shrinks 0.2/s", "Kafka", 2000, 3000, false);
    fixture_witness(c, "newest object", "03:12:35Z", "S3 list", 3000, 44000, false);
}

static inline void extreme_well(struct fixture *f)
{
    static struct pt_check checks[24];
    static const char *const topics[] = {"0a1b2c3d4e5f.pin", "0a1b2c3d4e5f.geo",
                                         "0a1b2c3d4e5f.user"};
    fixture_sink_failed(f);
    fixture_brokers(f, 3, 3);
    for (int i = 0; i < 3; i++) {
        struct pt_broker *b = &f->cluster.brokers[i];
        snprintf(b->host, sizeof b->host, "b-%d.pinterest.example", i + 1);
        b->port = 9098;
        b->rtt_ms = 1.5;
        fixture_stream(f, (enum pt_stream_id)i, topics[i]);
    }
    f->topics_section.n_topics = f->events_section.n_events = 0;
    fixture_topic(f, "0a1b2c3d4e5f.geo", PT_GEO);
    fixture_topic(f, "0a1b2c3d4e5f.pin", PT_PIN);
    fixture_topic(f, "0a1b2c3d4e5f.user", PT_USER);
    f->session.verdict = PT_V_OK;
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text, "records flow");
    f->session.verdict_detail[0] = '\0';
    extreme_sink(f);
    fixture_event(f, 80 * MINUTES_MS, PT_INFO, "pintop", "connected, 3 brokers");
    fixture_event(f, 79 * MINUTES_MS, PT_INFO, "pin", "started at 10/s, index 0");
    fixture_event(f, 9000, PT_NOTICE, "sink", "TRANSITION -> OK");
    fixture_series(f, 400, 30, 29);
    extreme_join(f, fixture_iam);
    memcpy(checks, f->setup.checks, f->setup.n_checks * sizeof *checks);
    for (size_t i = 0; i < f->setup.n_checks; i++)
        if (checks[i].state != PT_CHECK_NOT_NEEDED) {
            checks[i].state = PT_CHECK_OK;
            checks[i].fix = "";
            checks[i].is_fixable = false;
            checks[i].evidence = i > 11 ? "as it should be" : checks[i].evidence;
        }
    checks[9].evidence = "0a1b2c3d4e5f-ec2-access-role";
    checks[10].evidence = "EC2 and MSK Connect may assume it";
    f->setup.checks = checks;
}

/* ---- nothing is there: connected, and nothing configured ---- */

static inline void extreme_empty(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fixture_wire(f);
    f->session.is_owner = true;
    f->session.owner_pid = f->session.verdict_since_ms = PT_UNKNOWN;
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text, "no topic is watched");
    snprintf(f->cluster.bootstrap_servers, sizeof f->cluster.bootstrap_servers, "localhost:9092");
    fixture_brokers(f, 1, 1);
    for (int i = 0; i < PT_STREAMS; i++) {
        fixture_stream(f, (enum pt_stream_id)i, "");
        struct pt_stream *s = &f->streams.streams[i];
        s->state = PT_STREAM_STOPPED;
        s->is_wanted = false;
        s->generated = s->delivered = s->in_flight = s->oldest_unresolved_ms = 0;
        s->generated_per_s = s->delivered_per_s = s->bytes_per_s = 0;
        s->account_first_index = s->newest_object_ms = PT_UNKNOWN;
        s->ack_p50_ms = s->ack_p99_ms = s->ack_max_ms = NAN;
        s->n_recent = 0;
    }
    f->topics_section.asked_ms = FIXTURE_NOW_MS - 1000;
    f->series.last_sample = f->minutes.last_sample = -1;
    f->connectors.asked_ms = f->connectors.sinkless_ms = PT_UNKNOWN;
}

/* ---- everything is broken ---- */

static inline void extreme_broken(struct fixture *f)
{
    static struct pt_check checks[24];
    static const char why[] = "b-1.pinterest.example:9098: connection refused: nothing listens on "
                              "that port, or a firewall rejects it";
    fixture_sink_failed(f);
    extreme_tasks(&f->sinks[0], "FAILED",
                  "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask\n"
                  "Caused by: AmazonS3Exception: Access Denied (Status Code: 403)");
    fixture_brokers(f, 3, 0);
    snprintf(f->cluster.last_error, sizeof f->cluster.last_error, "%s", why);
    f->cluster.last_error_ms = FIXTURE_NOW_MS - 5000;
    f->cluster.errors = 812;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *s = &f->streams.streams[i];
        s->state = i == PT_USER ? PT_STREAM_ERROR : PT_STREAM_WAITING;
        s->failed = i == PT_USER ? 3 : 0;
        s->generated_per_s = s->delivered_per_s = s->bytes_per_s = 0;
        s->in_flight = s->queued = 32768;
        s->oldest_unresolved_ms = 662000;
        s->bad_rows = 17;
        snprintf(s->reason, sizeof s->reason, "%s", why);
        snprintf(s->blocked_by, sizeof s->blocked_by, "%s", why);
        snprintf(s->fix, sizeof s->fix, "Check that the broker runs and that its port is open");
    }
    for (size_t i = 0; i < f->topics_section.n_topics; i++) {
        f->topics[i].leaderless = f->topics[i].under_replicated = 3;
        f->topics[i].in_per_s = f->topics[i].out_per_s = 0;
    }
    snprintf(f->topics_section.error, sizeof f->topics_section.error, "%s", why);
    snprintf(f->connectors.error, sizeof f->connectors.error,
             "MSK Connect ListConnectors: no answer within 10 s");
    snprintf(f->session.unwritten, sizeof f->session.unwritten,
             "checkpoints cannot be written: no space left on device");
    extreme_join(f, fixture_iam_trouble);
    memcpy(checks, f->setup.checks, f->setup.n_checks * sizeof *checks);
    for (size_t i = 0; i < f->setup.n_checks; i++) {
        checks[i].state = PT_CHECK_FAIL;
        checks[i].evidence = why;
        checks[i].fix = "Check that the broker runs and that its port is open";
        checks[i].is_fixable = i % 3 == 0;
    }
    f->setup.checks = checks;
    snprintf(f->setup.error, sizeof f->setup.error, "AWS credentials: they expired 13 h ago");
}

/* ---- the largest figures ---- */

enum { EXTREME_TOPICS = 40 };

static inline void extreme_huge(struct fixture *f)
{
    static struct pt_lag lags[2];
    char name[32];
    extreme_well(f);
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *s = &f->streams.streams[i];
        s->target_per_s = 1e18;
        s->generated = s->account_generated = s->account_in_topic = INT64_MAX;
        s->delivered = s->account_delivered = s->account_committed = INT64_MAX - 32768;
        s->failed = s->unresolved = s->doubles_possible = s->bad_rows = INT64_MAX / 7;
        s->in_flight = s->queued = 32768;
        s->generated_per_s = s->delivered_per_s = 98765432109.0;
        s->bytes_per_s = 9.9e15;
        s->bytes = INT64_MAX;
        s->oldest_unresolved_ms = 86400000LL * 9999;
        s->ack_p50_ms = s->ack_p99_ms = s->ack_max_ms = 3599999;
        for (int k = 0; k < PT_RECENT; k++)
            s->recent_in_per_s[k] = k % 2 == 0 ? 3e38F : INFINITY;
    }
    for (int i = 0; i < EXTREME_TOPICS; i++) {
        snprintf(name, sizeof name, "topic-%03d", i);
        struct pt_topic *t = fixture_topic(f, name, -1);
        t->n_partitions = t->replication = t->leaderless = t->under_replicated = INT32_MAX;
        t->messages = t->high = t->lag = t->max_lag = INT64_MAX;
        t->in_per_s = t->out_per_s = t->bytes_in_per_s = 1e15;
    }
    struct pt_connector *c = &f->sinks[0];
    c->n_tasks = c->running_tasks = c->failed_tasks = INT32_MAX;
    c->tasks_max = c->lag_total = c->objects = c->bytes = INT64_MAX;
    c->lost_records = c->expired_objects = c->flush_size = INT64_MAX;
    c->lag_per_s = c->out_per_s = c->catch_up_s = c->objects_per_hour = c->usd_per_hour = 1e15;
    c->n_errors = INT32_MAX;
    for (int i = 0; i < 2; i++)
        lags[i] = (struct pt_lag){.topic = "0a1b2c3d4e5f.geo",
                                  .partition = INT32_MAX - i,
                                  .committed = INT64_MAX,
                                  .high = INT64_MAX,
                                  .lag = INT64_MAX,
                                  .moved_ms = FIXTURE_NOW_MS - 86400000LL * 9999};
    c->lags = lags;
    c->n_lags = 2;
    fixture_series(f, 3000, 3.7e14F, 3.6e14F);
}

/* ---- names that would harm a screen ---- */

/* Colours and cursor moves, in both ways to write them; wide, combining, from right to left,
 * joined, and as long as a topic's name can be. The engine makes the first two printable; a screen
 * must stand them all the same. */
static inline const char *extreme_name(int i)
{
    static char longest[PT_TOPIC_MAX];
    static const char *const names[] = {"\033[2J\033[31mred\a\b\r\n",
                                        "\302\23331m\342\200\256evil",
                                        "日本語のトピック名はとても長いので収まりません",
                                        "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85zalgo",
                                        "שלום-مرحبا",
                                        "👩‍👩‍👧‍👦.family.👍🏽",
                                        "%s%n%d${x}`y`",
                                        "ill-formed \xff\xc0\x80",
                                        longest};
    enum { NAMES = sizeof names / sizeof *names };
    memset(longest, 'w', sizeof longest - 1);
    return names[i % NAMES];
}

static inline void extreme_hostile_sinks(struct fixture *f)
{
    f->connectors.n_connectors = 3;
    f->sinks[1] = f->sinks[2] = f->sinks[0];
    for (int i = 0; i < 3; i++) {
        struct pt_connector *c = &f->sinks[i];
        const char *name = extreme_name(i + 2);
        snprintf(c->name, sizeof c->name, "%s", name);
        snprintf(c->id, sizeof c->id, "%d%s", i, name);
        snprintf(c->group, sizeof c->group, "connect-%s", extreme_name(0));
        snprintf(c->where, sizeof c->where, "s3://%s", extreme_name(5));
        snprintf(c->cause, sizeof c->cause, "%s: %s", extreme_name(1), extreme_name(2));
        snprintf(c->fix, sizeof c->fix, "%s", extreme_name(3));
        snprintf(c->state, sizeof c->state, "%s", extreme_name(6));
        c->verdict = i == 0 ? PT_V_FAILED : PT_V_OK;
    }
    fixture_witness(&f->sinks[0], "API state", extreme_name(8), "MSK Conn", 2000, 3000, true);
    fixture_witness(&f->sinks[0], "tasks", extreme_name(2), "MSK Conn", 2000, 3000, true);
}

static inline void extreme_hostile(struct fixture *f)
{
    extreme_well(f);
    f->topics_section.n_topics = 0;
    for (int i = 0; i < 9; i++)
        fixture_topic(f, extreme_name(i), i < PT_STREAMS ? i : -1);
    for (int i = 0; i < PT_STREAMS; i++) {
        struct pt_stream *s = &f->streams.streams[i];
        snprintf(s->topic, sizeof s->topic, "%s", extreme_name(i));
        snprintf(s->source, sizeof s->source, "%s", extreme_name(i + 3));
    }
    for (int i = 0; i < 3; i++)
        snprintf(f->cluster.brokers[i].host, PT_HOST_MAX, "%s", extreme_name(i + 2));
    for (int i = 0; i < 9; i++)
        fixture_event(f, 1000 * i, i % 2 == 0 ? PT_ERROR : PT_INFO, i % 3 == 0 ? "日本" : "sink",
                      extreme_name(i));
    snprintf(f->session.context, sizeof f->session.context, "%s", extreme_name(5));
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text, "at the sink: %s: %s",
             extreme_name(1), extreme_name(2));
    snprintf(f->session.verdict_detail, sizeof f->session.verdict_detail, "%s", extreme_name(8));
    f->session.verdict = PT_V_FAILED;
    snprintf(f->cluster.bootstrap_servers, sizeof f->cluster.bootstrap_servers, "%s,b:9092",
             extreme_name(2));
    snprintf(f->auth.auth.caller_arn, sizeof f->auth.auth.caller_arn, "%s", extreme_name(8));
    snprintf(f->auth.auth.source, sizeof f->auth.auth.source, "%s", extreme_name(5));
    snprintf(f->auth.auth.last_error, sizeof f->auth.auth.last_error, "%s", extreme_name(0));
    extreme_hostile_sinks(f);
}

/* ---- names without any figure ---- */

static inline void extreme_unknown_sink(struct pt_connector *c)
{
    c->verdict = PT_V_UNKNOWN;
    c->verdict_since_ms = c->state_asked_ms = c->operation_ms = c->tasks_max = PT_UNKNOWN;
    c->last_error_ms = c->lag_total = c->safe_until_ms = c->waiting_ms = PT_UNKNOWN;
    c->objects = c->bytes = c->newest_object_ms = PT_UNKNOWN;
    c->lag_per_s = c->catch_up_s = c->out_per_s = c->objects_per_hour = c->usd_per_hour = NAN;
    c->n_tasks = c->running_tasks = c->failed_tasks = -1;
    c->state[0] = c->newest_object[0] = c->where[0] = '\0';
    c->n_listed = c->n_lags = c->n_evidence = 0;
    c->flush_size = 0;
    snprintf(c->cause, sizeof c->cause, "nothing has answered yet");
}

static inline void extreme_unknown(struct fixture *f)
{
    extreme_well(f);
    f->session.verdict = PT_V_UNKNOWN;
    f->session.verdict_since_ms = PT_UNKNOWN;
    snprintf(f->session.verdict_text, sizeof f->session.verdict_text, "nothing has answered yet");
    f->cluster.state = PT_CLUSTER_UNKNOWN;
    for (int i = 0; i < 3; i++) {
        f->cluster.brokers[i].state = PT_BROKER_UNKNOWN;
        f->cluster.brokers[i].rtt_ms = f->cluster.brokers[i].throttle_ms = NAN;
        f->cluster.brokers[i].since_ms = PT_UNKNOWN;
        struct pt_stream *s = &f->streams.streams[i];
        s->state = PT_STREAM_UNKNOWN;
        s->since_ms = s->queued = s->uncommitted = s->account_first_index = PT_UNKNOWN;
        s->account_in_topic = s->account_committed = s->newest_object_ms = PT_UNKNOWN;
        s->generated_per_s = s->delivered_per_s = s->bytes_per_s = NAN;
        s->ack_p50_ms = s->ack_p99_ms = s->ack_max_ms = NAN;
        s->n_recent = 0;
    }
    for (size_t i = 0; i < f->topics_section.n_topics; i++) {
        struct pt_topic *t = &f->topics[i];
        t->messages = t->high = t->committed = t->lag = PT_UNKNOWN;
        t->in_per_s = t->out_per_s = NAN;
        t->n_partitions = t->replication = t->leaderless = t->under_replicated = -1;
        t->asked_ms = PT_UNKNOWN;
    }
    f->events_section.n_events = f->log.n_lines = 0;
    f->series.last_sample = f->minutes.last_sample = -1;
    f->auth.auth = (struct pt_auth){PT_AUTH_NOTHING_KNOWN, .state = PT_AUTH_UNKNOWN};
    f->setup.n_checks = 0;
    f->setup.ended_ms = f->setup.begun_ms = PT_UNKNOWN;
    extreme_unknown_sink(&f->sinks[0]);
}

static const struct extreme extremes[] = {
    {"well",    extreme_well   },
    {"empty",   extreme_empty  },
    {"broken",  extreme_broken },
    {"huge",    extreme_huge   },
    {"hostile", extreme_hostile},
    {"unknown", extreme_unknown},
};
enum { EXTREMES = sizeof extremes / sizeof *extremes };

#endif
