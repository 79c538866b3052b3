/* A connector's offsets over time: what waits, since when, and whether anything is taken. Pure but
 * for memory; the reactor's. */
#ifndef CORE_CONN_LAG_H
#define CORE_CONN_LAG_H

#include "connector/sink.h"
#include "core/conn_model.h"

/* Its rows as they are now. rows: by topic and partition; taken over by value. mono_us: of the
 * answer. False without memory. */
bool conn_lag_update(struct conn_model *cm, const struct lag_row *rows, size_t n, int64_t mono_us,
                     int64_t now_ms);

/* Records of the row that wait. 0 when nothing is known. */
int64_t conn_lag_of(const struct lag_row *row);

/* How long nothing may be committed before that is a fault. */
int64_t conn_lag_patience_ms(const struct conn_model *cm, const struct sink *sink);

/* The same when something is known to be wrong. */
int64_t conn_lag_least_patience_ms(const struct sink *sink);

/* What the offsets say, by w->patience_ms. */
void conn_lag_witness(const struct conn_model *cm, const struct sink *sink, struct witnesses *w);
bool conn_lag_is_stuck(const struct conn_model *cm, const struct lag_row *row,
                       const struct sink *sink, int64_t patience_ms, int64_t now_ms);

/* Time of the first records that wait was told. */
void conn_lag_times(struct conn_model *cm, const struct record_time *times, size_t n);

#endif
