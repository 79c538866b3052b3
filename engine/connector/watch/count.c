/* Counts in Kafka how many of the offsets that no object holds are records. */
#include <string.h>

#include "base/text.h"
#include "connector/sink.h"
#include "connector/watch/worker.h"
#include "kafka/record_count.h"

enum {
    COUNT_MS = 3000,
    COUNTS_MAX = 4,      /* in one job */
    COUNT_ENOUGH = 20000 /* beyond an object's records: the count is "at least" then */
};

struct counter {
    const struct conn *conn;
    struct record_times_opts opts;
    int64_t flush_size;
    int n_left;
};

static int64_t count_count(struct counter *counter, const struct conn_row *row, int64_t from,
                           int64_t to)
{
    struct record_range range = {
        .partition = row->partition,
        .from = from,
        .to = to,
        .enough = counter->flush_size + COUNT_ENOUGH,
        .is_null_left_out =
            strcmp(conn_get(counter->conn, "behavior.on.null.values"), "ignore") == 0};
    text_copy(range.topic, sizeof range.topic, row->topic);
    counter->n_left--;
    /* Without an answer nothing is decided; the reason is not shown. */
    record_count(&counter->opts, &range, NULL);
    return range.records;
}

static void count_gaps(struct counter *counter, struct conn_row *row)
{
    struct newest_gaps *gaps = &row->gaps;
    while (gaps->n_open > 0 && counter->n_left > 0) {
        const struct newest_gap *gap = &gaps->open[gaps->n_open - 1];
        int64_t records = count_count(counter, row, gap->begin, gap->to);
        newest_gap_counted(gaps, gaps->n_open - 1, records, counter->flush_size);
    }
}

static void count_tail(struct counter *counter, struct conn_row *row)
{
    struct newest_gaps *gaps = &row->gaps;
    int64_t from = row->newest_offset >= 0 ? row->newest_offset : row->first_committed;
    int64_t holds = row->newest_offset >= 0 ? counter->flush_size : 0;
    bool is_counted = gaps->tail_from == from && gaps->tail_to == row->committed;
    if (!row->is_newest_sure || from == PT_UNKNOWN || row->committed == PT_UNKNOWN ||
        row->committed <= from + holds || is_counted || counter->n_left <= 0)
        return;
    gaps->tail_records = count_count(counter, row, from, row->committed);
    gaps->tail_from = from;
    gaps->tail_to = row->committed;
}

void conn_kafka_count(struct conn_worker *worker, const struct conn *conn, struct conn_rows *rows)
{
    struct sink sink;
    sink_read(conn, &sink);
    struct counter counter = {
        .conn = conn,
        .opts = {.cfg = worker->connectors->opts.cfg,
                 .bootstrap = worker->connectors->opts.bootstrap,
                 .is_committed_only = strcmp(conn_get(conn, "consumer.override.isolation.level"),
                 "read_committed") == 0,
                 .timeout_ms = COUNT_MS,
                 .is_cancelled = &worker->connectors->is_ending},
        .flush_size = sink.flush_size,
        .n_left = COUNTS_MAX
    };
    if (!sink.is_s3 || sink.partitioner != SINK_BY_PARTITION || sink.flush_size <= 0)
        return;
    for (size_t i = 0; i < rows->n && counter.n_left > 0; i++) {
        count_gaps(&counter, &rows->rows[i]);
        count_tail(&counter, &rows->rows[i]);
    }
}
