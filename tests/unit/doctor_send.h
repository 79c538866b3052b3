/* The action of sink.flow over Kafka's mock and a bucket on loopback, with a sink of the test's
 * own: for the tests of what it does and of what is kept of it. */
#ifndef UNIT_DOCTOR_SEND_H
#define UNIT_DOCTOR_SEND_H

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor_connect.h"
#include "kafka/embedded.h"
#include "kafka/handle.h"
#include "mock_records.h"

enum { TOPICS = 3, PRODUCE = 0 };
#define GROUP "connect-0a1b-connector"

static const char *const topics[TOPICS] = {"0a1b.geo", "0a1b.pin", "0a1b.user"};
static struct embedded kafka;
static rd_kafka_t *client;
static char servers[300];

/* The sink of the test: it looks at Kafka whenever somebody lists the bucket. */
static struct sink_here {
    bool (*next)(void *arg, int fd, const char *request);
    void *next_arg;
    bool is_reading[TOPICS], is_writing;
    bool is_early, is_followed; /* see write_early */
    bool is_list_denied_then;   /* once records have been sent, the bucket may not be listed */
    int64_t done[TOPICS][EMBEDDED_PARTITIONS];
} sink_here;

static int64_t end_of(const char *topic, int32_t partition)
{
    int64_t low = 0, high = 0;
    assert_int_equal(rd_kafka_query_watermark_offsets(client, topic, partition, &low, &high, 10000),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    return high;
}

static int count_records(void)
{
    int n = 0;
    for (int t = 0; t < TOPICS; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++)
            n += (int)end_of(topics[t], p);
    return n;
}

static void write_object(const char *topic, int32_t partition, int64_t offset)
{
    static char when[BUCKET_OBJECTS][40];
    char key[160];
    time_t at = time(NULL);
    struct tm tm;
    size_t n = bucket.n_objects;
    snprintf(key, sizeof key, "topics/%s/partition=%d/%s+%d+%010lld.json", topic, partition, topic,
             partition, (long long)offset);
    local_bucket_add(&bucket, key, "{}\n", 3);
    assert_non_null(gmtime_r(&at, &tm));
    strftime(when[n], sizeof when[n], "%Y-%m-%dT%H:%M:%S.000Z", &tm);
    bucket.objects[n].modified = when[n];
}

/* Once a record is sent: an object of what was there before in its partition is written, and, with
 * is_followed, one of what comes after it. */
static void write_early(void)
{
    for (int t = 0; t < TOPICS; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++) {
            if (end_of(topics[t], p) < 2 || sink_here.done[t][p] == 2)
                continue;
            sink_here.done[t][p] = 2;
            write_object(topics[t], p, 0);
            if (sink_here.is_followed)
                write_object(topics[t], p, 2);
        }
}

static bool sink_turns(void *arg, int fd, const char *request)
{
    (void)arg;
    for (int t = 0; t < TOPICS && strstr(request, "list-type=2") != NULL; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS && sink_here.is_reading[t]; p++) {
            int64_t end = end_of(topics[t], p);
            for (; sink_here.done[t][p] < end; sink_here.done[t][p]++) {
                if (sink_here.is_writing)
                    write_object(topics[t], p, sink_here.done[t][p]);
                mock_commit(&kafka, GROUP, topics[t], p, sink_here.done[t][p] + 1);
            }
        }
    if (sink_here.is_early && strstr(request, "list-type=2") != NULL)
        write_early();
    if (sink_here.is_list_denied_then && strstr(request, "list-type=2") != NULL)
        bucket.is_list_denied = count_records() > 0;
    return sink_here.next(sink_here.next_arg, fd, request);
}

static void send_well(size_t n_topics)
{
    connect_well();
    assert_int_equal(embedded_start(NULL, topics, n_topics, &kafka, NULL), PT_OK);
    client = mock_producer(&kafka);
    snprintf(servers, sizeof servers, "bootstrap.servers=%s", kafka.bootstrap);
    sink_here = (struct sink_here){
        .next = aws_room.hook,
        .next_arg = aws_room.hook_arg,
        .is_reading = {true, true, true},
        .is_writing = true
    };
    local_aws_hook(&aws_room, sink_turns, NULL);
}

static int send_end(void **state)
{
    local_aws_hook(&aws_room, NULL, NULL);
    handle_free(client);
    embedded_stop(&kafka);
    return aws_room_close(state);
}

/* Objects of up to 1000 records, closed by the clock. */
#define BY_CLOCK(ms)                                                                               \
    "\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\"," REGEX                       \
    ",\"s3.bucket.name\":\"0a1b-bucket\",\"s3.region\":\"eu-west-1\","                             \
    "\"flush.size\":\"1000\",\"rotate.schedule.interval.ms\":\"" ms "\""

#define AT_KAFKA AWS_ROOM_SET(servers, "pintop.msk.cluster=pins", "pintop.connector.poll.ms=1000")

struct send_ends {
    struct pt_error err;
    char said[2000];
    struct pt_checks checks;
};

static bool agree(void *arg, const struct pt_fix *fix)
{
    (void)arg;
    (void)fix;
    return true;
}

static void keep_error(void *arg, const struct pt_fix *fix, const char *said,
                       const struct pt_error *err)
{
    struct send_ends *ends = arg;
    (void)fix;
    ends->err = *err;
    snprintf(ends->said, sizeof ends->said, "%s", said);
}

static struct pt_checks send_round(const struct pt_doctor *doctor)
{
    struct pt_checks checks;
    struct pt_config *cfg = aws_room_config(
        AWS_ROOM_SET(servers, "pintop.msk.cluster=pins", "pintop.connector.poll.ms=1000",
                     "security.protocol=", "sasl.mechanism=", "pintop.user.id=0a1b",
                     "pintop.aws.region=eu-west-1"));
    assert_int_equal(pt_doctor_check(cfg, doctor, &checks, NULL), PT_OK);
    pt_config_free(cfg);
    return checks;
}

/* is_named: the fix is asked for by its ID. */
static struct send_ends send_fix(bool is_named)
{
    static const char id[] = "sink.flow";
    const char *const ids[] = {id};
    struct send_ends ends = {.err = {.code = PT_OK}};
    const struct pt_doctor doctor = {.only = ids,
                                     .n_only = 1,
                                     .fix = ids,
                                     .n_fix = is_named,
                                     .fixes_free = !is_named,
                                     .agree = agree,
                                     .fixed = keep_error,
                                     .arg = &ends};
    ends.checks = send_round(&doctor);
    return ends;
}

#endif
