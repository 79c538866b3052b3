/* Connectors of the fixture: one that failed behind RUNNING, and others beside it. */
#ifndef SCREENS_FIXTURE_CONNECTOR_H
#define SCREENS_FIXTURE_CONNECTOR_H

#include "fixture.h"

static inline void fixture_witness(struct pt_connector *c, const char *who, const char *says,
                                   const char *source, int64_t since_ago_ms, int64_t age_ms,
                                   bool is_bad)
{
    struct pt_evidence *e = &c->evidence[c->n_evidence++];
    memset(e, 0, sizeof *e);
    snprintf(e->witness, sizeof e->witness, "%s", who);
    e->says = says;
    snprintf(e->source, sizeof e->source, "%s", source);
    e->since_ms = since_ago_ms > 0 ? FIXTURE_NOW_MS - since_ago_ms : PT_UNKNOWN;
    e->asked_ms = age_ms >= 0 ? FIXTURE_NOW_MS - age_ms : PT_UNKNOWN;
    e->is_bad = is_bad;
}

/* Each partition of the three topics stands still since then. */
static inline void fixture_stuck(struct pt_connector *c)
{
    static struct pt_lag lags[9];
    for (int i = 0; i < 9; i++)
        lags[i] = (struct pt_lag){.topic = i < 3   ? "0a1b2c3d4e5f.geo"
                                           : i < 6 ? "0a1b2c3d4e5f.pin"
                                                   : "0a1b2c3d4e5f.user",
                                  .partition = i % 3,
                                  .committed = 18000 + i,
                                  .high = 21300 + i,
                                  .lag = 3300,
                                  .moved_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS,
                                  .is_stuck = true};
    c->lags = lags;
    c->n_lags = 9;
}

/* What they say of it. */
static inline void fixture_witnesses(struct pt_connector *c)
{
    c->n_evidence = 0;
    fixture_witness(c, "API state", "RUNNING (workers, not tasks)", "MSK Conn", 86400000, 3000,
                    false);
    fixture_witness(c, "tasks", "0 running, 3 failed, tasks.max 3", "CloudW.", 79 * MINUTES_MS,
                    50000, true);
    fixture_witness(c, "last change", "none since it was made", "MSK Conn", 86400000, 40000, false);
    fixture_witness(c, "group lag", "29,078, grows 6.0/s, no commit", "Kafka", 80 * MINUTES_MS,
                    3000, true);
    fixture_witness(c, "newest object", "01:52:06Z topics/0a1b2c3d4e5f.pin/partition=0/0a1b2c",
                    "S3 list", 80 * MINUTES_MS, 44000, true);
    fixture_witness(c, "role, settings", "unknown: IAM GetRole: AccessDenied", "IAM", 0, -1, false);
}

/* 03:12: all tasks of the sink have failed behind RUNNING; S3 refuses its role. */
static inline void fixture_sink_failed(struct fixture *f)
{
    fixture_trouble(f);
    struct pt_connector *c = &f->sinks[0];
    fixture_sink(f, "0a1b2c3d4e5f-connector", PT_V_FAILED);
    f->connectors.is_expected = true;
    f->connectors.asked_ms = FIXTURE_NOW_MS - 3000;
    snprintf(f->connectors.backend, sizeof f->connectors.backend, "mskconnect");
    snprintf(c->id, sizeof c->id, "arn:aws:kafkaconnect:us-east-1:123456789012:connector/x");
    snprintf(c->backend, sizeof c->backend, "mskconnect");
    snprintf(c->backend_title, sizeof c->backend_title, "MSK Connect");
    snprintf(c->version, sizeof c->version, "2.7.1");
    snprintf(c->class_name, sizeof c->class_name, "io.confluent.connect.s3.S3SinkConnector");
    snprintf(c->group, sizeof c->group, "connect-0a1b2c3d4e5f-connector");
    snprintf(c->where, sizeof c->where, "s3://0a1b2c3d4e5f-bucket");
    snprintf(c->cause, sizeof c->cause, "S3 denies the connector's role (403)");
    snprintf(c->fix, sizeof c->fix,
             "Allow the role s3:ListBucket and GetBucketLocation on the bucket, and PutObject, "
             "GetObject on its objects; then restart");
    snprintf(c->rule, sizeof c->rule, "s3-denied");
    snprintf(c->safe, sizeof c->safe,
             "29,078 records wait in Kafka; the first is deleted 2026-11-30 01:52Z");
    c->verdict_since_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS;
    c->state_asked_ms = FIXTURE_NOW_MS - 3000;
    c->can = PT_CONN_CAN_RESTART | PT_CONN_CAN_PAUSE | PT_CONN_CAN_UPDATE | PT_CONN_CAN_CREATE |
             PT_CONN_CAN_DELETE | PT_CONN_CAN_LOGS | PT_CONN_CAN_CHANGES;
    c->n_tasks = c->failed_tasks = 3;
    c->running_tasks = 0;
    c->is_s3 = true;
    c->flush_size = 1;
    c->turn_ms = -1;
    c->objects_per_hour = 21600;
    c->usd_per_hour = 0.108;
    c->catch_up_s = NAN;
    c->objects = c->bytes = PT_UNKNOWN;
    c->last_error =
        "[2026-11-23 01:52:07,951] ERROR [x|task-0] Task threw an uncaught and unrecoverable "
        "exception\nCaused by: AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: "
        "403)";
    c->n_errors = 37;
    c->last_error_ms = FIXTURE_NOW_MS - 80 * MINUTES_MS;
    fixture_stuck(c);
    fixture_witnesses(c);
}

/* A second one beside it, and somebody else's. */
static inline void fixture_sinks(struct fixture *f)
{
    fixture_sink_failed(f);
    f->connectors.n_connectors = 3;
    f->sinks[1] = f->sinks[2] = f->sinks[0];
    for (int i = 1; i < 3; i++) {
        struct pt_connector *c = &f->sinks[i];
        snprintf(c->name, sizeof c->name, i == 1 ? "0a1b2c3d4e5f-archive" : "ffff-connector");
        snprintf(c->id, sizeof c->id, "arn:%d", i);
        c->verdict = i == 1 ? PT_V_OK : PT_V_PAUSED;
        c->cause[0] = c->fix[0] = c->safe[0] = '\0';
        c->failed_tasks = 0;
        c->running_tasks = 3;
        c->lag_total = i;
        c->is_ours = i == 1;
    }
}

#endif
