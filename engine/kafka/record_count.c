#include "kafka/record_count.h"

#include "base/clock.h"
#include "kafka/asked.h"
#include "kafka/assign.h"
#include "kafka/handle.h"

enum { POLL_MS = 100 };

struct counting {
    struct record_range *range;
    int64_t records;
    bool is_done, is_unknown;
    char broker_error[200];
};

static void record_count_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct counting *counting = arg;
    kafka_note_error(counting->broker_error, sizeof counting->broker_error, code, reason);
}

static void record_count_take_record(struct counting *counting, const rd_kafka_message_t *message)
{
    const struct record_range *range = counting->range;
    if (message->offset >= range->to) {
        counting->is_done = true;
        return;
    }
    if (message->offset < range->from || (range->is_null_left_out && message->payload == NULL))
        return;
    counting->records++;
    counting->is_done = counting->records >= range->enough || message->offset == range->to - 1;
}

static void record_count_take_message(struct counting *counting, const rd_kafka_message_t *message)
{
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        record_count_take_record(counting, message);
        return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        counting->is_done = true;
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        counting->is_unknown = counting->is_done = true;
        return;
    default: /* the answer does not come: the leader is moving */
        return;
    }
}

static pt_code record_count_begin(rd_kafka_t *rk, const struct record_range *range,
                                  struct pt_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, range->topic, range->partition)->offset = range->from;
    rd_kafka_resp_err_t code = kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code ? kafka_error(err, code, "count records", NULL) : PT_OK;
}

static pt_code read_on(const struct record_times_opts *opts, rd_kafka_t *rk,
                       struct counting *counting, struct pt_error *err)
{
    int64_t deadline_us = clock_mono_us() + opts->timeout_ms * INT64_C(1000);
    pt_code code = record_count_begin(rk, counting->range, err);
    while (code == PT_OK && !counting->is_done) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, POLL_MS);
        if (message != NULL) {
            record_count_take_message(counting, message);
            rd_kafka_message_destroy(message);
        }
        if (atomic_load(opts->is_cancelled))
            code = pt_error_set(err, PT_ECANCELLED, NULL, "count records: cancelled");
        else if (!counting->is_done && clock_mono_us() >= deadline_us)
            code = kafka_error(err, RD_KAFKA_RESP_ERR__TIMED_OUT, "count records",
                               counting->broker_error);
    }
    kafka_assign(rk, NULL);
    return code;
}

pt_code record_count(const struct record_times_opts *opts, struct record_range *range,
                     struct pt_error *err)
{
    const char *const settings[] = {"enable.partition.eof=true", "queued.max.messages.kbytes=4096",
                                    opts->is_committed_only ? "isolation.level=read_committed"
                                                            : "isolation.level=read_uncommitted"};
    struct counting counting = {.range = range};
    const struct handle_opts handle = {
        .kind = HANDLE_CONSUMER,
        .cfg = opts->cfg,
        .bootstrap = opts->bootstrap,
        .settings = settings,
        .n_settings = sizeof settings / sizeof *settings,
        .hooks = {.arg = &counting, .error = record_count_on_error}
    };
    rd_kafka_t *rk = NULL;
    range->records = PT_UNKNOWN;
    pt_code code = handle_new(&handle, &rk, err);
    if (code == PT_OK)
        code = read_on(opts, rk, &counting, err);
    handle_free(rk);
    if (code == PT_OK && !counting.is_unknown)
        range->records = counting.records;
    return code;
}
