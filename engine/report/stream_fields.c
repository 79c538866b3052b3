/* The streams. What another pintop's streams do cannot be seen from here: null, never 0. */
#include <math.h>
#include <string.h>

#include "pintop/snapshot.h"
#include "report/reader.h"
#include "report/tables.h"
#include "report/words.h"
#include "report/writer.h"

static bool is_seen(const void *stream)
{
    return pt_stream_is_seen(((const struct pt_stream *)stream)->state);
}

static const struct field ack_fields[] = {
    PLAIN(pt_stream, ack_p50_ms, "p50", 0),
    PLAIN(pt_stream, ack_p99_ms, "p99", 0),
    PLAIN(pt_stream, ack_max_ms, "max", 0),
};
static const struct field_table ack_table = TABLE(pt_stream, ack_fields);

static const struct field account_fields[] = {
    PLAIN(pt_stream, account_first_index, "first_index", 0),
    PLAIN_IF(pt_stream, account_generated, "generated", 0, is_seen),
    PLAIN_IF(pt_stream, account_delivered, "delivered", 0, is_seen),
    PLAIN(pt_stream, account_in_topic, "in_topic", 0),
    PLAIN(pt_stream, account_committed, "committed", 0),
};
static const struct field_table account_table = TABLE(pt_stream, account_fields);

static const struct field bad_row_fields[] = {
    PLAIN(pt_bad_row, file, "file", 0),
    PLAIN(pt_bad_row, line, "line", RULE_ZERO),
    PLAIN(pt_bad_row, why, "why", 0),
};
static const struct field_table bad_row_table = TABLE(pt_bad_row, bad_row_fields);

/* As many of them as are in use, which no field says: one has a reason. */
static void write_bad_rows(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_stream *stream = base;
    (void)field;
    json_write_open(to, '[');
    for (int i = 0; i < PT_BAD_ROWS_SHOWN && stream->bad_first[i].why[0] != '\0'; i++) {
        json_write_item(to);
        json_write_object(to, &bad_row_table, &stream->bad_first[i]);
    }
    json_write_close(to, ']');
}

static void forget_bad_rows(const struct field *field, void *base)
{
    struct pt_stream *stream = base;
    (void)field;
    memset(stream->bad_first, 0, sizeof stream->bad_first);
}

static bool read_bad_rows(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_stream *stream = base;
    bool is_first = true;
    forget_bad_rows(field, base);
    if (!json_read_must(from, '['))
        return false;
    for (int i = 0; json_read_element(from, &is_first); i++) {
        if (i == PT_BAD_ROWS_SHOWN)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!json_read_object(from, &bad_row_table, &stream->bad_first[i]))
            return false;
    }
    return from->code == PT_OK;
}
static const struct field_own bad_rows = {write_bad_rows, read_bad_rows, forget_bad_rows};

/* Counts as a list, without the zeros at its end. */
static void write_ack_counts(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_stream_totals *totals = base;
    int n = PT_ACK_BUCKETS;
    (void)field;
    while (n > 0 && totals->ack_counts[n - 1] == 0)
        n--;
    json_write_open(to, '[');
    for (int i = 0; i < n; i++) {
        json_write_item(to);
        json_write_int(to, totals->ack_counts[i]);
    }
    json_write_close(to, ']');
}

static void forget_ack_counts(const struct field *field, void *base)
{
    struct pt_stream_totals *totals = base;
    (void)field;
    memset(totals->ack_counts, 0, sizeof totals->ack_counts);
}

static bool read_ack_counts(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_stream_totals *totals = base;
    bool is_first = true;
    forget_ack_counts(field, base);
    if (!json_read_must(from, '['))
        return false;
    for (int i = 0; json_read_element(from, &is_first); i++) {
        if (i == PT_ACK_BUCKETS)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!json_read_int(from, 0, INT64_MAX, &totals->ack_counts[i]))
            return false;
    }
    return from->code == PT_OK;
}
static const struct field_own ack_counts = {write_ack_counts, read_ack_counts, forget_ack_counts};

static void write_recent(struct json_writer *to, const struct field *field, const void *base)
{
    const struct pt_stream *stream = base;
    (void)field;
    json_write_open(to, '[');
    for (size_t i = 0; i < stream->n_recent && i < PT_RECENT; i++) {
        json_write_item(to);
        json_write_figure(to, (double)stream->recent_in_per_s[i]);
    }
    json_write_close(to, ']');
}

static void forget_recent(const struct field *field, void *base)
{
    struct pt_stream *stream = base;
    (void)field;
    stream->n_recent = 0;
    memset(stream->recent_in_per_s, 0, sizeof stream->recent_in_per_s);
}

static bool read_recent(struct json_reader *from, const struct field *field, void *base)
{
    struct pt_stream *stream = base;
    bool is_first = true;
    forget_recent(field, base);
    if (!json_read_must(from, '['))
        return false;
    while (json_read_element(from, &is_first)) {
        double value = NAN;
        if (stream->n_recent == PT_RECENT)
            return json_read_fail(from, PT_EDATA, "the list is longer than it can be");
        if (!json_read_is_null(from) && !json_read_real(from, &value))
            return false;
        stream->recent_in_per_s[stream->n_recent++] = (float)value;
    }
    return from->code == PT_OK;
}
static const struct field_own recent_rates = {write_recent, read_recent, forget_recent};

static const struct field totals_fields[] = {
    PLAIN(pt_stream_totals, generated, "generated", RULE_ZERO),
    PLAIN(pt_stream_totals, delivered, "delivered", RULE_ZERO),
    PLAIN(pt_stream_totals, failed, "failed", RULE_ZERO),
    PLAIN(pt_stream_totals, acks, "acks", RULE_ZERO),
    PLAIN(pt_stream_totals, acks_us, "acks_us", RULE_ZERO),
    OWN(pt_stream_totals, ack_counts, "ack_counts", ack_counts, NULL),
};
static const struct field_table totals_table = TABLE(pt_stream_totals, totals_fields);

static const struct field stream_fields[] = {
    PLAIN(pt_stream, name, "name", RULE_EMPTY),
    PLAIN(pt_stream, topic, "topic", 0),
    PLAIN_IF(pt_stream, generated, "generated", 0, is_seen),
    PLAIN_IF(pt_stream, delivered, "delivered", 0, is_seen),
    PLAIN_IF(pt_stream, failed, "failed", 0, is_seen),
    PLAIN_IF(pt_stream, in_flight, "in_flight", 0, is_seen),
    PLAIN_IF(pt_stream, unresolved, "unresolved", 0, is_seen),
    PLAIN_IF(pt_stream, bytes, "bytes", 0, is_seen),
    PLAIN(pt_stream, delivered_per_s, "records_per_s", 0),
    GROUP("ack_ms", ack_table, NULL),
    PLAIN_IF(pt_stream, first_index, "first_index", 0, is_seen),
    PLAIN_IF(pt_stream, next_index, "next_index", 0, is_seen),
    WORD(pt_stream, state, "state", stream_word),
    PLAIN(pt_stream, reason, "reason", 0),
    PLAIN(pt_stream, fix, "fix", 0),
    PLAIN_IF(pt_stream, target_per_s, "target_per_s", RULE_RATE, is_seen),
    PLAIN_IF(pt_stream, queued, "queued", 0, is_seen),
    PLAIN_IF(pt_stream, uncommitted, "uncommitted", 0, is_seen),
    PLAIN_IF(pt_stream, oldest_unresolved_ms, "oldest_unresolved_ms", 0, is_seen),
    PLAIN_IF(pt_stream, doubles_possible, "doubles_possible", 0, is_seen),
    PLAIN_IF(pt_stream, bad_rows, "bad_rows", 0, is_seen),
    PLAIN(pt_stream, owner_pid, "owner_pid", 0),
    PLAIN(pt_stream, blocked_by, "blocked_by", 0),
    PLAIN(pt_stream, blocked_fix, "blocked_fix", 0),
    PLAIN(pt_stream, since_ms, "since", RULE_TIME),
    PLAIN(pt_stream, is_wanted, "is_wanted", 0),
    PLAIN(pt_stream, is_wish_pending, "is_wish_pending", 0),
    PLAIN(pt_stream, generated_per_s, "generated_per_s", 0),
    PLAIN(pt_stream, bytes_per_s, "bytes_per_s", 0),
    PLAIN_IF(pt_stream, window, "window", 0, is_seen),
    PLAIN_IF(pt_stream, lowest_unresolved, "lowest_unresolved", 0, is_seen),
    GROUP("account", account_table, NULL),
    PLAIN(pt_stream, newest_object_ms, "newest_object_at", RULE_TIME),
    OWN(pt_stream, bad_first, "bad_first", bad_rows, &bad_row_table),
    PLAIN(pt_stream, source, "source", 0),
    PLAIN(pt_stream, patience_ms, "patience_ms", 0),
    OBJECT(pt_stream, totals, "totals", totals_table, NULL),
    HELD(pt_stream, n_recent),
    OWN(pt_stream, recent_in_per_s, "recent_in_per_s", recent_rates, NULL),
};
const struct field_table stream_table = TABLE(pt_stream, stream_fields);

static const struct field streams_fields[] = {
    HELD(pt_streams_section, section),
    ALL_ROWS(pt_streams_section, streams, "streams", stream_table),
};
const struct field_table streams_table = TABLE(pt_streams_section, streams_fields);
