/* What one partition of a connector's group shows alone, and what follows from all of them at one
 * moment. Pure. Thread: the reactor's. */
#ifndef CONNECTOR_WATCH_LAG_ROWS_H
#define CONNECTOR_WATCH_LAG_ROWS_H

#include "connector/watch/memory.h"

enum {
    LAG_PATIENCE_MS = 180000, /* three times Connect's default offset.flush.interval.ms */
    LAG_GAPS_KNOWN = 3        /* so many times between commits show what is usual */
};

/* Where its group continues: the committed offset, or else the first that exists. */
int64_t lag_position(const struct lag_row *row);
/* How many records of the row can still be read; 0 when unknown. */
int64_t conn_lag_of(const struct lag_row *row);
/* Fewer than an object holds, and nothing else closes an object. */
bool lag_waits_for_flush(const struct lag_row *row, const struct sink *sink);
/* How much of the lag waits only until an object is full. */
int64_t conn_lag_for_flush(const struct conn_model *cm, const struct sink *sink);
/* A partition, or a topic that topics.regex matches, that appeared recently. Consumers find it when
 * they refresh their metadata, after five minutes unless configured otherwise. */
bool lag_is_newborn(const struct conn_model *cm, const struct lag_row *row, int64_t now_ms);
/* The lag of such partitions. */
int64_t lag_of_newborn(const struct conn_model *cm, int64_t now_ms);
/* The median of the last times between commits: one outage among them does not count. */
int64_t lag_usual_gap_ms(const struct conn_model *cm);

#endif
