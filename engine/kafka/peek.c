/* Chooses the newest records over all partitions, and the records at an offset. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/peek_private.h"
#include "kafka/topic_list.h"
#include "pintop/snapshot.h"

enum {
    PEEK_MAX = 1000,
    RESULT_BYTES_MAX = 1 << 20,
    VALUE_MAX = 4096,
    KEY_MAX = 256,
    HEADERS_MAX = 1024,
    MARGIN = 16 /* longer than any character's escape: tells whether a text was cut */
};

/* Newest first. */
static int compare_kept(const void *a, const void *b)
{
    const struct pt_peeked *left = &((const struct kept *)a)->record;
    const struct pt_peeked *right = &((const struct kept *)b)->record;
    if (left->time_ms != right->time_ms) {
        return left->time_ms > right->time_ms ? -1 : 1;
    }
    if (left->partition != right->partition) {
        return left->partition > right->partition ? -1 : 1;
    }
    return left->offset > right->offset ? -1 : left->offset < right->offset;
}

static void keep_newest(struct peek *peek)
{
    qsort(peek->kept, peek->n_kept, sizeof(*peek->kept), compare_kept);
    while (peek->n_kept > peek->wanted) {
        free(peek->kept[--peek->n_kept].text);
    }
}

/* Prints at most max bytes; returns the length. */
static size_t print_text(char *out, size_t max, const void *bytes, size_t len, bool *is_cut)
{
    size_t n = printable_copy(out, max + MARGIN, bytes, len < max + MARGIN ? len : max + MARGIN);
    *is_cut = n > max;
    return *is_cut ? printable_copy(out, max + 1, bytes, max + MARGIN < len ? max + MARGIN : len)
                   : n;
}

/* Prints "name=value" lines. */
static size_t print_headers(char *out, size_t max, const rd_kafka_message_t *message, bool *is_cut)
{
    rd_kafka_headers_t *headers = NULL;
    size_t len = 0, size;
    const char *name;
    const void *value;
    *is_cut = false;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return 0;
    }
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; i++) {
        char line[HEADERS_MAX + MARGIN + 1];
        bool is_line_cut;
        size_t n = print_text(line, 200, name, strlen(name), is_cut);
        line[n++] = '=';
        n += print_text(line + n, HEADERS_MAX / 2, value ? value : "null", value ? size : 4,
                        &is_line_cut);
        *is_cut = *is_cut || is_line_cut;
        if (len + n + 1 > max) {
            *is_cut = true;
            break;
        }
        memcpy(out + len, line, n);
        len += n;
        out[len++] = '\n';
    }
    return len > 0 ? len - 1 : 0;
}

struct texts {
    char key[KEY_MAX + MARGIN + 1], value[VALUE_MAX + MARGIN + 1], headers[HEADERS_MAX];
    size_t key_len, value_len, headers_len;
    bool is_cut;
};

static void peek_print_record(struct texts *texts, const rd_kafka_message_t *message)
{
    bool is_key_cut = false, is_value_cut = false, is_headers_cut;
    texts->key_len =
        message->key ? print_text(texts->key, KEY_MAX, message->key, message->key_len, &is_key_cut)
                     : 0;
    texts->value_len = message->payload ? print_text(texts->value, VALUE_MAX, message->payload,
                                                     message->len, &is_value_cut)
                                        : 0;
    texts->headers_len =
        print_headers(texts->headers, sizeof texts->headers, message, &is_headers_cut);
    texts->is_cut = is_key_cut || is_value_cut || is_headers_cut;
}

/* Copies with a terminator; returns where the next text goes. */
static char *peek_put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    at[len] = 0;
    return at + len + 1;
}

/* Whether a record is kept; counts those of each partition that are. */
static bool peek_takes(const struct peek *peek, int32_t partition, int64_t time_ms)
{
    if (peek->mode == PEEK_AT) {
        return peek->n_kept < peek->wanted;
    }
    if (peek->mode != PEEK_FROM) {
        return true;
    }
    if (time_ms < peek->from_ms) {
        return false;
    }
    for (size_t i = 0; i < peek->n_ranges; i++) {
        peek->n_came[i] += peek->ranges[i].partition == partition;
    }
    return true;
}

static void peek_on_record(void *arg, const rd_kafka_message_t *message)
{
    struct peek *peek = arg;
    struct texts texts;
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    if (!peek_takes(peek, message->partition, time_ms)) {
        return;
    }
    peek_print_record(&texts, message);
    struct kept *kept = &peek->kept[peek->n_kept];
    kept->text_bytes = texts.key_len + texts.value_len + texts.headers_len + 3;
    kept->text = malloc(kept->text_bytes);
    if (!kept->text) {
        peek->is_out_of_memory = true;
        return;
    }
    char *value = peek_put_text(kept->text, texts.key, texts.key_len);
    char *headers = peek_put_text(value, texts.value, texts.value_len);
    peek_put_text(headers, texts.headers, texts.headers_len);
    kept->record = (struct pt_peeked){.partition = message->partition,
                                      .offset = message->offset,
                                      .time_ms = time_ms >= 0 ? time_ms : PT_UNKNOWN,
                                      .key = message->key ? kept->text : NULL,
                                      .value = message->payload ? value : NULL,
                                      .headers = headers,
                                      .value_bytes = (int64_t)message->len,
                                      .is_cut = texts.is_cut};
    peek->n_kept++;
    if (peek->n_kept < 2 * peek->wanted) {
        return;
    }
    if (peek->mode == PEEK_FROM) {
        peek_keep_oldest(peek);
    } else {
        keep_newest(peek);
    }
}

static bool peek_on_tick(void *arg)
{
    const struct peek *peek = arg;
    return peek->is_out_of_memory;
}

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

pt_code peek_find_ranges(struct admin *admin, const struct rd_kafka_metadata_topic *topic,
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
        at += kept->text_bytes;
    }
    result->records = records;
    result->n_records = n;
    result->bytes += bytes;
    return PT_OK;
}

pt_code peek_read(struct admin *admin, struct peek *peek, const char *topic,
                  struct read_range *ranges, size_t n_ranges, struct pt_error *err)
{
    const struct read_opts read = {
        .reader = &peek->reader,
        .topic = topic,
        .ranges = ranges,
        .n_ranges = n_ranges,
        .stall_ms = admin->opts.timeout_ms,
        .deadline_us = clock_mono_us() + admin->opts.timeout_ms * INT64_C(1000),
        .arg = peek,
        .record = peek_on_record,
        .tick = peek_on_tick,
    };
    pt_code code = read_ranges(&read, err);
    return peek->is_out_of_memory ? pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory")
                                  : code;
}

pt_code peek_or_what_came(const struct peek *peek, pt_code code, const char *says,
                          struct pt_result *result)
{
    if (code != PT_ETIMEOUT || peek->n_kept == 0)
        return code;
    admin_say(result, "%s", says);
    result->is_truncated = true;
    return PT_OK;
}

static pt_code read_newest(struct admin *admin, struct peek *peek, const char *topic,
                           struct read_range *ranges, size_t n_ranges, struct pt_result *result,
                           struct pt_error *err)
{
    pt_code code = peek_read(admin, peek, topic, ranges, n_ranges, err);
    keep_newest(peek);
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
    struct peek peek = {.mode = cmd->is_at ? PEEK_AT : cmd->is_from ? PEEK_FROM : PEEK_NEWEST};
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
