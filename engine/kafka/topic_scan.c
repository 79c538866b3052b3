/* Begins and ends a scan: where each partition starts, and which records no longer exist. */
#include "kafka/topic_scan.h"
#include "kafka/by_hand.h"

#include <stdlib.h>
#include <string.h>

#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/read_range.h"
#include "kafka/topic_list.h"
#include "kafka/topic_name.h"

enum { METADATA_TIMEOUT_MS = 10000, OFFSETS_TIMEOUT_MS = 5000, DEFAULT_STALL_MS = 30000 };

struct topic_scan_scan {
    const struct scan_opts *opts;
    struct reader reader;
    struct read_range *ranges;
    struct offsets_item *items;
    int64_t done, total;
};

static pt_code no_partition(const struct scan_opts *opts, int32_t partition, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOTFOUND, "List its partitions with pintop topics describe NAME",
                        "read %.100s: it has no partition %d", opts->topic, (int)partition);
}

static int32_t find_leader(const struct rd_kafka_metadata_topic *topic, int32_t partition)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].id == partition) {
            return topic->partitions[i].leader;
        }
    }
    return -2;
}

/* A caller that gives up early on a silent topic gives up as early on a silent cluster. */
static int request_timeout(const struct scan_opts *opts, int timeout_ms)
{
    return opts->stall_ms > 0 && opts->stall_ms < timeout_ms ? opts->stall_ms : timeout_ms;
}

/* The partitions must exist before their offsets are asked for. */
static pt_code find_partitions(struct topic_scan_scan *scan, struct pt_error *err)
{
    const struct scan_opts *opts = scan->opts;
    const struct rd_kafka_metadata *metadata;
    pt_code code = topic_list_ask(scan->reader.rk, request_timeout(opts, METADATA_TIMEOUT_MS),
                                  scan->reader.broker_error, &metadata, err);
    if (code != PT_OK) {
        return code;
    }
    const struct rd_kafka_metadata_topic *topic = topic_list_find(metadata, opts->topic);
    if (!topic) {
        code = kafka_error(err, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, opts->topic, NULL);
    }
    for (size_t i = 0; topic && i < opts->n_partitions && code == PT_OK; i++) {
        int32_t leader = find_leader(topic, opts->partitions[i].partition);
        scan->items[i] = (struct offsets_item){
            .topic = opts->topic, .partition = opts->partitions[i].partition, .leader = leader};
        if (leader == -2) {
            code = no_partition(opts, opts->partitions[i].partition, err);
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return code;
}

static pt_code topic_scan_ask(struct topic_scan_scan *scan, int64_t which, const char *what,
                              struct pt_error *err)
{
    const struct scan_opts *opts = scan->opts;
    const struct offsets_ask request = {.rk = scan->reader.rk,
                                        .timeout_ms = request_timeout(opts, OFFSETS_TIMEOUT_MS)};
    pt_code code = offsets_watermarks(&request, scan->items, opts->n_partitions, which, what, err);
    for (size_t i = 0; i < opts->n_partitions && code == PT_OK; i++) {
        if (scan->items[i].offset < 0) {
            code = kafka_error(err, scan->items[i].err, what, NULL);
        }
    }
    return code;
}

/* The ends come first: records that are written later do not belong to this scan. */
static pt_code set_ranges(struct topic_scan_scan *scan, struct pt_error *err)
{
    const struct scan_opts *opts = scan->opts;
    pt_code code = topic_scan_ask(scan, RD_KAFKA_OFFSET_END, "ask for the end offsets", err);
    for (size_t i = 0; i < opts->n_partitions && code == PT_OK; i++) {
        scan->ranges[i].end = opts->partitions[i].end = scan->items[i].offset;
    }
    if (code == PT_OK) {
        code = topic_scan_ask(scan, RD_KAFKA_OFFSET_BEGINNING, "ask for the oldest offsets", err);
    }
    for (size_t i = 0; i < opts->n_partitions && code == PT_OK; i++) {
        struct scan_partition *partition = &opts->partitions[i];
        struct read_range *range = &scan->ranges[i];
        int64_t low = scan->items[i].offset;
        range->partition = partition->partition;
        range->next = partition->start < low ? low : partition->start;
        range->skipped =
            partition->start >= 0 && partition->start < low ? low - partition->start : 0;
        scan->total += range->end > range->next ? range->end - range->next : 0;
    }
    return code;
}

static struct scan_partition *find_partition(const struct topic_scan_scan *scan, int32_t partition)
{
    for (size_t i = 0; i < scan->opts->n_partitions; i++) {
        if (scan->opts->partitions[i].partition == partition) {
            return &scan->opts->partitions[i];
        }
    }
    return NULL;
}

static void topic_scan_on_record(void *arg, const rd_kafka_message_t *message)
{
    struct topic_scan_scan *scan = arg;
    const struct scan_opts *opts = scan->opts;
    scan->done++;
    find_partition(scan, message->partition)->records++;
    if (opts->by_hand && is_by_hand(message)) {
        opts->by_hand(opts->arg);
    } else if (opts->record) {
        opts->record(opts->arg, message->partition, message->offset, message->key, message->key_len,
                     message->payload, message->len);
    }
}

static bool topic_scan_on_tick(void *arg)
{
    struct topic_scan_scan *scan = arg;
    return scan->opts->progress(scan->opts->arg, scan->done, scan->total);
}

static pt_code topic_scan_read_all(struct topic_scan_scan *scan, struct pt_error *err)
{
    const struct scan_opts *opts = scan->opts;
    const struct read_opts read = {
        .reader = &scan->reader,
        .topic = opts->topic,
        .ranges = scan->ranges,
        .n_ranges = opts->n_partitions,
        .stall_ms = opts->stall_ms > 0 ? opts->stall_ms : DEFAULT_STALL_MS,
        .deadline_us = INT64_MAX,
        .arg = scan,
        .record = topic_scan_on_record,
        .tick = opts->progress ? topic_scan_on_tick : NULL,
    };
    pt_code code = read_ranges(&read, err);
    for (size_t i = 0; i < opts->n_partitions; i++) {
        opts->partitions[i].next = scan->ranges[i].next;
        opts->partitions[i].expired = scan->ranges[i].skipped;
    }
    return code;
}

pt_code topic_scan(const struct scan_opts *opts, struct pt_error *err)
{
    struct topic_scan_scan scan = {.opts = opts};
    pt_code code = topic_name_check(opts->topic, "", err);
    for (size_t i = 0; i < opts->n_partitions; i++) {
        struct scan_partition *partition = &opts->partitions[i];
        partition->end = partition->expired = partition->records = 0;
        partition->next = partition->start;
    }
    if (code != PT_OK) {
        return code;
    }
    scan.ranges = calloc(opts->n_partitions + 1, sizeof(*scan.ranges));
    scan.items = calloc(opts->n_partitions + 1, sizeof(*scan.items));
    if (!scan.ranges || !scan.items) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "read %.100s: out of memory", opts->topic);
        goto out;
    }
    code = reader_init(&scan.reader, opts->cfg, opts->bootstrap, true, err);
    if (code == PT_OK) {
        code = find_partitions(&scan, err);
    }
    if (code == PT_OK) {
        code = set_ranges(&scan, err);
    }
    if (code == PT_OK) {
        code = topic_scan_read_all(&scan, err);
    }
    reader_done(&scan.reader);
out:
    free(scan.ranges);
    free(scan.items);
    return code;
}

pt_code topic_partitions(const struct pt_config *cfg, const char *bootstrap, const char *topic,
                         int32_t *n_partitions, struct pt_error *err)
{
    const struct handle_opts opts = {.kind = HANDLE_MONITOR, .cfg = cfg, .bootstrap = bootstrap};
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *rk;
    *n_partitions = -1;
    pt_code code = handle_new(&opts, &rk, err);
    if (code == PT_OK) {
        code = topic_list_ask(rk, METADATA_TIMEOUT_MS, NULL, &metadata, err);
    }
    if (code == PT_OK) {
        const struct rd_kafka_metadata_topic *found = topic_list_find(metadata, topic);
        *n_partitions = found ? found->partition_cnt : -1;
        rd_kafka_metadata_destroy(metadata);
    }
    handle_free(rk);
    return code;
}
