/* What a connector's offsets report to the judge: which partitions are stuck, what waits and
 * why. */
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"

enum {
    PATIENCE_MIN_MS = 10000,
    COMMIT_MS = 75000,        /* between two commits with Connect's default, and the write itself */
    BACKLOG_FRESH_MS = 45000, /* within which timestamps are requested again */
    YOUNG_MS = 300000,        /* before this the rates may be unknown */
    PATIENCE_SLACK_MS = 5000, /* for the embedded sink */
    TURN_MAX_MS = 900000,     /* for a sink that falls behind */
    ELECTION_MS = 3000,       /* a new leader is elected in less */
    SPARSE_MS = 10000,        /* with polls further apart the first record is read only on demand */
    ANSWER_MS = 30000,        /* until it has been read */
    OBJECT_MS = 60000,        /* so recent an object shows that the sink works */
    OBJECT_GRAIN_MS = 1000    /* S3 reports an object's time in whole seconds */
};

int64_t conn_lag_patience_ms(const struct conn_model *cm, const struct sink *sink)
{
    int64_t turn_ms = sink->schedule_ms > 0 ? sink->schedule_ms : 0;
    if (cm->n_gaps < LAG_GAPS_KNOWN)
        return LAG_PATIENCE_MS + turn_ms;
    int64_t patience_ms = 3 * lag_usual_gap_ms(cm);
    patience_ms = patience_ms > PATIENCE_MIN_MS ? patience_ms : PATIENCE_MIN_MS;
    return (patience_ms < LAG_PATIENCE_MS ? patience_ms : LAG_PATIENCE_MS) + turn_ms;
}

int64_t conn_lag_least_patience_ms(const struct sink *sink)
{
    return PATIENCE_MIN_MS + (sink->schedule_ms > 0 ? sink->schedule_ms : 0);
}

/* The group never committed in it, and nothing came in since the first poll: it may be meant to
 * skip what is there. */
static bool lag_is_reset_unknown(const struct lag_row *row)
{
    return row->committed == PT_UNKNOWN && !row->has_grown && !row->is_proven;
}

/* The sink wrote an object recently and after the waiting record came in, and that record is no
 * older than usual. An object from before proves nothing: a store that rejects writes from some
 * moment on worked until then. Nor does an object of another partition, when this one's own is
 * known: another task writes there. */
static bool lag_is_shown_by_objects(const struct conn_model *cm, const struct lag_row *row,
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

/* Something shows that its records are read: a commit that was seen, an empty partition into which
 * they have just come, a first record that is only seconds old, or a new object. */
static bool lag_is_proven(const struct conn_model *cm, const struct lag_row *row,
                          const struct sink *sink, int64_t patience_ms, int64_t now_ms)
{
    if (row->is_proven || lag_waits_for_flush(row, sink))
        return true;
    bool is_young = row->committed != PT_UNKNOWN && row->first_ms != PT_UNKNOWN &&
                    cm->restarted_ms == PT_UNKNOWN &&
                    now_ms - row->first_ms <= conn_lag_least_patience_ms(sink);
    return is_young || lag_is_shown_by_objects(cm, row, patience_ms, now_ms);
}

/* The offsets may have moved since the last poll, so time alone makes nothing stuck. An old poll
 * has a verdict of its own. */
static int64_t lag_seen_ms(const struct conn_model *cm, int64_t now_ms)
{
    return cm->lag_asked_ms != PT_UNKNOWN && cm->lag_asked_ms < now_ms ? cm->lag_asked_ms : now_ms;
}

/* What waits may be no record, but the markers that end a transaction. For a connector that is
 * polled rarely, that is checked only when its offsets do not move. */
static bool lag_is_unread(const struct conn_model *cm, const struct lag_row *row)
{
    return cm->apart_ms > SPARSE_MS && row->first_offset != lag_position(row);
}

bool conn_lag_is_standing(const struct conn_model *cm)
{
    for (size_t i = 0; i < cm->n_rows; i++)
        if (conn_lag_of(&cm->rows[i]) > 0 && lag_is_unread(cm, &cm->rows[i]) &&
            cm->rows[i].waits_since_ms < cm->lag_asked_ms)
            return true;
    return false;
}

/* A task reads its partitions in turn: this one waits while another with as much lag is being read.
 * That is slow, not stuck. Returns for how long that is normal; 0: it is not the case. A sink that
 * falls behind needs as long for a turn as for the lag of the other partition. */
static int64_t lag_turn_of_others_ms(const struct conn_model *cm, const struct lag_row *row)
{
    bool is_itself = cm->backlog > 0 && row == &cm->rows[cm->backlog_row];
    int64_t others = is_itself ? cm->backlog_next : cm->backlog;
    if (others <= 0 || conn_lag_of(row) / 4 > others)
        return 0;
    if (cm->pace.behind_since_ms == PT_UNKNOWN || !(cm->pace.out_per_s > 0))
        return LAG_PATIENCE_MS;
    double tasks = cm->conn.n_tasks > 1 ? (double)cm->conn.n_tasks : 1;
    double turn_ms = 1000 * (double)others * tasks / cm->pace.out_per_s;
    return turn_ms < LAG_PATIENCE_MS ? LAG_PATIENCE_MS
           : turn_ms > TURN_MAX_MS   ? TURN_MAX_MS
                                     : (int64_t)turn_ms;
}

bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms)
{
    now_ms = lag_seen_ms(cm, now_ms);
    if (conn_lag_of(row) == 0 || lag_is_newborn(cm, row, now_ms) ||
        row->waits_since_ms == PT_UNKNOWN || lag_waits_for_flush(row, sink) ||
        lag_is_reset_unknown(row))
        return false;
    if (lag_is_unread(cm, row) && patience_ms < cm->apart_ms + ANSWER_MS)
        patience_ms = cm->apart_ms + ANSWER_MS;
    if (patience_ms < lag_turn_of_others_ms(cm, row))
        patience_ms = lag_turn_of_others_ms(cm, row);
    if (now_ms - row->waits_since_ms > patience_ms)
        return true;
    /* At the first poll the record's own timestamp shows how long it has waited, and a recent
     * object shows that the sink works. A sink that works off a backlog shows one or the other. */
    return cm->n_lag_samples >= 2 && row->moved_ms == PT_UNKNOWN && row->first_ms != PT_UNKNOWN &&
           now_ms - row->first_ms > patience_ms && cm->out_ms == PT_UNKNOWN &&
           cm->restarted_ms == PT_UNKNOWN && cm->objects_asked_ms != PT_UNKNOWN &&
           !cm->objects.is_unsure &&
           (cm->objects_error.code != PT_OK || cm->objects.newest_ms == PT_UNKNOWN ||
            now_ms - cm->objects.newest_ms > patience_ms);
}

/* After some minutes the rates show whether the sink keeps up. Before that only the age of what
 * waits is known: it is old when a commit and an object's turn cannot explain it. */
static bool lag_is_backlog_old(const struct conn_model *cm, const struct sink *sink, int64_t now_ms)
{
    int64_t turn_ms = sink_turn_ms(sink);
    int64_t usual_ms = COMMIT_MS + (turn_ms > 0 ? turn_ms + turn_ms / 4 : 0);
    return cm->backlog_ms != PT_UNKNOWN && now_ms - cm->backlog_asked_ms < BACKLOG_FRESH_MS &&
           now_ms - cm->watched_ms < YOUNG_MS && now_ms - cm->backlog_ms > usual_ms;
}

static void lag_add_stuck(const struct lag_row *row, int64_t lag, struct witnesses *w,
                          int64_t *most)
{
    if (lag > *most) {
        *most = lag;
        w->stuck_partition = row->partition;
        w->stuck_topic = row->topic;
        w->stuck_offset = lag_position(row);
    }
    w->n_stuck++;
    w->stuck += lag;
    if (w->stuck_since_ms == PT_UNKNOWN || row->waits_since_ms < w->stuck_since_ms)
        w->stuck_since_ms = row->waits_since_ms;
}

static void lag_add_newborn(const struct lag_row *row, int64_t lag, struct witnesses *w)
{
    w->newborn += lag;
    w->n_newborn++;
    if (w->newborn_since_ms == PT_UNKNOWN || row->born_ms < w->newborn_since_ms)
        w->newborn_since_ms = row->born_ms;
}

struct most {
    int64_t for_flush, stuck;
};

/* Nothing can be read from a partition without a leader, and what comes in is not even seen. */
static void lag_add_leaderless(const struct lag_row *row, struct witnesses *w)
{
    if (row->no_leader_ms == PT_UNKNOWN || w->now_ms - row->no_leader_ms < ELECTION_MS)
        return;
    if (w->n_leaderless++ == 0 || row->no_leader_ms < w->leaderless_since_ms) {
        w->leaderless_topic = row->topic;
        w->leaderless_partition = row->partition;
        w->leaderless_since_ms = row->no_leader_ms;
    }
}

static void lag_add_row(const struct conn_model *cm, const struct lag_row *row,
                        const struct sink *sink, struct witnesses *w, struct most *most)
{
    int64_t lag = conn_lag_of(row);
    w->has_committed = w->has_committed || row->committed != PT_UNKNOWN;
    lag_add_leaderless(row, w);
    if (lag == 0)
        return;
    if (row->first_ms != PT_UNKNOWN && (w->oldest_ms == PT_UNKNOWN || row->first_ms < w->oldest_ms))
        w->oldest_ms = row->first_ms;
    if (conn_lag_is_stuck(cm, row, sink, w->patience_ms, w->now_ms)) {
        lag_add_stuck(row, lag, w, &most->stuck);
        return;
    }
    if (lag_is_newborn(cm, row, lag_seen_ms(cm, w->now_ms))) {
        lag_add_newborn(row, lag, w);
    } else if (!lag_is_proven(cm, row, sink, w->patience_ms, lag_seen_ms(cm, w->now_ms))) {
        w->unproven += lag;
        w->is_reset_unknown = w->is_reset_unknown || lag_is_reset_unknown(row);
    }
    if (!lag_waits_for_flush(row, sink))
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
    w->has_committed = cm->out_ms != PT_UNKNOWN;
    w->does_match_nothing = cm->does_match_nothing;
    w->missing_topic = cm->missing_topic;
    w->flush_size = sink->flush_size;
    w->in_per_s = cm->in_slow;
    if (lag_is_backlog_old(cm, sink, w->now_ms))
        w->backlog_ms = cm->backlog_ms;
    if (cm->lag_error.code != PT_OK) {
        w->lag_error = cm->lag_error.what;
        w->lag_fix = cm->lag_error.fix;
        w->is_lag_error_passing = conn_is_passing(&cm->lag_error);
    }
    struct most most = {0};
    for (size_t i = 0; i < cm->n_rows; i++)
        lag_add_row(cm, &cm->rows[i], sink, w, &most);
    if (sink->flush_size > 1 && cm->in_slow > 0 && cm->n_rows > 0)
        w->fill_s = (double)sink->flush_size / (cm->in_slow / (double)cm->n_rows);
}

int64_t conn_embedded_patience_ms(const struct conn_models *cs)
{
    return 3 * pt_config_int(cs->desk->cfg, "pintop.sink.rotate.ms") + PATIENCE_SLACK_MS;
}
