#include "kafka/record_times.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/read_range.h"

enum { STALL_MS = 2000, RANGES_MAX = 64 };

struct reading {
    struct record_time *rows; /* of one topic */
    size_t n;
    atomic_bool *is_cancelled;
};

static void on_record(void *arg, const rd_kafka_message_t *message)
{
    struct reading *reading = arg;
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    for (size_t i = 0; i < reading->n; i++) {
        struct record_time *row = &reading->rows[i];
        /* A compacted or expired one: the next that is left stands for it. */
        if (row->partition == message->partition && message->offset >= row->offset &&
            row->time_ms == PT_UNKNOWN && type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
            row->time_ms = time_ms;
    }
}

static bool on_tick(void *arg)
{
    return atomic_load(((struct reading *)arg)->is_cancelled);
}

static pt_code read_topic(struct reader *reader, struct reading *reading, int64_t deadline_us,
                          struct pt_error *err)
{
    struct read_range ranges[RANGES_MAX];
    size_t n = reading->n < RANGES_MAX ? reading->n : RANGES_MAX;
    for (size_t i = 0; i < n; i++)
        ranges[i] = (struct read_range){.partition = reading->rows[i].partition,
                                        .next = reading->rows[i].offset,
                                        .end = reading->rows[i].offset + 1};
    const struct read_opts opts = {.reader = reader,
                                   .topic = reading->rows[0].topic,
                                   .ranges = ranges,
                                   .n_ranges = n,
                                   .stall_ms = STALL_MS,
                                   .deadline_us = deadline_us,
                                   .arg = reading,
                                   .record = on_record,
                                   .tick = on_tick};
    return read_ranges(&opts, err);
}

pt_code record_times(const struct pt_config *cfg, const char *bootstrap, struct record_time *rows,
                     size_t n, int timeout_ms, atomic_bool *is_cancelled, struct pt_error *err)
{
    struct reader reader;
    int64_t deadline_us = clock_mono_us() + timeout_ms * INT64_C(1000);
    for (size_t i = 0; i < n; i++)
        rows[i].time_ms = PT_UNKNOWN;
    pt_code code = n > 0 ? reader_init(&reader, cfg, bootstrap, false, err) : PT_OK;
    if (n == 0 || code != PT_OK)
        return code;
    for (size_t i = 0; code == PT_OK && i < n;) {
        struct reading reading = {&rows[i], 1, is_cancelled};
        while (i + reading.n < n && strcmp(rows[i + reading.n].topic, rows[i].topic) == 0)
            reading.n++;
        i += reading.n;
        code = read_topic(&reader, &reading, deadline_us, err);
    }
    reader_done(&reader);
    return code;
}

static pt_code take_entries(rd_kafka_event_t *event, int64_t *ms, int64_t *bytes,
                            struct pt_error *err)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
    rd_kafka_resp_err_t code =
        n == 1 ? rd_kafka_ConfigResource_error(resources[0]) : RD_KAFKA_RESP_ERR__FAIL;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_error(err, code, "retention of a topic", NULL);
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &n);
    for (size_t i = 0; i < n; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value != NULL && strcmp(name, "retention.ms") == 0)
            *ms = strtoll(value, NULL, 10);
        if (value != NULL && strcmp(name, "retention.bytes") == 0)
            *bytes = strtoll(value, NULL, 10);
    }
    return PT_OK;
}

pt_code topic_retention(rd_kafka_t *rk, const char *topic, int timeout_ms,
                        const atomic_bool *is_cancelled, int64_t *ms, int64_t *bytes,
                        struct pt_error *err)
{
    char text[8];
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    *ms = *bytes = PT_UNKNOWN;
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof text);
    rd_kafka_DescribeConfigs(rk, &resource, 1, options, queue);
    rd_kafka_event_t *event = offsets_wait_event(rk, queue, timeout_ms + 500, is_cancelled);
    pt_code code = event == NULL
                       ? pt_error_set(err, PT_ETIMEOUT, NULL, "retention of %s: no answer", topic)
                   : rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR
                       ? kafka_error(err, rd_kafka_event_error(event), "retention of a topic", NULL)
                       : take_entries(event, ms, bytes, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return code;
}
