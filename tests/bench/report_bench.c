/* What a snapshot of 50 connectors and 200 topics costs as JSON, written and read. Prints
 * "NAME VALUE UNIT", medians of this process's own time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pintop/report.h"

enum { CONNECTORS = 50, TOPICS = 200, PARTITIONS = 12, EVENTS = 200, LINES = 500, ROUNDS = 21 };

static struct pt_session_section session;
static struct pt_cluster_section cluster;
static struct pt_streams_section streams;
static struct pt_topic topic_rows[TOPICS];
static struct pt_partition partitions[TOPICS * PARTITIONS];
static struct pt_topics_section topics = {.topics = topic_rows,
                                          .n_topics = TOPICS,
                                          .partitions = partitions,
                                          .n_partitions = TOPICS * PARTITIONS};
static struct pt_task tasks[4];
static struct pt_lag lags[PARTITIONS];
static struct pt_connector connector_rows[CONNECTORS];
static struct pt_connectors_section connectors = {.connectors = connector_rows,
                                                  .n_connectors = CONNECTORS};
static struct pt_event event_rows[LINES];
static const struct pt_event *event_list[LINES];
static struct pt_events_section events = {.events = event_list, .n_events = EVENTS};
static struct pt_log_section log_lines = {.lines = event_list, .n_lines = LINES};
static struct pt_series_section series = {.last_sample = 5000};
static struct pt_auth_section auth = {.auth = {.state = PT_AUTH_NOT_NEEDED}};
static struct pt_completed_section completed;
static const struct pt_snapshot snap = {.time_ms = 1795403558000,
                                        .session = &session,
                                        .cluster = &cluster,
                                        .streams = &streams,
                                        .topics = &topics,
                                        .connectors = &connectors,
                                        .events = &events,
                                        .log = &log_lines,
                                        .series = &series,
                                        .auth = &auth,
                                        .completed = &completed};

static void make_topics(void)
{
    for (int i = 0; i < TOPICS; i++) {
        struct pt_topic *topic = &topic_rows[i];
        snprintf(topic->name, sizeof topic->name, "orders.%03d", i);
        topic->is_watched = i % 2 == 0;
        topic->n_partitions = PARTITIONS;
        topic->first_partition = (size_t)i * PARTITIONS;
        topic->messages = topic->high = 123456789012 + i;
        topic->in_per_s = 812.345 + i;
        topic->asked_ms = snap.time_ms;
    }
    for (int i = 0; i < TOPICS * PARTITIONS; i++)
        partitions[i] = (struct pt_partition){.partition = i % PARTITIONS,
                                              .leader = i % 6,
                                              .replicas = 3,
                                              .in_sync = 3,
                                              .high = 10288065751 + i,
                                              .committed = 10288065000 + i};
}

static void make_connectors(void)
{
    for (int i = 0; i < PARTITIONS; i++)
        lags[i] = (struct pt_lag){.topic = "orders.000",
                                  .partition = i,
                                  .committed = 10288065000,
                                  .high = 10288065751,
                                  .lag = 751,
                                  .moved_ms = snap.time_ms - 900};
    for (int i = 0; i < CONNECTORS; i++) {
        struct pt_connector *c = &connector_rows[i];
        snprintf(c->name, sizeof c->name, "s3-sink-%02d", i);
        snprintf(c->cause, sizeof c->cause, "the bucket's policy denies s3:PutObject to the role");
        c->tasks = tasks;
        c->n_listed = 4;
        c->lags = lags;
        c->n_lags = PARTITIONS;
        c->state_description = "";
        c->n_evidence = 12;
        for (size_t e = 0; e < c->n_evidence; e++) {
            snprintf(c->evidence[e].witness, sizeof c->evidence[e].witness, "offsets");
            c->evidence[e].says = "committed 10,288,065,000 of 10,288,065,751, 3 s ago";
            c->evidence[e].asked_ms = snap.time_ms - 1500;
            c->evidence[e].since_ms = snap.time_ms - 60000;
        }
    }
}

static void make(void)
{
    make_topics();
    make_connectors();
    for (int i = 0; i < LINES; i++) {
        event_rows[i].time_ms = snap.time_ms - 1000 * i;
        event_rows[i].text =
            "s3-sink-07: task 2 failed: Access Denied (s3:PutObject), since 01:52Z";
        event_list[i] = &event_rows[i];
    }
    for (int i = 0; i < PT_SERIES_LEN; i++)
        series.produced[i] = series.in[i] = series.out[i] = 812.5f + (float)(i % 100) * 0.37f;
}

/* Of the processor: the machine may be busy. */
static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void print_median(const char *name, int64_t *us)
{
    qsort(us, ROUNDS, sizeof *us, compare);
    printf("%s %lld us\n", name, (long long)us[ROUNDS / 2]);
}

int main(void)
{
    int64_t written[ROUNDS], read[ROUNDS];
    size_t len = 0;
    make();
    for (int i = 0; i < ROUNDS; i++) {
        const struct pt_snapshot *back;
        struct pt_error err;
        int64_t begin = now_us();
        char *json = pt_snapshot_json(&snap);
        if (json == NULL)
            return 1;
        written[i] = now_us() - begin;
        len = strlen(json);
        begin = now_us();
        if (pt_snapshot_read(json, len, &back, &err) != PT_OK) {
            fprintf(stderr, "%s\n", err.what);
            return 1;
        }
        read[i] = now_us() - begin;
        pt_snapshot_release(back);
        free(json);
    }
    print_median("snapshot_write_us", written);
    print_median("snapshot_read_us", read);
    printf("snapshot_bytes %zu bytes\n", len);
    return 0;
}
