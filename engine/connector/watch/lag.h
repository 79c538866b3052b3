/* A connector's offsets over time: what waits, since when, and whether it is read. No I/O. Thread:
 * the reactor's. */
#ifndef CONNECTOR_WATCH_LAG_H
#define CONNECTOR_WATCH_LAG_H

#include "connector/sink.h"
#include "connector/watch/lag_rows.h"

/* Takes the rows of a new poll, ordered by topic and partition; they are copied. mono_us: of the
 * answer. Returns false when out of memory. */
bool conn_lag_update(struct conn_model *cm, const struct sink *sink, const struct lag_row *rows,
                     size_t n, int64_t mono_us, int64_t now_ms);
/* Forgets all about its offsets, because it has another group now. */
void conn_lag_forget(struct conn_model *cm);
/* The connector was restarted: commits seen before prove nothing any more. */
void conn_lag_restarted(struct conn_model *cm, int64_t now_ms);
/* In lag_says.c: how long records may wait without a commit before that is a fault. */
int64_t conn_lag_patience_ms(const struct conn_model *cm, const struct sink *sink);

/* The same when something is known to be wrong. */
int64_t conn_lag_least_patience_ms(const struct sink *sink);

/* Fills in what the offsets show. w->patience_ms must be set before. */
void conn_lag_witness(const struct conn_model *cm, const struct sink *sink, struct witnesses *w);
/* Something waited through two polls that were far apart, and whether it is a record was not
 * checked. */
bool conn_lag_is_standing(const struct conn_model *cm);
/* Whether the row is stuck, at the last poll when that was before now_ms. */
bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms);

/* Takes the timestamps of the first waiting records. */
void conn_lag_times(struct conn_model *cm, const struct record_time *times, size_t n,
                    int64_t now_ms);

/* Takes what was found of its objects, in the order of the rows that were requested. */
void conn_lag_objects(struct conn_model *cm, const struct conn_rows *rows);

/* In pace.c. */
void pace_init(struct conn_pace *pace);
/* Half of the window, long enough for a commit or more. usual_gap_ms: between two commits, 0
 * unknown. */
int64_t pace_half_ms(int64_t turn_ms, int64_t usual_gap_ms);
/* Notes what the last commits left, for the next pace_add. left: the records that waited right
 * after them; left_more: how many more that is than at the first poll; most_taken: the most that
 * one commit of each partition took, 0 when no commit was seen. */
void pace_commits(struct conn_pace *pace, int64_t left, int64_t left_more, int64_t most_taken);
/* Adds one poll. in: the sum of the high watermarks; lag: without what waits for a flush. */
void pace_add(struct conn_pace *pace, int64_t half_ms, int64_t now_ms, double in, int64_t lag);

#endif
