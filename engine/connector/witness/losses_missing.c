/* Records that were committed and are in no object: between two objects, or after the newest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "connector/witness/losses_private.h"

static bool losses_missing_is_known(int64_t value)
{
    return value != PT_UNKNOWN;
}

static bool is_tolerant(const struct conn *conn)
{
    return strcmp(conn_get(conn, "errors.tolerance"), "all") == 0;
}

/* Returns what the configuration itself leaves out; NULL for nothing. */
static const char *wanted_gap(const struct conn *conn)
{
    for (size_t i = 0; i < conn->n_settings; i++) {
        const char *name = conn->settings[i].name;
        size_t len = strlen(name);
        if (strncmp(name, "transforms.", 11) == 0 && len > 5 &&
            strcmp(name + len - 5, ".type") == 0 &&
            (strstr(conn->settings[i].value, "Filter") != NULL ||
             strncmp(conn->settings[i].value, "org.apache.kafka.connect.transforms.", 36) != 0))
            return "a transform that filters, or might filter,";
    }
    if (strcmp(conn_get(conn, "behavior.on.null.values"), "ignore") == 0)
        return "behavior.on.null.values=ignore";
    return NULL;
}

void losses_gap_min(const struct conn *conn, const struct sink *sink, struct newest_gaps *gaps)
{
    /* A sink that skips a part of each batch has no object that shows the size of a record. */
    gaps->needs_size = !is_tolerant(conn);
    /* Transaction markers are offsets without a record: an object may span up to twice its
     * records, when each transaction has just one. */
    gaps->min = is_tolerant(conn) ? sink->flush_size / 10 + 1 : sink->flush_size + 1;
}

/* Offsets that no object holds: between two objects, or after the newest. */
struct missing {
    int64_t lost, open; /* records that were counted in the log; offsets of unknown content */
    int64_t from, to, before_ms, after_ms;
    int64_t born_ms; /* when it was seen to begin; PT_UNKNOWN: before pintop looked */
    bool is_tail;    /* all of it is after the newest object */
    bool is_dense;   /* offsets are records there, as far as the objects show */
    bool is_most;    /* at least half of what was counted is in no object */
};

/* The objects beside the gaps were written while the connector had another group: the loss
 * belongs to that. */
static bool are_gaps_former(const struct newest_gaps *gaps, int64_t group_since_ms)
{
    int64_t after_ms = gaps->lost > 0 ? gaps->lost_after_ms : gaps->after_ms;
    return losses_missing_is_known(group_since_ms) && losses_missing_is_known(after_ms) &&
           after_ms <= group_since_ms;
}

static struct missing losses_missing_of(const struct losses_ask *ask, const struct loss_row *row)
{
    const struct conn *conn = ask->conn;
    int64_t least = conn_get_int(conn, "flush.size", 0) / (is_tolerant(conn) ? 10 : 1);
    struct newest_gaps own = row->gaps;
    const struct newest_gaps *gaps = &own;
    if (are_gaps_former(gaps, ask->group_since_ms))
        own.lost = own.offsets = own.counted = 0;
    bool is_counted = losses_missing_is_known(row->uncovered_records);
    int64_t behind = is_counted ? row->uncovered_records : 0;
    int64_t open = !is_counted && row->uncovered > least ? row->uncovered : 0;
    int64_t counted = gaps->counted + (behind > 0 ? gaps->tail_records : 0);
    struct missing m = {.lost = gaps->lost + behind, .open = gaps->offsets + open};
    m.is_tail = gaps->lost == 0 && gaps->offsets == 0;
    m.is_most = m.lost > 0 && 2 * m.lost >= counted;
    m.is_dense = gaps->n_full > 0 && !gaps->is_loose;
    if (behind > 0 || open > 0) {
        m.from = row->uncovered_from;
        m.to = row->uncovered_from + row->uncovered;
        m.before_ms = PT_UNKNOWN;
        m.after_ms = row->uncovered_grown_ms;
        m.born_ms = row->was_covered ? row->uncovered_ms : PT_UNKNOWN;
    } else if (gaps->lost > 0) {
        m.from = gaps->lost_from;
        m.to = gaps->lost_to;
        m.before_ms = gaps->lost_before_ms;
        m.born_ms = m.after_ms = gaps->lost_after_ms;
    } else {
        m.from = gaps->from;
        m.to = gaps->to;
        m.before_ms = gaps->before_ms;
        m.born_ms = m.after_ms = gaps->after_ms;
    }
    /* What is already accounted for is not reported twice. */
    int64_t told = row->deleted + row->skipped;
    int64_t of_lost = told < m.lost ? told : m.lost;
    m.lost -= of_lost;
    m.open = m.open > told - of_lost ? m.open - (told - of_lost) : 0;
    return m;
}

/* How severe a gap in a partition is. It is an alarm when it is known to be records, unless the
 * configuration leaves them out: then only when it is at least half of what was counted, since a
 * converter that fits no record is not intended. */
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
        snprintf(out, 200, "errors.tolerance=all skips records that cannot be converted%s",
                 kind == MISSING_WISHED ? "; transaction markers are offsets, too" : "");
    else if (kind == MISSING_WISHED)
        snprintf(out, 200, "%s leaves records out", wanted_gap(conn));
    else if (kind == MISSING_OPEN)
        snprintf(out, 200,
                 "these may be transaction markers, records removed by compaction, or records that "
                 "were skipped or deleted; the log cannot tell any more");
    else
        snprintf(out, 200,
                 "the offsets of the group were moved forward, or retention deleted the records");
}

static void mend_missing(const struct conn *conn, enum missing_kind kind, const char *topic,
                         int64_t from, struct loss *loss)
{
    if (is_tolerant(conn))
        loss_mend(loss,
                  "Check a record of that range (`pintop topics peek %s`) and the converters. "
                  "errors.tolerance=none stops at the first bad record instead of dropping it; "
                  "errors.deadletterqueue.topic.name keeps the skipped ones",
                  topic);
    else if (kind == MISSING_LOST)
        loss_mend(
            loss,
            "Check whether those records are still in %s. If they are, reset the group to %" PRId64
            " while the connector is stopped",
            topic, from);
}

static void say_missing_of(const struct losses_ask *ask, enum missing_kind kind, struct losses *out)
{
    const struct conn *conn = ask->conn;
    struct loss_sums sums = {.is_grave = kind == MISSING_LOST};
    char place[340], span[120], why[200];
    bool is_counted = true;
    for (size_t i = 0; i < ask->n; i++) {
        const struct loss_partition *at = &ask->rows[i];
        struct missing m = losses_missing_of(ask, at->row);
        if (kind_of(conn, &m) != kind)
            continue;
        is_counted = is_counted && m.open == 0;
        struct loss_extent extent = {.kind = LOSS_MISSING,
                                     .topic = at->topic,
                                     .partition = at->partition,
                                     .from = m.from,
                                     .to = m.to,
                                     .records = m.lost + m.open,
                                     .born_ms = m.born_ms,
                                     .is_found = !losses_missing_is_known(m.born_ms),
                                     .is_even = m.is_tail,
                                     .end = at->high};
        const struct loss_times times = {m.before_ms, m.after_ms, m.after_ms};
        loss_sum_extent(ask, &sums, at, &extent, &times);
    }
    loss_say_marked(&sums, "were committed and are in no object", out);
    const struct loss_sum *sum = &sums.told;
    if (sum->n == 0)
        return;
    why_missing(conn, kind, why);
    struct loss *loss = losses_add(
        out, missing_rules[kind], sum->at_ms, sum->records,
        "at least %" PRId64 " %s of %s were committed and are in no object (offset %" PRId64
        " to %" PRId64 ")%s: %s",
        sum->records, is_counted ? "records" : "offsets", loss_where(sum, place), sum->from,
        sum->to - 1, loss_between(", committed", sum->from_ms, sum->to_ms, span), why);
    mend_missing(conn, kind, sum->most->topic, sum->from, loss);
}

void losses_say_missing(const struct losses_ask *ask, struct losses *out)
{
    for (enum missing_kind kind = 0; kind < MISSING_KINDS; kind++)
        say_missing_of(ask, kind, out);
}
