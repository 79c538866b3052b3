/* The consumer's loop: which partitions are still open, what ends one, and when to give up. */
#include "kafka/read_range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/asked.h"
#include "kafka/assign.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"

enum { POLL_MS = 100, TICK_US = 200000, RANGE_WHAT_MAX = 300, LOW_TIMEOUT_MS = 3000 };

static void read_range_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct reader *reader = arg;
    kafka_note_error(reader->broker_error, sizeof(reader->broker_error), code, reason);
}

/* Few records are wanted: little is read ahead. */
static const char *const few[] = {"queued.max.messages.kbytes=16384", "queued.min.messages=20000"};
/* All records are wanted. One fetch can have more small records than librdkafka's queue holds by
 * default, and 2.0.2 then waits a second before it fetches from that partition again: the queue
 * is limited by bytes instead of records. */
static const char *const all[] = {"queued.max.messages.kbytes=65536",
                                  "queued.min.messages=1000000"};

pt_code reader_init(struct reader *reader, const struct pt_config *cfg, const char *bootstrap,
                    bool is_whole, struct pt_error *err)
{
    static const char *const settings[] = {"enable.partition.eof=true"};
    const struct handle_opts opts = {
        .kind = HANDLE_CONSUMER,
        .cfg = cfg,
        .bootstrap = bootstrap,
        .wishes = is_whole ? all : few,
        .n_wishes = 2,
        .settings = settings,
        .n_settings = sizeof(settings) / sizeof(settings[0]),
        .hooks = {.arg = reader, .error = read_range_on_error},
    };
    memset(reader, 0, sizeof(*reader));
    return handle_new(&opts, &reader->rk, err);
}

void reader_done(struct reader *reader)
{
    handle_free(reader->rk);
    reader->rk = NULL;
}

struct loop {
    const struct read_opts *opts;
    size_t n_open;
    int64_t last_heard_us, last_tick_us;
};

static bool read_range_is_open(const struct read_range *range)
{
    return range->next < range->end;
}

/* Assigns the partitions that are still open, at their next offset. */
static pt_code assign_open(struct loop *loop, struct pt_error *err)
{
    const struct read_opts *opts = loop->opts;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)opts->n_ranges);
    loop->n_open = 0;
    for (size_t i = 0; i < opts->n_ranges; i++) {
        if (read_range_is_open(&opts->ranges[i])) {
            rd_kafka_topic_partition_list_add(list, opts->topic, opts->ranges[i].partition)
                ->offset = opts->ranges[i].next;
            loop->n_open++;
        }
    }
    rd_kafka_resp_err_t code =
        loop->n_open ? kafka_assign(opts->reader->rk, list) : RD_KAFKA_RESP_ERR_NO_ERROR;
    /* A partition that an earlier read has paused stays so through an assignment. */
    if (loop->n_open && !code) {
        code = rd_kafka_resume_partitions(opts->reader->rk, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code ? kafka_error(err, code, "read the topic", NULL) : PT_OK;
}

static struct read_range *find_range(const struct loop *loop, int32_t partition)
{
    for (size_t i = 0; i < loop->opts->n_ranges; i++) {
        if (loop->opts->ranges[i].partition == partition) {
            return &loop->opts->ranges[i];
        }
    }
    return NULL;
}

/* A busy partition must not be fetched on and on while others are still being read. */
static void pause_range(const struct loop *loop, const struct read_range *range)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, loop->opts->topic, range->partition);
    rd_kafka_pause_partitions(loop->opts->reader->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static void read_range_advance(struct loop *loop, struct read_range *range, int64_t next)
{
    if (!read_range_is_open(range)) {
        return;
    }
    range->next = next > range->next ? next : range->next;
    if (!read_range_is_open(range) && --loop->n_open > 0) {
        pause_range(loop, range);
    }
}

/* Retention has deleted these offsets: continue at the oldest available one. */
static pt_code skip_expired(struct loop *loop, struct read_range *range, struct pt_error *err)
{
    struct offsets_item item = {.topic = loop->opts->topic, .partition = range->partition};
    const struct offsets_ask ask = {.rk = loop->opts->reader->rk, .timeout_ms = LOW_TIMEOUT_MS};
    char what[RANGE_WHAT_MAX];
    pt_code code = offsets_watermarks(&ask, &item, 1, RD_KAFKA_OFFSET_BEGINNING,
                                      "ask for the oldest offset", err);
    if (code != PT_OK) {
        return code;
    }
    if (item.offset <= range->next) {
        snprintf(what, sizeof(what), "read %s partition %d at offset %lld", loop->opts->topic,
                 (int)range->partition, (long long)range->next);
        return kafka_error(err, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, what, NULL);
    }
    int64_t low = item.offset < range->end ? item.offset : range->end;
    range->skipped += low - range->next;
    range->next = low;
    return assign_open(loop, err);
}

static pt_code read_range_take_error(struct loop *loop, const rd_kafka_message_t *message,
                                     struct pt_error *err)
{
    char what[RANGE_WHAT_MAX];
    struct read_range *range = find_range(loop, message->partition);
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        /* The last offsets of a range may hold transaction markers instead of records. */
        if (range) {
            read_range_advance(loop, range,
                               message->offset < range->end ? message->offset : range->end);
        }
        return PT_OK;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return range && read_range_is_open(range) ? skip_expired(loop, range, err) : PT_OK;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: /* only a commit would need this permission
                                                        */
        return PT_OK;
    default:
        snprintf(what, sizeof(what), "read %s partition %d", loop->opts->topic,
                 (int)message->partition);
        return kafka_asked(err, message->err, ASK_READ, loop->opts->topic, what,
                           rd_kafka_message_errstr(message));
    }
}

static pt_code read_range_take_message(struct loop *loop, const rd_kafka_message_t *message,
                                       struct pt_error *err)
{
    if (message->err) {
        return read_range_take_error(loop, message, err);
    }
    struct read_range *range = find_range(loop, message->partition);
    if (range && read_range_is_open(range) && message->offset >= range->next) {
        if (message->offset < range->end) {
            loop->opts->record(loop->opts->arg, message);
        }
        read_range_advance(loop, range,
                           message->offset + 1 < range->end ? message->offset + 1 : range->end);
    }
    return PT_OK;
}

static pt_code read_range_check_time(struct loop *loop, int64_t now_us, struct pt_error *err)
{
    const struct read_opts *opts = loop->opts;
    char what[RANGE_WHAT_MAX];
    if (opts->tick && now_us - loop->last_tick_us >= TICK_US) {
        loop->last_tick_us = now_us;
        if (opts->tick(opts->arg)) {
            return pt_error_set(err, PT_ECANCELLED, NULL, "read %s: cancelled", opts->topic);
        }
    }
    if (now_us < opts->deadline_us &&
        now_us - loop->last_heard_us < opts->stall_ms * INT64_C(1000)) {
        return PT_OK;
    }
    snprintf(what, sizeof(what), "read %s", opts->topic);
    return kafka_error(err, RD_KAFKA_RESP_ERR__TIMED_OUT, what,
                       opts->reader->broker_error[0] ? opts->reader->broker_error : NULL);
}

pt_code read_ranges(const struct read_opts *opts, struct pt_error *err)
{
    struct loop loop = {.opts = opts, .last_heard_us = clock_mono_us()};
    pt_code code = assign_open(&loop, err);
    loop.last_tick_us = loop.last_heard_us;
    for (unsigned n = 0; code == PT_OK && loop.n_open > 0; n++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(opts->reader->rk, POLL_MS);
        if (message) {
            code = read_range_take_message(&loop, message, err);
            rd_kafka_message_destroy(message);
        }
        /* The clock is not read for each of a million records. */
        if (code == PT_OK && (!message || n % 256 == 0)) {
            int64_t now_us = clock_mono_us();
            if (message) {
                loop.last_heard_us = now_us;
            }
            code = read_range_check_time(&loop, now_us, err);
        }
    }
    kafka_assign(opts->reader->rk, NULL);
    return code;
}
