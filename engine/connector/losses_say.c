/* What was seen of losses, in words. */
#include "connector/losses.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    DAY_MS = 24 * 3600 * 1000, /* what is older is only told */
    BEYOND_MS = 10 * 1000,     /* ends and commits are asked one after the other */
    FRESH_LETTER_MS = 3600 * 1000
};

static bool is_known(int64_t value)
{
    return value != PT_UNKNOWN;
}

/* The next place, or that of the least grave one when all are taken and this is graver; NULL. */
static struct loss *room_for(struct losses *out, const struct rule *rule)
{
    if (out->n < LOSSES_MAX)
        return &out->items[out->n++];
    struct loss *least = &out->items[0];
    for (size_t i = 1; i < out->n; i++)
        if (out->items[i].rule->weight <= least->rule->weight)
            least = &out->items[i];
    return rule->weight > least->rule->weight ? least : NULL;
}

struct loss *losses_add(struct losses *out, const char *rule, int64_t since_ms, int64_t lost,
                        const char *fmt, ...)
{
    va_list args;
    struct loss *loss = room_for(out, rules_by_id(rule));
    if (loss == NULL)
        return NULL;
    memset(loss, 0, sizeof *loss);
    loss->rule = rules_by_id(rule);
    loss->since_ms = since_ms;
    loss->lost_records = lost;
    va_start(args, fmt);
    text_put_args(loss->says, sizeof loss->says, fmt, args);
    va_end(args);
    text_copy(loss->fix, sizeof loss->fix, loss->rule->fix);
    return loss;
}

void loss_mend(struct loss *loss, const char *fmt, ...)
{
    va_list args;
    if (loss == NULL)
        return;
    va_start(args, fmt);
    text_put_args(loss->fix, sizeof loss->fix, fmt, args);
    va_end(args);
}

/* "29 Nov 22:13:03Z" */
static const char *when(int64_t time_ms, char out[40])
{
    char iso[32];
    clock_format_ms(time_ms, iso, sizeof iso);
    snprintf(out, 40, "%.10s %.8sZ", iso, iso + 11);
    return out;
}

/* " between A and B", as far as it is known. */
static const char *between(const char *what, int64_t from_ms, int64_t to_ms, char out[120])
{
    char from[40], to[40];
    out[0] = '\0';
    if (is_known(from_ms) && is_known(to_ms) && from_ms <= to_ms)
        snprintf(out, 120, "%s between %s and %s", what, when(from_ms, from), when(to_ms, to));
    else if (is_known(to_ms))
        snprintf(out, 120, "%s before %s", what, when(to_ms, to));
    else if (is_known(from_ms))
        snprintf(out, 120, "%s from %s on", what, when(from_ms, from));
    return out;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return !is_known(a) || (is_known(b) && b < a) ? b : a;
}

static int64_t later(int64_t a, int64_t b)
{
    return !is_known(a) || (is_known(b) && b > a) ? b : a;
}

/* The sum over partitions, and the one with most of it. */
struct sum {
    int64_t records, from_ms, to_ms, at_ms;
    int n;
    const struct loss_partition *most;
    int64_t most_records;
};

static void sum_up(struct sum *sum, const struct loss_partition *at, int64_t records,
                   int64_t from_ms, int64_t to_ms, int64_t at_ms)
{
    if (records <= 0)
        return;
    if (sum->n == 0)
        sum->from_ms = sum->to_ms = sum->at_ms = PT_UNKNOWN;
    sum->records += records;
    sum->from_ms = earlier(sum->from_ms, from_ms);
    sum->to_ms = later(sum->to_ms, to_ms);
    sum->at_ms = later(sum->at_ms, at_ms);
    sum->n++;
    if (records > sum->most_records) {
        sum->most_records = records;
        sum->most = at;
    }
}

/* "demo.pin-0", "3 partitions (most in demo.pin-0)" */
static const char *where(const struct sum *sum, char out[340])
{
    if (sum->n == 1)
        snprintf(out, 340, "%s-%d", sum->most->topic, sum->most->partition);
    else
        snprintf(out, 340, "%d partitions (most in %s-%d)", sum->n, sum->most->topic,
                 sum->most->partition);
    return out;
}

static bool is_tolerant(const struct conn *conn)
{
    return strcmp(conn_get(conn, "errors.tolerance"), "all") == 0;
}

/* What the configuration itself leaves out; NULL nothing. */
static const char *wanted_gap(const struct conn *conn)
{
    for (size_t i = 0; i < conn->n_settings; i++) {
        const char *name = conn->settings[i].name;
        size_t len = strlen(name);
        if (strncmp(name, "transforms.", 11) == 0 && len > 5 &&
            strcmp(name + len - 5, ".type") == 0 &&
            (strstr(conn->settings[i].value, "Filter") != NULL ||
             strncmp(conn->settings[i].value, "org.apache.kafka.connect.transforms.", 36) != 0))
            return "a transform that filters, or may";
    }
    if (strcmp(conn_get(conn, "behavior.on.null.values"), "ignore") == 0)
        return "behavior.on.null.values=ignore";
    return NULL;
}

void losses_gap_min(const struct conn *conn, const struct sink *sink, struct newest_gaps *gaps)
{
    /* A sink that skips a part of each batch has no object that shows what a record takes. */
    gaps->needs_size = !is_tolerant(conn);
    /* Markers of transactions are offsets without a record: an object may span up to twice its
     * records, when each transaction has but one. */
    gaps->min = is_tolerant(conn) ? sink->flush_size / 10 + 1 : sink->flush_size + 1;
}

static void say_deleted(const struct conn *conn, const struct loss_partition *rows, size_t n,
                        struct losses *out)
{
    struct sum sum = {0};
    char place[340], span[120];
    for (size_t i = 0; i < n; i++)
        sum_up(&sum, &rows[i], rows[i].row->deleted, rows[i].row->written_from_ms,
               rows[i].row->written_to_ms, rows[i].row->deleted_seen_ms);
    if (sum.n == 0)
        return;
    struct loss *loss = losses_add(
        out, "lost-to-retention", sum.at_ms, sum.records,
        "%" PRId64 " records of %s were deleted by retention before %s took them (it stood at "
        "%" PRId64 ", the topic begins at %" PRId64 ")%s",
        sum.records, where(&sum, place), conn->name, sum.most->row->deleted_from,
        sum.most->row->deleted_to, between(", written", sum.from_ms, sum.to_ms, span));
    loss_mend(loss,
              "Kafka does not have them any more: make them again from their source. Raise "
              "retention.ms of %s until the connector has caught up, and mend what holds it up",
              sum.most->topic);
}

static void say_skipped(const char *group, const struct loss_partition *rows, size_t n,
                        struct losses *out)
{
    struct sum sum = {0};
    char place[340], at[40];
    for (size_t i = 0; i < n; i++)
        sum_up(&sum, &rows[i], rows[i].row->skipped, PT_UNKNOWN, PT_UNKNOWN,
               rows[i].row->skipped_ms);
    if (sum.n == 0)
        return;
    const struct loss_row *most = sum.most->row;
    struct loss *loss = losses_add(
        out, "lost-to-reset", sum.at_ms, sum.records,
        "%" PRId64 " records of %s were passed over: the offset of group %s was set forward "
        "from %" PRId64 " to %" PRId64 " at %s, while no consumer was in it",
        sum.records, where(&sum, place), group, most->skipped_from, most->skipped_to,
        when(sum.at_ms, at));
    loss_mend(
        loss,
        "If that was not meant, stop the connector and set the group back: "
        "`kafka-consumer-groups.sh --group %s --topic %s:%d --reset-offsets --to-offset %" PRId64
        " --execute`, as long as Kafka keeps the records. What was taken since is then written a "
        "second time, into other objects",
        group, sum.most->topic, sum.most->partition, most->skipped_from);
}

/* Offsets that no object holds: between two objects, or behind the newest. */
struct missing {
    int64_t lost, open; /* records that were counted in the log; offsets of which nobody knows */
    int64_t from, to, before_ms, after_ms;
    bool is_dense; /* offsets are records there, as far as the objects show */
    bool is_most;  /* of what was counted, at least half is in no object */
};

static struct missing missing_of(const struct conn *conn, const struct loss_row *row)
{
    int64_t least = conn_get_int(conn, "flush.size", 0) / (is_tolerant(conn) ? 10 : 1);
    const struct newest_gaps *gaps = &row->gaps;
    bool is_counted = is_known(row->uncovered_records);
    int64_t behind = is_counted ? row->uncovered_records : 0;
    int64_t open = !is_counted && row->uncovered > least ? row->uncovered : 0;
    int64_t counted = gaps->counted + (behind > 0 ? gaps->tail_records : 0);
    struct missing m = {.lost = gaps->lost + behind, .open = gaps->offsets + open};
    m.is_most = m.lost > 0 && 2 * m.lost >= counted;
    m.is_dense = gaps->n_full > 0 && !gaps->is_loose;
    if (behind > 0 || open > 0) {
        m.from = row->uncovered_from;
        m.to = row->uncovered_from + row->uncovered;
        m.before_ms = PT_UNKNOWN;
        m.after_ms = row->uncovered_grown_ms;
    } else if (gaps->lost > 0) {
        m.from = gaps->lost_from;
        m.to = gaps->lost_to;
        m.before_ms = gaps->lost_before_ms;
        m.after_ms = gaps->lost_after_ms;
    } else {
        m.from = gaps->from;
        m.to = gaps->to;
        m.before_ms = gaps->before_ms;
        m.after_ms = gaps->after_ms;
    }
    /* What is accounted for already is not told twice. */
    int64_t told = row->deleted + row->skipped;
    int64_t of_lost = told < m.lost ? told : m.lost;
    m.lost -= of_lost;
    m.open = m.open > told - of_lost ? m.open - (told - of_lost) : 0;
    return m;
}

/* How grave what is missing in a partition is. It is an alarm when it is known to be records,
 * unless the configuration leaves them out: then only when that is at least half of what was
 * counted, since a converter that fits nothing is no wish. */
enum missing_kind { MISSING_LOST, MISSING_WISHED, MISSING_OPEN, MISSING_KINDS };

static const char *const missing_rules[MISSING_KINDS] = {
    [MISSING_LOST] = "not-in-objects",
    [MISSING_WISHED] = "left-out-by-wish",
    [MISSING_OPEN] = "offsets-not-in-objects",
};

static enum missing_kind kind_of(const struct conn *conn, const struct missing *m)
{
    if (is_tolerant(conn))
        return m->is_most ? MISSING_LOST : MISSING_WISHED;
    if (wanted_gap(conn) != NULL)
        return MISSING_WISHED;
    return m->lost > 0 || m->is_dense ? MISSING_LOST : MISSING_OPEN;
}

static void why_missing(const struct conn *conn, enum missing_kind kind, char out[200])
{
    if (is_tolerant(conn))
        snprintf(out, 200, "errors.tolerance=all skips what can't be converted%s",
                 kind == MISSING_WISHED ? "; markers of transactions are offsets, too" : "");
    else if (kind == MISSING_WISHED)
        snprintf(out, 200, "%s leaves records out", wanted_gap(conn));
    else if (kind == MISSING_OPEN)
        snprintf(out, 200,
                 "markers of transactions, what compaction removed, or records that were passed "
                 "over or deleted; the log can't tell any more");
    else
        snprintf(out, 200, "the group's offsets were set forward, or retention removed them");
}

static void mend_missing(const struct conn *conn, enum missing_kind kind, const char *topic,
                         int64_t from, struct loss *loss)
{
    if (is_tolerant(conn))
        loss_mend(loss,
                  "Look at a record of that range (`pintop topics peek %s`) and at the converters. "
                  "errors.tolerance=none stops at the first bad record instead of dropping it; "
                  "errors.deadletterqueue.topic.name keeps those that are skipped",
                  topic);
    else if (kind == MISSING_LOST)
        loss_mend(loss,
                  "Look whether those records are still in %s. If they are, set the group back to "
                  "%" PRId64 " with the connector stopped",
                  topic, from);
}

static void say_missing_of(const struct conn *conn, const struct loss_partition *rows, size_t n,
                           enum missing_kind kind, struct losses *out)
{
    struct sum sum = {0};
    char place[340], span[120], why[200];
    bool is_counted = true;
    for (size_t i = 0; i < n; i++) {
        struct missing m = missing_of(conn, rows[i].row);
        if (kind_of(conn, &m) != kind)
            continue;
        is_counted = is_counted && m.open == 0;
        sum_up(&sum, &rows[i], m.lost + m.open, m.before_ms, m.after_ms, m.after_ms);
    }
    if (sum.n == 0)
        return;
    struct missing most = missing_of(conn, sum.most->row);
    why_missing(conn, kind, why);
    struct loss *loss = losses_add(
        out, missing_rules[kind], sum.at_ms, sum.records,
        "at least %" PRId64 " %s of %s were committed and are in no object (offset %" PRId64
        " to %" PRId64 ")%s: %s",
        sum.records, is_counted ? "records" : "offsets", where(&sum, place), most.from, most.to - 1,
        between(", passed", sum.from_ms, sum.to_ms, span), why);
    mend_missing(conn, kind, sum.most->topic, most.from, loss);
}

static void say_missing(const struct conn *conn, const struct loss_partition *rows, size_t n,
                        struct losses *out)
{
    for (enum missing_kind kind = 0; kind < MISSING_KINDS; kind++)
        say_missing_of(conn, rows, n, kind, out);
}

static void say_beyond(const char *group, const struct loss_partition *rows, size_t n,
                       int64_t now_ms, struct losses *out)
{
    struct sum sum = {0};
    char place[340];
    for (size_t i = 0; i < n; i++) {
        const struct loss_row *row = rows[i].row;
        if (is_known(row->beyond_since_ms) && now_ms - row->beyond_since_ms >= BEYOND_MS)
            sum_up(&sum, &rows[i], row->beyond, PT_UNKNOWN, PT_UNKNOWN, row->beyond_since_ms);
    }
    if (sum.n == 0)
        return;
    struct loss *loss =
        losses_add(out, "offset-beyond-end", sum.at_ms, PT_UNKNOWN,
                   "group %s stands %" PRId64
                   " offsets beyond the end of %s: the topic was deleted and made again, "
                   "or lost its newest records; what is written there now may be passed "
                   "over",
                   group, sum.most_records, where(&sum, place));
    loss_mend(
        loss,
        "Stop the connector and set the group to the start: `kafka-consumer-groups.sh --group %s "
        "--topic %s:%d --reset-offsets --to-earliest --execute`, and so for each partition that "
        "stands beyond",
        group, sum.most->topic, sum.most->partition);
}

static void say_reborn(const struct loss_partition *rows, size_t n, int64_t now_ms,
                       struct losses *out)
{
    struct sum sum = {0};
    char place[340];
    for (size_t i = 0; i < n; i++) {
        const struct loss_row *row = rows[i].row;
        if (is_known(row->reborn_ms) && now_ms - row->reborn_ms >= BEYOND_MS)
            sum_up(&sum, &rows[i], row->reborn_at + 1, PT_UNKNOWN, PT_UNKNOWN, row->reborn_ms);
    }
    if (sum.n > 0)
        losses_add(
            out, "objects-of-another-topic", sum.at_ms, PT_UNKNOWN,
            "objects of %s begin at offset %" PRId64
            ", beyond the end of the topic: they are of an older topic of that name, and the "
            "sink overwrites them as the new one's offsets reach them",
            where(&sum, place), sum.most->row->reborn_at);
}

static void say_repeated(const char *group, const struct loss_partition *rows, size_t n,
                         struct losses *out)
{
    struct sum sum = {0};
    char place[340], at[40];
    for (size_t i = 0; i < n; i++)
        sum_up(&sum, &rows[i], rows[i].row->repeated, PT_UNKNOWN, PT_UNKNOWN,
               rows[i].row->repeated_ms);
    if (sum.n > 0)
        losses_add(out, "offset-set-back", sum.at_ms, 0,
                   "the offset of group %s was set back by %" PRId64
                   " in %s at %s: those records are "
                   "taken again",
                   group, sum.records, where(&sum, place), when(sum.at_ms, at));
}

static void say_dead(const struct dead_letters *dead, int64_t now_ms, struct losses *out)
{
    char at[40], newest[80] = "";
    if (dead->topic[0] == '\0' || !is_known(dead->records) || dead->records <= 0)
        return;
    int64_t grown = dead->end - dead->first_end;
    int64_t seen_ms = later(dead->newest_ms, dead->grown_ms);
    bool is_fresh = !dead->is_shared && is_known(seen_ms) && now_ms - seen_ms <= FRESH_LETTER_MS;
    if (is_known(seen_ms))
        snprintf(newest, sizeof newest, ", the newest of %s", when(seen_ms, at));
    struct loss *loss;
    if (grown > 0 && !dead->is_shared)
        loss =
            losses_add(out, "dead-letters", seen_ms, grown,
                       "%" PRId64 " records went to the dead letter topic %s instead of the bucket "
                       "while pintop looked; it holds %" PRId64 "%s",
                       grown, dead->topic, dead->records, newest);
    else
        loss = losses_add(out, is_fresh ? "dead-letters" : "old-dead-letters", seen_ms,
                          dead->records, "the dead letter topic %s holds %" PRId64 " records%s%s",
                          dead->topic, dead->records,
                          dead->is_shared ? ", of this connector or of another that names it"
                                          : " that are not in the bucket",
                          newest);
    loss_mend(loss,
              "Why each is there stands in its headers (__connect.errors.exception.message), when "
              "errors.deadletterqueue.context.headers.enable is true: `pintop topics peek %s`",
              dead->topic);
}

static bool is_so_now(const char *rule)
{
    return strcmp(rule, "offset-beyond-end") == 0 || strcmp(rule, "objects-of-another-topic") == 0;
}

/* Old ones are history: told, no alarm. */
static void age(struct losses *out, int64_t now_ms)
{
    for (size_t i = 0; i < out->n; i++)
        if (is_known(out->items[i].since_ms) && now_ms - out->items[i].since_ms > DAY_MS &&
            !is_so_now(out->items[i].rule->id))
            out->items[i].rule = rules_by_id("lost-long-ago");
}

void losses_sort(struct losses *out)
{
    for (size_t i = 1; i < out->n; i++)
        for (size_t k = i; k > 0 && out->items[k].rule->weight > out->items[k - 1].rule->weight;
             k--) {
            struct loss loss = out->items[k];
            out->items[k] = out->items[k - 1];
            out->items[k - 1] = loss;
        }
}

void losses_say(const struct conn *conn, const char *group, const struct loss_partition *rows,
                size_t n, const struct dead_letters *dead, int64_t now_ms, struct losses *out)
{
    memset(out, 0, sizeof *out);
    say_deleted(conn, rows, n, out);
    say_skipped(group, rows, n, out);
    say_missing(conn, rows, n, out);
    say_dead(dead, now_ms, out);
    say_beyond(group, rows, n, now_ms, out);
    say_reborn(rows, n, now_ms, out);
    say_repeated(group, rows, n, out);
    age(out, now_ms);
    losses_sort(out);
}
