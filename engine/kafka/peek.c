/* Chooses the newest records over all partitions, and the records at an offset. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/peek_private.h"
#include "kafka/topic_list.h"
#include "pintop/snapshot.h"

enum { PEEK_MAX = 1000, RESULT_BYTES_MAX = 1 << 20 };

/* ------------------------------------------------------------------ where to read */

static size_t peek_ask_offsets(const struct offsets_ask *ask, struct offsets_item *items, size_t n,
                               int64_t wanted, struct read_range *ranges, struct pt_error *why)
{
    size_t n_ranges = 0;
    if (offsets_watermarks(ask, items, n, RD_KAFKA_OFFSET_END, "high watermarks", why) != PT_OK) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        ranges[i].end = items[i].offset;
    }
    if (offsets_watermarks(ask, items, n, RD_KAFKA_OFFSET_BEGINNING, "low watermarks", why) !=
        PT_OK) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t low = items[i].offset, end = ranges[i].end;
        if (low >= 0 && end >= 0) {
            ranges[n_ranges++] =
                (struct read_range){.partition = items[i].partition,
                                    .next = end - wanted > low ? end - wanted : low,
                                    .end = end};
        }
    }
    return n_ranges;
}

/* Partitions whose offsets cannot be read are skipped; the text says so. */
static pt_code peek_find_ranges(struct admin *admin, const struct rd_kafka_metadata_topic *topic,
                                int64_t wanted, struct read_range **ranges, size_t *n_ranges,
                                struct pt_result *result, struct pt_error *err)
{
    size_t n = (size_t)topic->partition_cnt;
    struct pt_error why = {0};
    struct offsets_dead dead = {0};
    const struct offsets_ask ask = {
        .rk = admin->rk, .timeout_ms = PEEK_ASK_TIMEOUT_MS, .dead = &dead};
    struct offsets_item *items = calloc(n + 1, sizeof(*items));
    *ranges = calloc(n + 1, sizeof(**ranges));
    if (!items || !*ranges) {
        free(items);
        return pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = (struct offsets_item){.topic = topic->topic,
                                         .partition = topic->partitions[i].id,
                                         .leader = topic->partitions[i].leader};
    }
    *n_ranges = peek_ask_offsets(&ask, items, n, wanted, *ranges, &why);
    free(items);
    if (*n_ranges == 0 && why.code != PT_OK) {
        if (err) {
            *err = why;
        }
        return why.code;
    }
    if (*n_ranges < n) {
        admin_say(result, "%zu of %zu partitions did not answer", n - *n_ranges, n);
        result->is_truncated = true;
    }
    return PT_OK;
}

/* ------------------------------------------------------------------ the result */

/* The first ones of the list that fit; the array and its texts are one allocation. Of the newest
 * records the list has the newest first, and the result the oldest. */
static pt_code make_result(const struct peek *peek, struct pt_result *result, struct pt_error *err)
{
    size_t n = 0, bytes = 0;
    for (; n < peek->n_kept; n++) {
        size_t more = sizeof(struct pt_peeked) + peek->kept[n].text_bytes;
        if (bytes + more > RESULT_BYTES_MAX) {
            result->is_truncated = true;
            break;
        }
        bytes += more;
    }
    struct pt_peeked *records = malloc(bytes + 1);
    if (!records) {
        return pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    }
    char *at = (char *)(records + n);
    for (size_t i = 0; i < n; i++) {
        const struct kept *kept = &peek->kept[peek->mode == PEEK_NEWEST ? n - 1 - i : i];
        memcpy(at, kept->text, kept->text_bytes);
        records[i] = kept->record;
        records[i].key = kept->record.key ? at : NULL;
        records[i].value = kept->record.value ? at + (kept->record.value - kept->text) : NULL;
        records[i].headers = at + (kept->record.headers - kept->text);
        records[i].whole = kept->record.whole ? at + (kept->record.whole - kept->text) : NULL;
        at += kept->text_bytes;
    }
    result->records = records;
    result->n_records = n;
    result->bytes += bytes;
    return PT_OK;
}

static pt_code read_newest(struct admin *admin, struct peek *peek, const char *topic,
                           struct read_range *ranges, size_t n_ranges, struct pt_result *result,
                           struct pt_error *err)
{
    pt_code code = peek_read(admin, peek, topic, ranges, n_ranges, err);
    peek_keep(peek);
    return peek_or_what_came(peek, code, "not all partitions answered in time", result);
}

/* ------------------------------------------------------------------ at an offset */

/* Finds where to begin and where the partition ends, and writes the remark on the offset. */
static pt_code peek_find_place(struct admin *admin, const struct rd_kafka_metadata_topic *topic,
                               const struct pt_command *cmd, struct read_range *range,
                               struct pt_result *result, struct pt_error *err)
{
    const struct offsets_ask ask = {.rk = admin->rk, .timeout_ms = PEEK_ASK_TIMEOUT_MS};
    struct offsets_item item = {.topic = topic->topic, .partition = cmd->partition, .leader = -1};
    bool is_there = false;
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].id == cmd->partition) {
            item.leader = topic->partitions[i].leader;
            is_there = true;
        }
    }
    if (!is_there) {
        return pt_error_set(err, PT_ENOTFOUND, NULL, "topic %s has no partition %d", cmd->topic,
                            (int)cmd->partition);
    }
    pt_code code =
        offsets_watermarks(&ask, &item, 1, RD_KAFKA_OFFSET_END, "the high watermark", err);
    int64_t high = item.offset;
    if (code == PT_OK) {
        code =
            offsets_watermarks(&ask, &item, 1, RD_KAFKA_OFFSET_BEGINNING, "the low watermark", err);
    }
    if (code != PT_OK) {
        return code;
    }
    if (high < 0 || item.offset < 0) {
        return pt_error_set(err, PT_EKAFKA, "Check the leader of the partition, then try again",
                            "partition %d of %s: its leader does not answer", (int)cmd->partition,
                            cmd->topic);
    }
    int64_t from = cmd->offset > item.offset ? cmd->offset : item.offset;
    *range = (struct read_range){.partition = cmd->partition, .next = from, .end = high};
    if (cmd->offset >= high) {
        admin_say(result, "no record waits: offset %lld is the end of the partition",
                  (long long)cmd->offset);
    } else if (from > cmd->offset) {
        admin_say(result, "offset %lld was deleted; the oldest available record is at %lld",
                  (long long)cmd->offset, (long long)from);
    }
    return PT_OK;
}

/* Offsets may be empty, in a compacted topic and at the ends of transactions: the range grows
 * until a record is found. */
static pt_code peek_read_at(struct admin *admin, struct peek *peek, const struct pt_command *cmd,
                            const struct read_range *whole, struct pt_result *result,
                            struct pt_error *err)
{
    pt_code code = PT_OK;
    struct read_range range = *whole;
    int64_t span = (int64_t)peek->wanted;
    while (code == PT_OK && peek->n_kept < peek->wanted && range.next < whole->end) {
        range.end = whole->end - range.next > span ? range.next + span : whole->end;
        code = peek_read(admin, peek, cmd->topic, &range, 1, err);
        span *= 16;
    }
    code = peek_or_what_came(peek, code, "the partition did not send all records in time", result);
    if (code == PT_OK && result->text[0] == 0 && peek->n_kept == 0) {
        admin_say(result, "no record from offset %lld on: these offsets are empty",
                  (long long)cmd->offset);
    } else if (code == PT_OK && result->text[0] == 0 &&
               peek->kept[0].record.offset != cmd->offset) {
        admin_say(result, "offset %lld is empty; the next record is at %lld",
                  (long long)cmd->offset, (long long)peek->kept[0].record.offset);
    }
    return code;
}

/* ------------------------------------------------------------------ both */

static pt_code read_records(struct admin *admin, struct peek *peek, const struct pt_command *cmd,
                            struct read_range *ranges, size_t n_ranges, struct pt_result *result,
                            struct pt_error *err)
{
    peek->deadline_us = clock_mono_us() + admin->opts.timeout_ms * INT64_C(1000);
    pt_code code = reader_init(&peek->reader, admin->opts.cfg, admin->opts.bootstrap, false, err);
    if (code == PT_OK && cmd->is_at && ranges != NULL) {
        code = peek_read_at(admin, peek, cmd, ranges, result, err);
    } else if (code == PT_OK && cmd->is_from) {
        peek->ranges = ranges;
        peek->n_ranges = n_ranges;
        code = peek_read_from(admin, peek, cmd, result, err);
    } else if (code == PT_OK) {
        code = read_newest(admin, peek, cmd->topic, ranges, n_ranges, result, err);
    }
    if (code == PT_OK) {
        code = make_result(peek, result, err);
    }
    reader_done(&peek->reader);
    return code;
}

static pt_code find_what(struct admin *admin, const struct rd_kafka_metadata_topic *topic,
                         const struct pt_command *cmd, int64_t wanted, struct read_range **ranges,
                         size_t *n_ranges, struct pt_result *result, struct pt_error *err)
{
    if (cmd->is_from) {
        pt_code code = peek_find_ranges(admin, topic, INT64_MAX, ranges, n_ranges, result, err);
        return code == PT_OK ? peek_seek(admin, topic, cmd->from_ms, *ranges, *n_ranges, err)
                             : code;
    }
    if (!cmd->is_at) {
        return peek_find_ranges(admin, topic, wanted, ranges, n_ranges, result, err);
    }
    *ranges = calloc(1, sizeof(**ranges));
    *n_ranges = 1;
    return *ranges ? peek_find_place(admin, topic, cmd, *ranges, result, err)
                   : pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
}

pt_code admin_peek(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                   struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    struct read_range *ranges = NULL;
    struct peek peek = {.mode = cmd->is_at     ? PEEK_AT
                                : cmd->is_from ? PEEK_FROM
                                               : PEEK_NEWEST,
                        .is_whole = cmd->is_whole};
    size_t n_ranges = 0;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK) {
        code = admin_find_topic(admin, cmd->topic, &metadata, &found, err);
    }
    if (code != PT_OK) {
        return code;
    }
    peek.wanted = (size_t)(cmd->count < 1 ? 1 : cmd->count > PEEK_MAX ? PEEK_MAX : cmd->count);
    peek.kept = calloc(2 * peek.wanted, sizeof(*peek.kept));
    if (!found) {
        code = admin_no_topic(cmd->topic, err);
    } else if (!peek.kept) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    } else {
        code = find_what(admin, found, cmd, (int64_t)peek.wanted, &ranges, &n_ranges, result, err);
    }
    rd_kafka_metadata_destroy(metadata);
    if (code == PT_OK) {
        code = read_records(admin, &peek, cmd, ranges, n_ranges, result, err);
    }
    for (size_t i = 0; i < peek.n_kept; i++) {
        free(peek.kept[i].text);
    }
    free(peek.kept);
    free(ranges);
    return code;
}
