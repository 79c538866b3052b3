/* The words of the plan to produce a record by hand. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/printable.h"
#include "base/text.h"
#include "kafka/plan_lines.h"
#include "kafka/produce_plan.h"
#include "pintop/snapshot.h"

enum { PRODUCE_OTHERS_MAX = 12, PRODUCE_SHOWN_BYTES = 80 };

/* The beginning of some bytes, as one line. */
static void produce_begin(const char *bytes, size_t len, char *out, size_t cap)
{
    size_t shown = len < PRODUCE_SHOWN_BYTES ? len : PRODUCE_SHOWN_BYTES;
    size_t n = printable_copy(out, cap - sizeof "…", bytes, shown);
    snprintf(out + n, cap - n, "%s", shown < len ? "…" : "");
}

/* ---- what is sent ---- */

static void produce_tell_place(const struct pt_draft *draft, const struct produce_facts *facts,
                               struct plan_lines *to)
{
    if (draft->partition >= 0)
        plan_line(to, "change", "partition  %d", (int)draft->partition);
    else if (draft->key != NULL && facts->n_partitions > 1)
        plan_line(to, "change", "partition  by the key (partitioner=%s; Java's is murmur2_random)",
                  facts->partitioner);
    else
        plan_line(to, "change", "partition  any of %d", (int)facts->n_partitions);
}

static void produce_tell_value(const struct pt_draft *draft, struct plan_lines *to)
{
    char begin[6 * PRODUCE_SHOWN_BYTES + 8];
    if (draft->value == NULL) {
        plan_line(to, "change", "value      null: a tombstone");
        return;
    }
    produce_begin(draft->value, draft->value_len, begin, sizeof begin);
    plan_line(to, "change", "value      %zu byte%s%s%s", draft->value_len,
              text_s((int64_t)draft->value_len),
              draft->value_len == 0                             ? ", empty and not null"
              : produce_is_json(draft->value, draft->value_len) ? ", JSON: "
                                                                : ", not JSON: ",
              begin);
}

static void produce_tell_record(const struct pt_draft *draft, const struct produce_facts *facts,
                                struct plan_lines *to)
{
    char key[6 * PRODUCE_SHOWN_BYTES + 8], value[6 * PRODUCE_SHOWN_BYTES + 8];
    if (draft->key == NULL) {
        plan_line(to, "change", "key        none");
    } else {
        produce_begin(draft->key, draft->key_len, key, sizeof key);
        plan_line(to, "change", "key        %s", draft->key_len > 0 ? key : "(empty)");
    }
    for (size_t i = 0; i < draft->n_headers; i++) {
        const struct pt_draft_header *header = &draft->headers[i];
        produce_begin(header->name, strlen(header->name), key, sizeof key);
        produce_begin(header->value != NULL ? header->value : "", header->value_len, value,
                      sizeof value);
        plan_line(to, "change", "header     %s%s%s", key, header->value != NULL ? "=" : " null",
                  value);
    }
    produce_tell_place(draft, facts, to);
    produce_tell_value(draft, to);
}

/* ---- what follows ---- */

static void produce_tell_others(const struct pt_draft *draft, const struct produce_facts *facts,
                                struct plan_lines *to)
{
    bool is_json = draft->value != NULL && produce_is_json(draft->value, draft->value_len);
    if (!facts->has_seen)
        plan_line(to, "note",
                  "Whether the topic's other records are JSON is unknown: they could not be "
                  "read.");
    else if (draft->value != NULL && !is_json && facts->n_seen > 0 && facts->n_json > 0)
        plan_line(to, "WARN",
                  "The value is not JSON, and %zu of the newest %zu records of the topic are: a "
                  "sink or consumer that expects JSON may fail on it.",
                  facts->n_json, facts->n_seen);
}

static void produce_tell_settings(const struct pt_draft *draft, const struct produce_facts *facts,
                                  struct plan_lines *to)
{
    if (!facts->has_settings && !facts->is_embedded)
        plan_line(to, "WARN",
                  "Whether the topic is compacted, and how large a record it takes, is unknown: "
                  "%s",
                  facts->no_settings);
    if (!facts->has_settings)
        return;
    if (draft->value == NULL && facts->is_compacted)
        plan_line(to, "WARN", "The topic is compacted: a tombstone deletes its key.");
    else if (draft->value == NULL)
        plan_line(to, "WARN",
                  "The topic is not compacted: a tombstone deletes nothing there, and a consumer "
                  "may not expect one.");
    else if (facts->is_compacted)
        plan_line(to, "note",
                  "The topic is compacted: the record replaces the ones before it that have the "
                  "same key.");
    if (facts->topic_max_bytes != PT_UNKNOWN && produce_batch_bytes(draft) > facts->topic_max_bytes)
        plan_line(to, "WARN",
                  "Without compression it has %" PRId64
                  " bytes, and the topic takes at most %" PRId64 " (max.message.bytes).",
                  produce_batch_bytes(draft), facts->topic_max_bytes);
}

static void produce_tell_counts(const struct produce_facts *facts, struct plan_lines *to)
{
    const char *stream = facts->opts->stream;
    if (stream == NULL)
        return;
    plan_line(to, "note",
              "Stream %s writes this topic. The record gets the header " PT_DRAFT_MARK
              ", so that `pintop audit` counts it as foreign, and never as missing or doubled.",
              stream);
    plan_line(to, "note",
              "The account of %s does not count it; the topic's records and IN/s, and its "
              "sink's lag, do.",
              stream);
}

/* ---- the result ---- */

static uint64_t produce_sum(uint64_t sum, const char *bytes, size_t len)
{
    for (size_t i = 0; bytes != NULL && i < len; i++)
        sum = hash64_byte(sum, (unsigned char)bytes[i]);
    return hash64_byte(sum, bytes != NULL ? '\n' : '-');
}

/* Of the whole record, of which the lines show only the beginning. */
static uint64_t produce_fingerprint(const struct pt_draft *draft, const struct plan_lines *from)
{
    uint64_t sum = produce_sum(HASH64_EMPTY, draft->key, draft->key_len);
    sum = produce_sum(sum, draft->value, draft->value_len);
    for (size_t i = 0; i < draft->n_headers; i++)
        sum = produce_sum(hash64_text(sum, draft->headers[i].name), draft->headers[i].value,
                          draft->headers[i].value_len);
    return plan_lines_sum(from, sum);
}

pt_code produce_tell(const struct pt_draft *draft, const struct produce_facts *facts,
                     struct pt_result *result, struct pt_error *err)
{
    struct plan_lines to;
    if (!plan_lines_begin(&to, draft->n_headers + PRODUCE_OTHERS_MAX))
        return pt_error_set(err, PT_ENOMEM, NULL, "produce into %.100s: out of memory",
                            facts->topic);
    produce_tell_record(draft, facts, &to);
    produce_tell_settings(draft, facts, &to);
    produce_tell_others(draft, facts, &to);
    produce_tell_counts(facts, &to);
    plan_lines_end(&to, produce_fingerprint(draft, &to), result);
    return PT_OK;
}
