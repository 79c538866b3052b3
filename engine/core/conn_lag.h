/* A connector's offsets over time: what waits, since when, and whether anything is taken. Pure but
 * for memory; the reactor's. */
#ifndef CORE_CONN_LAG_H
#define CORE_CONN_LAG_H

#include "connector/sink.h"
#include "core/conn_model.h"

/* Its rows as they are now. rows: by topic and partition; taken over by value. mono_us: of the
 * answer. False without memory. */
bool conn_lag_update(struct conn_model *cm, const struct sink *sink, const struct lag_row *rows,
                     size_t n, int64_t mono_us, int64_t now_ms);
/* Nothing is known of its offsets: its group is another one. */
void conn_lag_forget(struct conn_model *cm);
/* The connector began anew: what was seen to be taken before proves nothing any more. */
void conn_lag_restarted(struct conn_model *cm, int64_t now_ms);
/* Of the lag, what waits only until an object is full. */
int64_t conn_lag_for_flush(const struct conn_model *cm, const struct sink *sink);

/* Records of the row that can still be taken. 0 when nothing is known. */
int64_t conn_lag_of(const struct lag_row *row);

/* How long nothing may be committed before that is a fault. */
int64_t conn_lag_patience_ms(const struct conn_model *cm, const struct sink *sink);

/* The same when something is known to be wrong. */
int64_t conn_lag_least_patience_ms(const struct sink *sink);

/* What the offsets say, by w->patience_ms. */
void conn_lag_witness(const struct conn_model *cm, const struct sink *sink, struct witnesses *w);
/* Something waited through two looks that were far apart, and what it is was not read. */
bool conn_lag_is_standing(const struct conn_model *cm);
/* As of the last look at the offsets, when that is before now. */
bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms);

/* Time of the first records that wait was told. */
void conn_lag_times(struct conn_model *cm, const struct record_time *times, size_t n,
                    int64_t now_ms);

/* What was found of its objects, in the order of the rows that were asked about. */
void conn_lag_objects(struct conn_model *cm, const struct conn_rows *rows);

/* conn_pace.c */
void pace_init(struct conn_pace *pace);
/* Half of the window: holds a commit or more. usual_gap_ms: between two commits, 0 not known. */
int64_t pace_half_ms(int64_t turn_ms, int64_t usual_gap_ms);
/* What the last commits left, for the next pace_add. left: that waited right after them; left_more:
 * by how much more that is than at the first look; most_taken: the most that one commit of each
 * partition took, 0 none was seen. */
void pace_commits(struct conn_pace *pace, int64_t left, int64_t left_more, int64_t most_taken);
/* One look: in, the sum of the high watermarks; lag, without what waits for a flush. */
void pace_add(struct conn_pace *pace, int64_t half_ms, int64_t now_ms, double in, int64_t lag);

#endif
