#include "connector/watch/lag_rows.h"

#include <stdlib.h>
#include <string.h>

#include "connector/conn.h"

enum { METADATA_AGE_MS = 300000 };

int64_t lag_position(const struct lag_row *row)
{
    if (row->committed != PT_UNKNOWN)
        return row->committed;
    return row->low != PT_UNKNOWN ? row->low : 0;
}

int64_t conn_lag_of(const struct lag_row *row)
{
    int64_t from = lag_position(row);
    if (row->high == PT_UNKNOWN)
        return 0;
    /* What retention deleted cannot be read any more. */
    if (row->low != PT_UNKNOWN && from < row->low)
        from = row->low;
    /* Markers of transactions and gaps of compaction are offsets, but no records. */
    if (row->empty_from != PT_UNKNOWN && from >= row->empty_from && from < row->empty_to)
        from = row->empty_to;
    return row->high > from ? row->high - from : 0;
}

bool lag_waits_for_flush(const struct lag_row *row, const struct sink *sink)
{
    return sink->is_s3 && sink->flush_size > 1 && sink->schedule_ms <= 0 &&
           conn_lag_of(row) < sink->flush_size;
}

bool lag_is_newborn(const struct conn_model *cm, const struct lag_row *row, int64_t now_ms)
{
    int64_t learn_ms =
        conn_get_int(&cm->conn, "consumer.override.metadata.max.age.ms", METADATA_AGE_MS);
    return row->born_ms != PT_UNKNOWN && row->committed == PT_UNKNOWN &&
           now_ms - row->born_ms <= learn_ms + LAG_PATIENCE_MS;
}

int64_t lag_of_newborn(const struct conn_model *cm, int64_t now_ms)
{
    int64_t lag = 0;
    for (size_t i = 0; i < cm->n_rows; i++)
        lag += lag_is_newborn(cm, &cm->rows[i], now_ms) ? conn_lag_of(&cm->rows[i]) : 0;
    return lag;
}

static int lag_by_length(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t lag_usual_gap_ms(const struct conn_model *cm)
{
    int64_t gaps[COMMIT_GAPS];
    unsigned n = cm->n_gaps < COMMIT_GAPS ? cm->n_gaps : COMMIT_GAPS;
    memcpy(gaps, cm->gaps, n * sizeof *gaps);
    qsort(gaps, n, sizeof *gaps, lag_by_length);
    return gaps[n / 2];
}

int64_t conn_lag_for_flush(const struct conn_model *cm, const struct sink *sink)
{
    int64_t sum = 0;
    for (size_t i = 0; i < cm->n_rows; i++)
        sum += lag_waits_for_flush(&cm->rows[i], sink) ? conn_lag_of(&cm->rows[i]) : 0;
    return sum;
}
