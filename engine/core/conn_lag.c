#include "core/conn_lag.h"
#include "core/conn_model_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE_MIN_MS = 10000,
    COMMIT_MS = 75000,        /* between two commits, by Connect's own setting, and to write */
    BACKLOG_FRESH_MS = 45000, /* in which records' times are told again */
    YOUNG_MS = 300000,        /* of a look that may not know the rates yet */
    PATIENCE_SLACK_MS = 5000, /* of the embedded sink */
    PATIENCE_MS = 180000,     /* three times Connect's own offset.flush.interval.ms */
    TURN_MAX_MS = 900000,     /* of a sink that falls behind */
    METADATA_AGE_MS = 300000,
    GAPS_KNOWN = 3,
    OF_LATE_MS = 30000,    /* taken from of late */
    ELECTION_MS = 3000,    /* a new leader is there in less */
    LOOKS_A_HALF = 4,      /* a low point of fewer is none */
    SPARSE_MS = 10000,     /* looks so far apart come with no question about the first record */
    ANSWER_MS = 30000,     /* in which that is answered */
    OBJECT_MS = 60000,     /* an object of late: the sink works */
    OBJECT_GRAIN_MS = 1000 /* S3 tells an object's time in whole seconds */
};

/* Where its group stands: what it committed, else the first record there is. */
static int64_t position_of(const struct lag_row *row)
{
    if (row->committed != PT_UNKNOWN)
        return row->committed;
    return row->low != PT_UNKNOWN ? row->low : 0;
}

int64_t conn_lag_of(const struct lag_row *row)
{
    int64_t from = position_of(row);
    if (row->high == PT_UNKNOWN)
        return 0;
    /* What retention took, nobody can take any more. */
    if (row->low != PT_UNKNOWN && from < row->low)
        from = row->low;
    /* Markers of transactions and gaps of compaction are offsets, but no records. */
    if (row->empty_from != PT_UNKNOWN && from >= row->empty_from && from < row->empty_to)
        from = row->empty_to;
    return row->high > from ? row->high - from : 0;
}

/* Fewer than an object holds, and nothing else closes one. */
static bool waits_for_flush(const struct lag_row *row, const struct sink *sink)
{
    return sink->is_s3 && sink->flush_size > 1 && sink->schedule_ms <= 0 &&
           conn_lag_of(row) < sink->flush_size;
}

/* What a sink that is fast enough would have taken by now, or would take with its next commit. */
static int64_t due_lag(const struct lag_row *row, const struct sink *sink)
{
    return waits_for_flush(row, sink) ? 0 : conn_lag_of(row);
}

static int compare(const struct lag_row *a, const struct lag_row *b)
{
    int by_topic = strcmp(a->topic, b->topic);
    return by_topic != 0 ? by_topic : (a->partition > b->partition) - (a->partition < b->partition);
}

/* A group that begins at the end of a topic leaves what lay there before. */
static void begin(struct lag_row *row, bool is_latest, int64_t now_ms)
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

/* What the commits of a partition leave, over the whole look. */
static void note_taken(struct lag_row *row, const struct lag_row *before, const struct sink *sink)
{
    row->begun_lag = before != NULL ? before->begun_lag : due_lag(row, sink);
    row->left_lag = before != NULL ? before->left_lag : row->begun_lag;
    row->most_taken = before != NULL ? before->most_taken : 0;
    if (before == NULL || before->committed == PT_UNKNOWN || row->committed <= before->committed)
        return;
    row->left_lag = due_lag(row, sink);
    if (row->committed - before->committed > row->most_taken)
        row->most_taken = row->committed - before->committed;
}

/* What came over all rows of one look. */
struct look {
    bool has_come, has_gone;
    int64_t gap_ms;
};

/* What a row remembers of the look before. */
static void carry(struct lag_row *row, const struct lag_row *before, int64_t now_ms,
                  struct look *look)
{
    if (row->high == PT_UNKNOWN)
        row->high = before->high; /* its leader doesn't answer: the last known */
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

/* How long records waited for a commit, at the most: what is normal here. */
static void note_commit(struct conn_model *cm, int64_t now_ms, int64_t gap_ms)
{
    if (gap_ms > 0)
        cm->gaps[cm->n_gaps++ % COMMIT_GAPS] = gap_ms;
    cm->out_ms = now_ms;
}

/* A partition, or a topic that topics.regex matches, that came of late: consumers learn of it when
 * they ask the cluster again, five minutes later unless they are told otherwise. */
static bool is_newborn(const struct conn_model *cm, const struct lag_row *row, int64_t now_ms)
{
    int64_t learn_ms =
        conn_get_int(&cm->conn, "consumer.override.metadata.max.age.ms", METADATA_AGE_MS);
    return row->born_ms != PT_UNKNOWN && row->committed == PT_UNKNOWN &&
           now_ms - row->born_ms <= learn_ms + PATIENCE_MS;
}

static int64_t newborn_lag(const struct conn_model *cm, int64_t now_ms)
{
    int64_t lag = 0;
    for (size_t i = 0; i < cm->n_rows; i++)
        lag += is_newborn(cm, &cm->rows[i], now_ms) ? conn_lag_of(&cm->rows[i]) : 0;
    return lag;
}

static int64_t usual_gap_ms(const struct conn_model *cm);

static void find_backlog(struct conn_model *cm, int64_t now_ms)
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

/* What the commits of all rows left and took. One that stands since its last commit is another
 * fault. */
static void add_commits(struct conn_model *cm)
{
    int64_t left = 0, left_more = 0, most_taken = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        left += cm->rows[i].left_lag;
        left_more += cm->rows[i].left_lag - cm->rows[i].begun_lag;
        most_taken += cm->rows[i].most_taken;
    }
    pace_commits(&cm->pace, left, left_more, most_taken);
}

static void add_up(struct conn_model *cm, const struct sink *sink, int64_t mono_us, int64_t now_ms)
{
    double in = 0, out = 0;
    bool is_known = cm->n_rows > 0;
    cm->lag = 0;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        /* Of a partition that has just come the end is told a little later than that it is there.
         */
        is_known = is_known && (row->high != PT_UNKNOWN || is_newborn(cm, row, now_ms));
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
    int64_t gap_ms = cm->n_gaps >= GAPS_KNOWN ? usual_gap_ms(cm) : 0;
    int64_t half_ms = pace_half_ms(sink_turn_ms(sink), gap_ms);
    half_ms = half_ms > LOOKS_A_HALF * cm->apart_ms ? half_ms : LOOKS_A_HALF * cm->apart_ms;
    add_commits(cm);
    pace_add(&cm->pace, half_ms, now_ms, in,
             cm->lag - conn_lag_for_flush(cm, sink) - newborn_lag(cm, now_ms));
    double rate = mean_per_s(&cm->in_mean);
    if (!isnan(rate))
        cm->in_slow = isnan(cm->in_slow) ? rate : cm->in_slow + (rate - cm->in_slow) / 20;
}

bool conn_lag_update(struct conn_model *cm, const struct sink *sink, const struct lag_row *rows,
                     size_t n, int64_t mono_us, int64_t now_ms)
{
    struct lag_row *next = calloc(n + 1, sizeof *next);
    struct look look = {0};
    size_t old = 0;
    if (next == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        next[i] = rows[i];
        while (old < cm->n_rows && compare(&cm->rows[old], &rows[i]) < 0)
            old++;
        bool is_there = old < cm->n_rows && compare(&cm->rows[old], &rows[i]) == 0;
        if (is_there)
            carry(&next[i], &cm->rows[old], now_ms, &look);
        else
            begin(&next[i], cm->is_latest, now_ms);
        note_taken(&next[i], is_there ? &cm->rows[old] : NULL, sink);
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
    find_backlog(cm, now_ms);
    add_up(cm, sink, mono_us, now_ms);
    if (cm->lag != PT_UNKNOWN)
        cm->n_lag_samples++;
    if (cm->lag == 0)
        cm->backlog_ms = PT_UNKNOWN;
    if (look.has_come)
        cm->in_ms = now_ms;
    if (look.has_gone)
        note_commit(cm, now_ms, look.gap_ms);
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

/* Between where the group stands and the first record there may be offsets that are none. */
static void note_empty(struct lag_row *row, const struct record_time *time)
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

/* The next commit moves the first record on, and its time is asked again only later: how far the
 * sink was behind is kept until then. */
static void note_backlog(struct conn_model *cm, int64_t now_ms)
{
    struct sink sink;
    sink_read(&cm->conn, &sink);
    cm->backlog_ms = PT_UNKNOWN;
    cm->backlog_asked_ms = now_ms;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        if (conn_lag_of(row) > 0 && row->first_ms != PT_UNKNOWN && !waits_for_flush(row, &sink) &&
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
            note_empty(row, &times[i]);
            if (times[i].time_ms != PT_UNKNOWN) {
                row->first_ms = times[i].time_ms;
                row->first_offset = times[i].offset;
            }
        }
    note_backlog(cm, now_ms);
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

int64_t conn_lag_for_flush(const struct conn_model *cm, const struct sink *sink)
{
    int64_t sum = 0;
    for (size_t i = 0; i < cm->n_rows; i++)
        sum += waits_for_flush(&cm->rows[i], sink) ? conn_lag_of(&cm->rows[i]) : 0;
    return sum;
}

/* The group never committed in it, and nothing came since we look: it may mean to leave what is
 * there. */
static bool is_reset_unknown(const struct lag_row *row)
{
    return row->committed == PT_UNKNOWN && !row->has_grown && !row->is_proven;
}

/* The sink wrote an object of late, since the record came that waits, and that is not older than is
 * usual. An object from before it came says nothing of now: a store that refuses writes from a
 * moment on was fine until then. Nor does one of another partition, where this one's own is known:
 * another task writes there. */
static bool is_shown_by_objects(const struct conn_model *cm, const struct lag_row *row,
                                int64_t patience_ms, int64_t now_ms)
{
    int64_t newest_ms = row->newest_ms != PT_UNKNOWN ? row->newest_ms : cm->objects.newest_ms;
    if (cm->objects_asked_ms == PT_UNKNOWN || cm->objects_error.code != PT_OK ||
        newest_ms == PT_UNKNOWN || row->first_ms == PT_UNKNOWN)
        return false;
    return now_ms - newest_ms <= OBJECT_MS &&
           (cm->restarted_ms == PT_UNKNOWN || newest_ms > cm->restarted_ms) &&
           now_ms - row->first_ms <= patience_ms && newest_ms + OBJECT_GRAIN_MS > row->first_ms;
}

/* Something shows that its records are taken: a commit that was seen, an empty partition into which
 * they have just come, a first record that is only seconds old, or a new object. */
static bool is_proven(const struct conn_model *cm, const struct lag_row *row,
                      const struct sink *sink, int64_t patience_ms, int64_t now_ms)
{
    if (row->is_proven || waits_for_flush(row, sink))
        return true;
    bool is_young = row->committed != PT_UNKNOWN && row->first_ms != PT_UNKNOWN &&
                    cm->restarted_ms == PT_UNKNOWN &&
                    now_ms - row->first_ms <= conn_lag_least_patience_ms(sink);
    return is_young || is_shown_by_objects(cm, row, patience_ms, now_ms);
}

/* What stood there at the last look may have moved since: time alone makes nothing stuck. That the
 * look is old is another verdict. */
static int64_t seen_ms(const struct conn_model *cm, int64_t now_ms)
{
    return cm->lag_asked_ms != PT_UNKNOWN && cm->lag_asked_ms < now_ms ? cm->lag_asked_ms : now_ms;
}

/* What waits may be no record but the markers that end a transaction: of a connector that is looked
 * at now and then this is asked only when it stands still. */
static bool is_unread(const struct conn_model *cm, const struct lag_row *row)
{
    return cm->apart_ms > SPARSE_MS && row->first_offset != position_of(row);
}

bool conn_lag_is_standing(const struct conn_model *cm)
{
    for (size_t i = 0; i < cm->n_rows; i++)
        if (conn_lag_of(&cm->rows[i]) > 0 && is_unread(cm, &cm->rows[i]) &&
            cm->rows[i].waits_since_ms < cm->lag_asked_ms)
            return true;
    return false;
}

/* A task works off its partitions in turn: this one stands while another is taken from that has as
 * much waiting. That is slow, not stuck; for how long at most, 0: it isn't so. A sink that falls
 * behind needs as long for a turn as for what waits in the other. */
static int64_t turn_of_others_ms(const struct conn_model *cm, const struct lag_row *row)
{
    bool is_itself = cm->backlog > 0 && row == &cm->rows[cm->backlog_row];
    int64_t others = is_itself ? cm->backlog_next : cm->backlog;
    if (others <= 0 || conn_lag_of(row) / 4 > others)
        return 0;
    if (cm->pace.behind_since_ms == PT_UNKNOWN || !(cm->pace.out_per_s > 0))
        return PATIENCE_MS;
    double tasks = cm->conn.n_tasks > 1 ? (double)cm->conn.n_tasks : 1;
    double turn_ms = 1000 * (double)others * tasks / cm->pace.out_per_s;
    return turn_ms < PATIENCE_MS   ? PATIENCE_MS
           : turn_ms > TURN_MAX_MS ? TURN_MAX_MS
                                   : (int64_t)turn_ms;
}

bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms)
{
    now_ms = seen_ms(cm, now_ms);
    if (conn_lag_of(row) == 0 || is_newborn(cm, row, now_ms) || row->waits_since_ms == PT_UNKNOWN ||
        waits_for_flush(row, sink) || is_reset_unknown(row))
        return false;
    if (is_unread(cm, row) && patience_ms < cm->apart_ms + ANSWER_MS)
        patience_ms = cm->apart_ms + ANSWER_MS;
    if (patience_ms < turn_of_others_ms(cm, row))
        patience_ms = turn_of_others_ms(cm, row);
    if (now_ms - row->waits_since_ms > patience_ms)
        return true;
    /* Seen for the first time: the record's own time tells how long it waits, and an object of late
     * that the sink works. A sink that works off a backlog is known by one or the other. */
    return cm->n_lag_samples >= 2 && row->moved_ms == PT_UNKNOWN && row->first_ms != PT_UNKNOWN &&
           now_ms - row->first_ms > patience_ms && cm->out_ms == PT_UNKNOWN &&
           cm->restarted_ms == PT_UNKNOWN && cm->objects_asked_ms != PT_UNKNOWN &&
           !cm->objects.is_unsure &&
           (cm->objects_error.code != PT_OK || cm->objects.newest_ms == PT_UNKNOWN ||
            now_ms - cm->objects.newest_ms > patience_ms);
}

/* Whoever has looked for long knows by the rates whether it keeps up; whoever has not knows only
 * how old what waits is: older than a commit and an object's turn can make it. */
static bool is_backlog_old(const struct conn_model *cm, const struct sink *sink, int64_t now_ms)
{
    int64_t turn_ms = sink_turn_ms(sink);
    int64_t usual_ms = COMMIT_MS + (turn_ms > 0 ? turn_ms + turn_ms / 4 : 0);
    return cm->backlog_ms != PT_UNKNOWN && now_ms - cm->backlog_asked_ms < BACKLOG_FRESH_MS &&
           now_ms - cm->watched_ms < YOUNG_MS && now_ms - cm->backlog_ms > usual_ms;
}

static void add_stuck(const struct lag_row *row, int64_t lag, struct witnesses *w, int64_t *most)
{
    if (lag > *most) {
        *most = lag;
        w->stuck_partition = row->partition;
        w->stuck_topic = row->topic;
        w->stuck_offset = position_of(row);
    }
    w->n_stuck++;
    w->stuck += lag;
    if (w->stuck_since_ms == PT_UNKNOWN || row->waits_since_ms < w->stuck_since_ms)
        w->stuck_since_ms = row->waits_since_ms;
}

static void add_newborn(const struct lag_row *row, int64_t lag, struct witnesses *w)
{
    w->newborn += lag;
    w->n_newborn++;
    if (w->newborn_since_ms == PT_UNKNOWN || row->born_ms < w->newborn_since_ms)
        w->newborn_since_ms = row->born_ms;
}

struct most {
    int64_t for_flush, stuck;
};

/* Nothing can be read there, and what comes in is not even seen. */
static void add_leaderless(const struct lag_row *row, struct witnesses *w)
{
    if (row->no_leader_ms == PT_UNKNOWN || w->now_ms - row->no_leader_ms < ELECTION_MS)
        return;
    if (w->n_leaderless++ == 0 || row->no_leader_ms < w->leaderless_since_ms) {
        w->leaderless_topic = row->topic;
        w->leaderless_partition = row->partition;
        w->leaderless_since_ms = row->no_leader_ms;
    }
}

static void add_row(const struct conn_model *cm, const struct lag_row *row, const struct sink *sink,
                    struct witnesses *w, struct most *most)
{
    int64_t lag = conn_lag_of(row);
    add_leaderless(row, w);
    if (lag == 0)
        return;
    if (row->first_ms != PT_UNKNOWN && (w->oldest_ms == PT_UNKNOWN || row->first_ms < w->oldest_ms))
        w->oldest_ms = row->first_ms;
    if (conn_lag_is_stuck(cm, row, sink, w->patience_ms, w->now_ms)) {
        add_stuck(row, lag, w, &most->stuck);
        return;
    }
    if (is_newborn(cm, row, seen_ms(cm, w->now_ms))) {
        add_newborn(row, lag, w);
    } else if (!is_proven(cm, row, sink, w->patience_ms, seen_ms(cm, w->now_ms))) {
        w->unproven += lag;
        w->is_reset_unknown = w->is_reset_unknown || is_reset_unknown(row);
    }
    if (!waits_for_flush(row, sink))
        return;
    w->waiting_for_flush += lag;
    if (lag > most->for_flush) {
        most->for_flush = lag;
        w->flush_partition = row->partition;
        w->flush_topic = row->topic;
    }
}

void conn_lag_witness(const struct conn_model *cm, const struct sink *sink, struct witnesses *w)
{
    w->n_lag_samples = cm->n_lag_samples;
    w->lag = cm->lag;
    w->lag_per_s = cm->pace.lag_per_s;
    w->takes_per_s = cm->pace.out_per_s;
    w->comes_per_s = cm->pace.in_per_s;
    w->behind_since_ms = cm->pace.behind_since_ms;
    w->lag_asked_ms = cm->lag_asked_ms;
    w->looked_ms = cm->n_lag_samples > 0 ? cm->lag_asked_ms - cm->watched_ms : 0;
    w->n_partitions = (int32_t)cm->n_rows;
    w->in_ms = cm->in_ms != PT_UNKNOWN || cm->n_lag_samples == 0 ? cm->in_ms : cm->watched_ms;
    w->out_ms = cm->out_ms;
    w->does_match_nothing = cm->does_match_nothing;
    w->missing_topic = cm->missing_topic;
    w->flush_size = sink->flush_size;
    w->in_per_s = cm->in_slow;
    if (is_backlog_old(cm, sink, w->now_ms))
        w->backlog_ms = cm->backlog_ms;
    if (cm->lag_error.code != PT_OK) {
        w->lag_error = cm->lag_error.what;
        w->lag_fix = cm->lag_error.fix;
        w->is_lag_error_passing = conn_is_passing(&cm->lag_error);
    }
    struct most most = {0};
    for (size_t i = 0; i < cm->n_rows; i++)
        add_row(cm, &cm->rows[i], sink, w, &most);
    if (sink->flush_size > 1 && cm->in_slow > 0 && cm->n_rows > 0)
        w->fill_s = (double)sink->flush_size / (cm->in_slow / (double)cm->n_rows);
}

int64_t conn_embedded_patience_ms(const struct pt_engine *eng)
{
    return 3 * pt_config_int(eng->cfg, "pintop.sink.rotate.ms") + PATIENCE_SLACK_MS;
}
