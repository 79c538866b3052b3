#include "connector/watch/lag.h"
#include "connector/watch/internal.h"
#include "connector/watch/losses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    OF_LATE_MS = 30000, /* a commit was seen within this time */
    LOOKS_A_HALF = 4    /* the low point of fewer polls means nothing */
};

/* What a sink that keeps up would have read by now, or would read with its next commit. */
static int64_t lag_due(const struct lag_row *row, const struct sink *sink)
{
    return lag_waits_for_flush(row, sink) ? 0 : conn_lag_of(row);
}

static int lag_compare(const struct lag_row *a, const struct lag_row *b)
{
    int by_topic = strcmp(a->topic, b->topic);
    return by_topic != 0 ? by_topic : (a->partition > b->partition) - (a->partition < b->partition);
}

/* A group that begins at the end of a topic skips what was there before. */
static void lag_begin(struct lag_row *row, bool is_latest, int64_t now_ms)
{
    row->moved_ms = row->first_ms = row->waits_since_ms = PT_UNKNOWN;
    row->no_leader_ms = row->leader < 0 ? now_ms : PT_UNKNOWN;
    row->empty_from = row->empty_to = row->newest_ms = PT_UNKNOWN;
    row->first_offset = row->newest_offset = -1;
    row->born_ms = PT_UNKNOWN;
    if (is_latest && row->committed == PT_UNKNOWN && row->high != PT_UNKNOWN) {
        row->empty_from = 0;
        row->empty_to = row->high;
    }
    int64_t lag = conn_lag_of(row);
    row->waits_since_ms = lag > 0 ? now_ms : PT_UNKNOWN;
    row->is_proven = lag == 0 && row->high != PT_UNKNOWN;
}

/* Notes what the commits of a partition leave, since the first poll. */
static void lag_note_taken(struct lag_row *row, const struct lag_row *before,
                           const struct sink *sink)
{
    row->begun_lag = before != NULL ? before->begun_lag : lag_due(row, sink);
    row->left_lag = before != NULL ? before->left_lag : row->begun_lag;
    row->most_taken = before != NULL ? before->most_taken : 0;
    if (before == NULL || before->committed == PT_UNKNOWN || row->committed <= before->committed)
        return;
    row->left_lag = lag_due(row, sink);
    if (row->committed - before->committed > row->most_taken)
        row->most_taken = row->committed - before->committed;
}

/* What changed in any row of one poll. */
struct lag_look {
    bool has_come, has_gone;
    int64_t gap_ms;
};

/* What this poll did not find out stays as the last poll had it; what shows progress begins as
 * unknown. */
static void lag_keep(struct lag_row *row, const struct lag_row *before, int64_t now_ms)
{
    if (row->high == PT_UNKNOWN)
        row->high = before->high; /* its leader does not answer: the last known */
    if (row->low == PT_UNKNOWN)
        row->low = before->low;
    row->moved_ms = row->first_ms = row->waits_since_ms = PT_UNKNOWN;
    row->no_leader_ms = row->leader >= 0                     ? PT_UNKNOWN
                        : before->no_leader_ms != PT_UNKNOWN ? before->no_leader_ms
                                                             : now_ms;
    row->first_offset = -1;
    row->newest_offset = before->newest_offset;
    row->newest_ms = before->newest_ms;
    row->born_ms = before->born_ms;
    row->empty_from = before->empty_from;
    row->empty_to = before->empty_to;
}

/* Takes over what a row remembers of the last poll. */
static void lag_carry(struct lag_row *row, const struct lag_row *before, int64_t now_ms,
                      struct lag_look *look)
{
    lag_keep(row, before, now_ms);
    int64_t lag = conn_lag_of(row);
    bool has_moved = before->committed != row->committed && row->committed != PT_UNKNOWN;
    bool has_come = before->high != row->high && before->high != PT_UNKNOWN;
    bool did_wait = conn_lag_of(before) > 0;
    look->has_come = look->has_come || has_come;
    look->has_gone = look->has_gone || has_moved;
    if (has_moved && did_wait && before->waits_since_ms != PT_UNKNOWN &&
        now_ms - before->waits_since_ms > look->gap_ms)
        look->gap_ms = now_ms - before->waits_since_ms;
    row->moved_ms = has_moved ? now_ms : before->moved_ms;
    if (lag > 0)
        row->waits_since_ms = has_moved || !did_wait ? now_ms : before->waits_since_ms;
    if (!has_moved) {
        row->first_ms = before->first_ms;
        row->first_offset = before->first_offset;
    }
    row->is_proven = before->is_proven || has_moved || (lag == 0 && row->high != PT_UNKNOWN);
    row->has_grown = row->committed == PT_UNKNOWN && (before->has_grown || has_come);
}

/* Notes the longest time that records waited for a commit: that is normal here. */
static void lag_note_commit(struct conn_model *cm, int64_t now_ms, int64_t gap_ms)
{
    if (gap_ms > 0)
        cm->gaps[cm->n_gaps++ % COMMIT_GAPS] = gap_ms;
    cm->out_ms = now_ms;
}

static void lag_find_backlog(struct conn_model *cm, int64_t now_ms)
{
    cm->backlog = cm->backlog_next = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        int64_t lag = conn_lag_of(row);
        if (row->moved_ms == PT_UNKNOWN || now_ms - row->moved_ms > OF_LATE_MS)
            continue;
        if (lag > cm->backlog) {
            cm->backlog_next = cm->backlog;
            cm->backlog = lag;
            cm->backlog_row = i;
        } else if (lag > cm->backlog_next) {
            cm->backlog_next = lag;
        }
    }
}

/* Adds up what the commits of all rows left and took. A row that is stuck since its last commit is
 * another fault. */
static void lag_add_commits(struct conn_model *cm)
{
    int64_t left = 0, left_more = 0, most_taken = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        left += cm->rows[i].left_lag;
        left_more += cm->rows[i].left_lag - cm->rows[i].begun_lag;
        most_taken += cm->rows[i].most_taken;
    }
    pace_commits(&cm->pace, left, left_more, most_taken);
}

static void lag_add_up(struct conn_model *cm, const struct sink *sink, int64_t mono_us,
                       int64_t now_ms)
{
    double in = 0, out = 0;
    bool is_known = cm->n_rows > 0;
    cm->lag = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        /* The high watermark of a new partition is reported a little later than the partition. */
        is_known = is_known && (row->high != PT_UNKNOWN || lag_is_newborn(cm, row, now_ms));
        cm->lag += conn_lag_of(row);
        in += row->high != PT_UNKNOWN ? (double)row->high : 0;
    }
    if (!is_known) {
        cm->lag = PT_UNKNOWN;
        return;
    }
    out = in - (double)cm->lag;
    mean_add(&cm->lag_mean, mono_us, (double)cm->lag);
    mean_add(&cm->in_mean, mono_us, in);
    mean_add(&cm->out_mean, mono_us, out);
    int64_t gap_ms = cm->n_gaps >= LAG_GAPS_KNOWN ? lag_usual_gap_ms(cm) : 0;
    int64_t half_ms = pace_half_ms(sink_turn_ms(sink), gap_ms);
    half_ms = half_ms > LOOKS_A_HALF * cm->apart_ms ? half_ms : LOOKS_A_HALF * cm->apart_ms;
    lag_add_commits(cm);
    pace_add(&cm->pace, half_ms, now_ms, in,
             cm->lag - conn_lag_for_flush(cm, sink) - lag_of_newborn(cm, now_ms));
    double rate = mean_per_s(&cm->in_mean);
    if (!isnan(rate))
        cm->in_slow = isnan(cm->in_slow) ? rate : cm->in_slow + (rate - cm->in_slow) / 20;
}

bool conn_lag_update(struct conn_model *cm, const struct sink *sink, const struct lag_row *rows,
                     size_t n, int64_t mono_us, int64_t now_ms)
{
    struct lag_row *next = calloc(n + 1, sizeof *next);
    struct lag_look look = {0};
    size_t old = 0;
    if (next == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        next[i] = rows[i];
        while (old < cm->n_rows && lag_compare(&cm->rows[old], &rows[i]) < 0)
            old++;
        bool is_there = old < cm->n_rows && lag_compare(&cm->rows[old], &rows[i]) == 0;
        if (is_there)
            lag_carry(&next[i], &cm->rows[old], now_ms, &look);
        else
            lag_begin(&next[i], cm->is_latest, now_ms);
        lag_note_taken(&next[i], is_there ? &cm->rows[old] : NULL, sink);
        if (!is_there && cm->n_rows > 0)
            next[i].born_ms = now_ms;
        conn_losses_look(cm, &next[i], is_there ? &cm->rows[old] : NULL, sink, now_ms);
    }
    cm->apart_ms = cm->n_lag_samples > 0 ? now_ms - cm->lag_asked_ms : 0;
    free(cm->rows);
    cm->rows = next;
    cm->n_rows = n;
    cm->lag_asked_ms = now_ms;
    if (cm->n_lag_samples == 0)
        cm->watched_ms = now_ms;
    cm->lag_error.code = PT_OK;
    lag_find_backlog(cm, now_ms);
    lag_add_up(cm, sink, mono_us, now_ms);
    if (cm->lag != PT_UNKNOWN)
        cm->n_lag_samples++;
    if (cm->lag == 0)
        cm->backlog_ms = PT_UNKNOWN;
    if (look.has_come)
        cm->in_ms = now_ms;
    if (look.has_gone)
        lag_note_commit(cm, now_ms, look.gap_ms);
    return true;
}

void conn_lag_forget(struct conn_model *cm)
{
    free(cm->rows);
    cm->rows = NULL;
    cm->n_rows = 0;
    cm->n_lag_samples = 0;
    cm->lag = cm->out_ms = cm->lag_asked_ms = PT_UNKNOWN;
    cm->backlog_ms = cm->backlog_asked_ms = PT_UNKNOWN;
    cm->backlog = cm->backlog_next = cm->apart_ms = 0;
    cm->n_gaps = 0;
    cm->lag_mean = cm->in_mean = cm->out_mean = (struct mean){0};
    cm->in_slow = NAN;
    pace_init(&cm->pace);
}

void conn_lag_restarted(struct conn_model *cm, int64_t now_ms)
{
    cm->restarted_ms = now_ms;
    for (size_t i = 0; i < cm->n_rows; i++)
        if (conn_lag_of(&cm->rows[i]) > 0) {
            cm->rows[i].is_proven = false;
            cm->rows[i].moved_ms = PT_UNKNOWN;
            cm->rows[i].waits_since_ms = now_ms;
        }
}

void conn_lag_objects(struct conn_model *cm, const struct conn_rows *rows)
{
    for (size_t i = 0, k = 0; i < rows->n && k < cm->n_rows; i++) {
        const struct conn_row *from = &rows->rows[i];
        while (k < cm->n_rows && (cm->rows[k].partition != from->partition ||
                                  strcmp(cm->rows[k].topic, from->topic) != 0))
            k++;
        if (k == cm->n_rows)
            return;
        cm->rows[k].newest_offset = from->newest_offset;
        cm->rows[k].newest_ms = from->newest_ms;
        conn_losses_objects(&cm->rows[k], from);
    }
}

/* Between the committed offset and the first record there may be offsets that are no records. */
static void lag_note_empty(struct lag_row *row, const struct record_time *time)
{
    int64_t to = time->is_empty ? time->end_offset : time->first_offset;
    if (time->is_expired || to == PT_UNKNOWN || to <= time->offset)
        return;
    row->empty_from = time->offset;
    row->empty_to = to;
    if (conn_lag_of(row) == 0) {
        row->waits_since_ms = PT_UNKNOWN;
        row->is_proven = true;
    }
}

/* The next commit moves the first record, and its timestamp is requested again only later: until
 * then this keeps how far behind the sink was. */
static void lag_note_backlog(struct conn_model *cm, int64_t now_ms)
{
    cm->backlog_ms = PT_UNKNOWN;
    cm->backlog_asked_ms = now_ms;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        if (conn_lag_of(row) > 0 && row->first_ms != PT_UNKNOWN &&
            !lag_waits_for_flush(row, &cm->sink) &&
            (cm->backlog_ms == PT_UNKNOWN || row->first_ms < cm->backlog_ms))
            cm->backlog_ms = row->first_ms;
    }
}

void conn_lag_times(struct conn_model *cm, const struct record_time *times, size_t n,
                    int64_t now_ms)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cm->n_rows; k++) {
            struct lag_row *row = &cm->rows[k];
            if (row->partition != times[i].partition || strcmp(row->topic, times[i].topic) != 0)
                continue;
            lag_note_empty(row, &times[i]);
            if (times[i].time_ms != PT_UNKNOWN) {
                row->first_ms = times[i].time_ms;
                row->first_offset = times[i].offset;
            }
        }
    lag_note_backlog(cm, now_ms);
}
