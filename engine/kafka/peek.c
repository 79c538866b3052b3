/* Owns the choice of the newest records over all partitions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"
#include "kafka/read_range.h"
#include "kafka/topic_list.h"
#include "pintop/snapshot.h"

enum {
    PEEK_MAX = 1000,
    RESULT_BYTES_MAX = 1 << 20,
    VALUE_MAX = 4096,
    KEY_MAX = 256,
    MARGIN = 16, /* more than one character's escape: to see whether a text was cut */
    ASK_TIMEOUT_MS = 2000
};

/* One candidate; its texts are one allocation: key, value. */
struct kept {
    struct pt_peeked record;
    char *text;
    size_t text_bytes;
};

struct peek {
    struct reader reader;
    size_t wanted, n_kept;
    struct kept *kept; /* room for 2 × wanted */
    bool is_out_of_memory;
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

/* Printable, at most max bytes; the length. */
static size_t print_text(char *out, size_t max, const void *bytes, size_t len, bool *is_cut)
{
    size_t n = printable_copy(out, max + MARGIN, bytes, len < max + MARGIN ? len : max + MARGIN);
    *is_cut = n > max;
    return *is_cut ? printable_copy(out, max + 1, bytes, max + MARGIN < len ? max + MARGIN : len)
                   : n;
}

static void on_record(void *arg, const rd_kafka_message_t *message)
{
    struct peek *peek = arg;
    char key[KEY_MAX + MARGIN + 1], value[VALUE_MAX + MARGIN + 1];
    bool is_key_cut = false, is_cut;
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    size_t key_len =
        message->key ? print_text(key, KEY_MAX, message->key, message->key_len, &is_key_cut) : 0;
    size_t value_len = print_text(value, VALUE_MAX, message->payload, message->len, &is_cut);
    struct kept *kept = &peek->kept[peek->n_kept];
    kept->text_bytes = key_len + value_len + 2;
    kept->text = malloc(kept->text_bytes);
    if (!kept->text) {
        peek->is_out_of_memory = true;
        return;
    }
    memcpy(kept->text, key, key_len);
    kept->text[key_len] = 0;
    memcpy(kept->text + key_len + 1, value, value_len);
    kept->text[key_len + 1 + value_len] = 0;
    kept->record = (struct pt_peeked){.partition = message->partition,
                                      .offset = message->offset,
                                      .time_ms = time_ms >= 0 ? time_ms : PT_UNKNOWN,
                                      .key = message->key ? kept->text : NULL,
                                      .value = kept->text + key_len + 1,
                                      .value_bytes = (int64_t)message->len,
                                      .is_cut = is_cut || is_key_cut};
    if (++peek->n_kept == 2 * peek->wanted) {
        keep_newest(peek);
    }
}

static bool on_tick(void *arg)
{
    const struct peek *peek = arg;
    return peek->is_out_of_memory;
}

/* ------------------------------------------------------------------ where to read */

static size_t ask_offsets(const struct offsets_ask *ask, struct offsets_item *items, size_t n,
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

/* Partitions that can't be asked are left out; the text says so. */
static pt_code find_ranges(struct admin *admin, const struct rd_kafka_metadata_topic *topic,
                           int64_t wanted, struct read_range **ranges, size_t *n_ranges,
                           struct pt_result *result, struct pt_error *err)
{
    size_t n = (size_t)topic->partition_cnt;
    struct pt_error why = {0};
    struct offsets_dead dead = {0};
    const struct offsets_ask ask = {.rk = admin->rk, .timeout_ms = ASK_TIMEOUT_MS, .dead = &dead};
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
    *n_ranges = ask_offsets(&ask, items, n, wanted, *ranges, &why);
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

/* The newest that fit, oldest first; array and texts are one allocation. */
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
        const struct kept *kept = &peek->kept[n - 1 - i];
        memcpy(at, kept->text, kept->text_bytes);
        records[i] = kept->record;
        records[i].key = kept->record.key ? at : NULL;
        records[i].value = at + (kept->record.value - kept->text);
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
    const struct read_opts read = {
        .reader = &peek->reader,
        .topic = topic,
        .ranges = ranges,
        .n_ranges = n_ranges,
        .stall_ms = admin->opts.timeout_ms,
        .deadline_us = clock_mono_us() + admin->opts.timeout_ms * INT64_C(1000),
        .arg = peek,
        .record = on_record,
        .tick = on_tick,
    };
    pt_code code = reader_init(&peek->reader, admin->opts.cfg, admin->opts.bootstrap, false, err);
    if (code == PT_OK) {
        code = read_ranges(&read, err);
    }
    if (peek->is_out_of_memory) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    } else if (code == PT_ETIMEOUT && peek->n_kept > 0) {
        admin_say(result, "not all partitions answered in time");
        result->is_truncated = true;
        code = PT_OK;
    }
    if (code == PT_OK) {
        keep_newest(peek);
        code = make_result(peek, result, err);
    }
    reader_done(&peek->reader);
    return code;
}

pt_code admin_peek(struct admin *admin, const char *topic, int64_t count, struct pt_result *result,
                   struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    struct read_range *ranges = NULL;
    struct peek peek = {.wanted = 0};
    size_t n_ranges = 0;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK) {
        code = admin_find_topic(admin, topic, &metadata, &found, err);
    }
    if (code != PT_OK) {
        return code;
    }
    peek.wanted = (size_t)(count < 1 ? 1 : count > PEEK_MAX ? PEEK_MAX : count);
    peek.kept = calloc(2 * peek.wanted, sizeof(*peek.kept));
    if (!found) {
        code = admin_no_topic(topic, err);
    } else if (!peek.kept) {
        code = pt_error_set(err, PT_ENOMEM, NULL, "peek: out of memory");
    } else {
        code = find_ranges(admin, found, (int64_t)peek.wanted, &ranges, &n_ranges, result, err);
    }
    rd_kafka_metadata_destroy(metadata);
    if (code == PT_OK) {
        code = read_newest(admin, &peek, topic, ranges, n_ranges, result, err);
    }
    for (size_t i = 0; i < peek.n_kept; i++) {
        free(peek.kept[i].text);
    }
    free(peek.kept);
    free(ranges);
    return code;
}
