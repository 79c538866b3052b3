#include "kafka/record_times.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/asked.h"
#include "kafka/assign.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"

enum { POLL_MS = 100, STALL_US = 2000000, SEEK_MS = 1000 };

/* The state of a reading: the consumer, and the rows with those that are still open. */
struct reading {
    rd_kafka_t *rk;
    struct record_time *rows;
    size_t n, n_open;
    char broker_error[200];
};

static void record_times_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct reading *reading = arg;
    kafka_note_error(reading->broker_error, sizeof reading->broker_error, code, reason);
}

static bool record_times_is_open(const struct record_time *row)
{
    return row->first_offset == PT_UNKNOWN && !row->is_empty;
}

static struct record_time *find_row(const struct reading *reading, const rd_kafka_message_t *m)
{
    for (size_t i = 0; m->rkt != NULL && i < reading->n; i++)
        if (reading->rows[i].partition == m->partition &&
            strcmp(reading->rows[i].topic, rd_kafka_topic_name(m->rkt)) == 0)
            return &reading->rows[i];
    return NULL;
}

/* The list of one partition, for calls that need a list. */
static rd_kafka_topic_partition_list_t *list_of(const struct record_time *row, int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, row->topic, row->partition)->offset = offset;
    return list;
}

/* The answer for this row is known: nothing more is fetched for it. */
static void close_row(struct reading *reading, const struct record_time *row)
{
    rd_kafka_topic_partition_list_t *list = list_of(row, 0);
    reading->n_open--;
    rd_kafka_pause_partitions(reading->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static void record_times_take_record(struct reading *reading, struct record_time *row,
                                     const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    row->first_offset = message->offset;
    row->time_ms = type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? time_ms : PT_UNKNOWN;
    close_row(reading, row);
}

/* Retention deleted the record at this offset: the oldest remaining one takes its place. */
static void begin_at_oldest(struct reading *reading, struct record_time *row)
{
    rd_kafka_topic_partition_list_t *list = list_of(row, RD_KAFKA_OFFSET_BEGINNING);
    row->is_expired = true;
    rd_kafka_error_destroy(rd_kafka_seek_partitions(reading->rk, list, SEEK_MS));
    rd_kafka_topic_partition_list_destroy(list);
}

static void record_times_take_message(struct reading *reading, const rd_kafka_message_t *message)
{
    struct record_time *row = find_row(reading, message);
    if (row == NULL || !record_times_is_open(row))
        return;
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        if (message->offset >= row->offset || row->is_expired)
            record_times_take_record(reading, row, message);
        return;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        row->is_empty = true;
        row->end_offset = message->offset;
        close_row(reading, row);
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        if (!row->is_expired)
            begin_at_oldest(reading, row);
        return;
    default: /* this partition gives no answer: its leader moves, or a permission is missing */
        return;
    }
}

static pt_code assign_all(struct reading *reading, struct pt_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)reading->n);
    for (size_t i = 0; i < reading->n; i++)
        rd_kafka_topic_partition_list_add(list, reading->rows[i].topic, reading->rows[i].partition)
            ->offset = reading->rows[i].offset;
    rd_kafka_resp_err_t code = kafka_assign(reading->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code ? kafka_error(err, code, "read the first waiting records", NULL) : PT_OK;
}

static pt_code record_times_read_all(struct reading *reading, int timeout_ms,
                                     const atomic_bool *is_cancelled, struct pt_error *err)
{
    int64_t heard_us = clock_mono_us(), deadline_us = heard_us + timeout_ms * INT64_C(1000);
    pt_code code = assign_all(reading, err);
    while (code == PT_OK && reading->n_open > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reading->rk, POLL_MS);
        int64_t now_us = clock_mono_us();
        if (message != NULL) {
            record_times_take_message(reading, message);
            rd_kafka_message_destroy(message);
            heard_us = now_us;
        }
        if (atomic_load(is_cancelled))
            code =
                pt_error_set(err, PT_ECANCELLED, NULL, "read the first waiting records: cancelled");
        else if (now_us >= deadline_us || now_us - heard_us >= STALL_US)
            code = kafka_error(err, RD_KAFKA_RESP_ERR__TIMED_OUT, "read the first waiting records",
                               reading->broker_error);
    }
    kafka_assign(reading->rk, NULL);
    return code;
}

pt_code record_times(const struct record_times_opts *opts, struct record_time *rows, size_t n,
                     struct pt_error *err)
{
    /* One record of each partition is wanted: the broker sends one batch, and as little as
     * possible is read ahead. */
    const char *const settings[] = {"enable.partition.eof=true", "queued.min.messages=1",
                                    "queued.max.messages.kbytes=1024",
                                    "fetch.message.max.bytes=65536",
                                    opts->is_committed_only ? "isolation.level=read_committed"
                                                            : "isolation.level=read_uncommitted"};
    struct reading reading = {.rows = rows, .n = n, .n_open = n};
    const struct handle_opts handle = {
        .kind = HANDLE_CONSUMER,
        .cfg = opts->cfg,
        .bootstrap = opts->bootstrap,
        .settings = settings,
        .n_settings = sizeof settings / sizeof *settings,
        .hooks = {.arg = &reading, .error = record_times_on_error}
    };
    for (size_t i = 0; i < n; i++) {
        rows[i].time_ms = rows[i].first_offset = rows[i].end_offset = PT_UNKNOWN;
        rows[i].is_empty = rows[i].is_expired = false;
    }
    if (n == 0)
        return PT_OK;
    pt_code code = handle_new(&handle, &reading.rk, err);
    if (code == PT_OK)
        code = record_times_read_all(&reading, opts->timeout_ms, opts->is_cancelled, err);
    handle_free(reading.rk);
    return code;
}
