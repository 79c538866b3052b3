#include "core/conn_lag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE_MIN_MS = 10000,
    PATIENCE_MS = 180000, /* three times Connect's own offset.flush.interval.ms */
    GAPS_KNOWN = 3,
    MINUTE_MS = 60000
};

int64_t conn_lag_of(const struct lag_row *row)
{
    if (row->high == PT_UNKNOWN)
        return 0;
    int64_t low = row->low != PT_UNKNOWN ? row->low : 0;
    int64_t from = row->committed != PT_UNKNOWN ? row->committed : low;
    return row->high > from ? row->high - from : 0;
}

static int compare(const struct lag_row *a, const struct lag_row *b)
{
    int by_topic = strcmp(a->topic, b->topic);
    return by_topic != 0 ? by_topic : (a->partition > b->partition) - (a->partition < b->partition);
}

/* What a row remembers of the look before. */
static void carry(struct lag_row *row, const struct lag_row *before, int64_t now_ms, bool *has_come,
                  bool *has_gone, int64_t *gap_ms)
{
    row->moved_ms = row->first_ms = row->waits_since_ms = PT_UNKNOWN;
    row->first_offset = -1;
    int64_t lag = conn_lag_of(row);
    if (before == NULL) {
        row->waits_since_ms = lag > 0 ? now_ms : PT_UNKNOWN;
        return;
    }
    bool has_moved = before->committed != row->committed && row->committed != PT_UNKNOWN;
    bool did_wait = conn_lag_of(before) > 0;
    *has_come = *has_come || (before->high != row->high && before->high != PT_UNKNOWN);
    *has_gone = *has_gone || has_moved;
    if (has_moved && did_wait && before->waits_since_ms != PT_UNKNOWN &&
        now_ms - before->waits_since_ms > *gap_ms)
        *gap_ms = now_ms - before->waits_since_ms;
    row->moved_ms = has_moved ? now_ms : before->moved_ms;
    if (row->high == PT_UNKNOWN)
        row->high = before->high; /* its leader doesn't answer: the last known */
    if (lag > 0)
        row->waits_since_ms = has_moved || !did_wait ? now_ms : before->waits_since_ms;
    if (!has_moved) {
        row->first_ms = before->first_ms;
        row->first_offset = before->first_offset;
    }
}

/* How long records waited for a commit, at the most: what is normal here. */
static void note_commit(struct conn_model *cm, int64_t now_ms, int64_t gap_ms)
{
    if (gap_ms > 0)
        cm->gaps[cm->n_gaps++ % COMMIT_GAPS] = gap_ms;
    cm->out_ms = now_ms;
}

static void note_growth(struct conn_model *cm, int64_t now_ms)
{
    if (cm->minute_ms == 0) {
        cm->minute_ms = now_ms;
        cm->minute_lag = cm->lag;
        return;
    }
    if (now_ms - cm->minute_ms < MINUTE_MS)
        return;
    bool does_grow = cm->lag > cm->minute_lag + cm->minute_lag / 100 + 10;
    if (!does_grow)
        cm->grows_since_ms = PT_UNKNOWN;
    else if (cm->grows_since_ms == PT_UNKNOWN)
        cm->grows_since_ms = cm->minute_ms;
    cm->minute_ms = now_ms;
    cm->minute_lag = cm->lag;
}

static void add_up(struct conn_model *cm, int64_t mono_us)
{
    double in = 0, out = 0;
    bool is_known = cm->n_rows > 0;
    cm->lag = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        is_known = is_known && row->high != PT_UNKNOWN;
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
    double rate = mean_per_s(&cm->in_mean);
    if (!isnan(rate))
        cm->in_slow = isnan(cm->in_slow) ? rate : cm->in_slow + (rate - cm->in_slow) / 20;
}

bool conn_lag_update(struct conn_model *cm, const struct lag_row *rows, size_t n, int64_t mono_us,
                     int64_t now_ms)
{
    struct lag_row *next = calloc(n + 1, sizeof *next);
    bool has_come = false, has_gone = false;
    int64_t gap_ms = 0;
    size_t old = 0;
    if (next == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        next[i] = rows[i];
        while (old < cm->n_rows && compare(&cm->rows[old], &rows[i]) < 0)
            old++;
        bool is_there = old < cm->n_rows && compare(&cm->rows[old], &rows[i]) == 0;
        carry(&next[i], is_there ? &cm->rows[old] : NULL, now_ms, &has_come, &has_gone, &gap_ms);
    }
    free(cm->rows);
    cm->rows = next;
    cm->n_rows = n;
    cm->lag_asked_ms = now_ms;
    if (cm->n_lag_samples == 0)
        cm->watched_ms = now_ms;
    cm->lag_error.code = PT_OK;
    add_up(cm, mono_us);
    if (cm->lag != PT_UNKNOWN)
        cm->n_lag_samples++;
    if (has_come)
        cm->in_ms = now_ms;
    if (has_gone)
        note_commit(cm, now_ms, gap_ms);
    note_growth(cm, now_ms);
    return true;
}

void conn_lag_times(struct conn_model *cm, const struct record_time *times, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cm->n_rows; k++) {
            struct lag_row *row = &cm->rows[k];
            if (row->partition == times[i].partition && strcmp(row->topic, times[i].topic) == 0 &&
                times[i].time_ms != PT_UNKNOWN) {
                row->first_ms = times[i].time_ms;
                row->first_offset = times[i].offset;
            }
        }
}

/* ------------------------------------------------------------------ what it says */

static int by_length(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The middle one of the last times between commits: an outage among them doesn't count. */
static int64_t usual_gap_ms(const struct conn_model *cm)
{
    int64_t gaps[COMMIT_GAPS];
    unsigned n = cm->n_gaps < COMMIT_GAPS ? cm->n_gaps : COMMIT_GAPS;
    memcpy(gaps, cm->gaps, n * sizeof *gaps);
    qsort(gaps, n, sizeof *gaps, by_length);
    return gaps[n / 2];
}

int64_t conn_lag_patience_ms(const struct conn_model *cm, const struct sink *sink)
{
    int64_t turn_ms = sink->schedule_ms > 0 ? sink->schedule_ms : 0;
    if (cm->n_gaps < GAPS_KNOWN)
        return PATIENCE_MS + turn_ms;
    int64_t patience_ms = 3 * usual_gap_ms(cm);
    patience_ms = patience_ms > PATIENCE_MIN_MS ? patience_ms : PATIENCE_MIN_MS;
    return (patience_ms < PATIENCE_MS ? patience_ms : PATIENCE_MS) + turn_ms;
}

int64_t conn_lag_least_patience_ms(const struct sink *sink)
{
    return PATIENCE_MIN_MS + (sink->schedule_ms > 0 ? sink->schedule_ms : 0);
}

/* Fewer than an object holds, and nothing else closes one. */
static bool waits_for_flush(const struct lag_row *row, const struct sink *sink)
{
    return sink->is_s3 && sink->flush_size > 1 && sink->schedule_ms <= 0 &&
           conn_lag_of(row) < sink->flush_size;
}

bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms)
{
    if (conn_lag_of(row) == 0 || row->waits_since_ms == PT_UNKNOWN || waits_for_flush(row, sink))
        return false;
    if (now_ms - row->waits_since_ms > patience_ms)
        return true;
    /* Seen for the first time: the record's own time tells how long it waits, and an object of late
     * that the sink works. A sink that works off a backlog is known by one or the other. */
    return cm->n_lag_samples >= 2 && row->moved_ms == PT_UNKNOWN && row->first_ms != PT_UNKNOWN &&
           now_ms - row->first_ms > patience_ms && cm->out_ms == PT_UNKNOWN &&
           cm->objects_asked_ms != PT_UNKNOWN &&
           (cm->objects_error.code != PT_OK || cm->objects.newest_ms == PT_UNKNOWN ||
            now_ms - cm->objects.newest_ms > patience_ms);
}

static void add_row(const struct conn_model *cm, const struct lag_row *row, const struct sink *sink,
                    struct witnesses *w, int64_t *most_for_flush)
{
    int64_t lag = conn_lag_of(row);
    if (lag == 0)
        return;
    if (row->first_ms != PT_UNKNOWN && (w->oldest_ms == PT_UNKNOWN || row->first_ms < w->oldest_ms))
        w->oldest_ms = row->first_ms;
    if (!conn_lag_is_stuck(cm, row, sink, w->patience_ms, w->now_ms)) {
        if (!waits_for_flush(row, sink))
            return;
        w->waiting_for_flush += lag;
        if (lag > *most_for_flush) {
            *most_for_flush = lag;
            w->flush_partition = row->partition;
            w->flush_topic = row->topic;
        }
        return;
    }
    if (w->stuck_partition < 0 || lag > w->stuck) {
        w->stuck_partition = row->partition;
        w->stuck_topic = row->topic;
    }
    w->stuck += lag;
    if (w->stuck_since_ms == PT_UNKNOWN || row->waits_since_ms < w->stuck_since_ms)
        w->stuck_since_ms = row->waits_since_ms;
}

void conn_lag_witness(const struct conn_model *cm, const struct sink *sink, struct witnesses *w)
{
    w->n_lag_samples = cm->n_lag_samples;
    w->lag = cm->lag;
    w->lag_per_s = mean_per_s(&cm->lag_mean);
    w->in_ms = cm->in_ms != PT_UNKNOWN || cm->n_lag_samples == 0 ? cm->in_ms : cm->watched_ms;
    w->out_ms = cm->out_ms;
    w->grows_since_ms = cm->grows_since_ms;
    w->does_match_nothing = cm->does_match_nothing;
    w->missing_topic = cm->missing_topic;
    w->flush_size = sink->flush_size;
    w->in_per_s = cm->in_slow;
    if (cm->lag_error.code != PT_OK) {
        w->lag_error = cm->lag_error.what;
        w->lag_fix = cm->lag_error.fix;
    }
    int64_t most_for_flush = 0;
    for (size_t i = 0; i < cm->n_rows; i++)
        add_row(cm, &cm->rows[i], sink, w, &most_for_flush);
    if (sink->flush_size > 1 && cm->in_slow > 0 && cm->n_rows > 0)
        w->fill_s = (double)sink->flush_size / (cm->in_slow / (double)cm->n_rows);
}
