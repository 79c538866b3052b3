/* Requests to Kafka about a connector: its group's offsets, and timestamps of records. A handle
 * belongs to one group; those that were used last are kept. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "connector/watch/worker.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"

enum { OFFSETS_MS = 2000, TIMES_MS = 4000 };

rd_kafka_t *conn_kafka_handle(struct conn_worker *worker, const char *group, struct pt_error *err)
{
    struct group_handle *oldest = &worker->groups[0];
    for (size_t i = 0; i < GROUPS_KEPT; i++) {
        struct group_handle *at = &worker->groups[i];
        if (at->rk != NULL && strcmp(at->group, group) == 0) {
            at->used = ++worker->n_used;
            return at->rk;
        }
        if (at->used < oldest->used)
            oldest = at;
    }
    handle_free(oldest->rk);
    oldest->rk = NULL;
    const struct handle_opts opts = {.kind = HANDLE_GROUP,
                                     .cfg = worker->connectors->opts.cfg,
                                     .bootstrap = worker->connectors->opts.bootstrap,
                                     .group = group};
    if (handle_new(&opts, &oldest->rk, err) != PT_OK)
        return NULL;
    oldest->used = ++worker->n_used;
    text_copy(oldest->group, sizeof oldest->group, group);
    return oldest->rk;
}

static pt_code kafka_ask_offsets(struct conn_worker *worker, rd_kafka_t *rk,
                                 const struct conn_job *job, struct pt_error *err)
{
    struct conn_rows rows = job->rows;
    struct offsets_item *items = calloc(rows.n + 1, sizeof *items);
    const struct offsets_ask ask = {.rk = rk,
                                    .timeout_ms = conn_worker_patience_ms(worker, OFFSETS_MS),
                                    .is_cancelled = &worker->connectors->is_ending};
    if (items == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "group %s: out of memory", job->group);
    for (size_t i = 0; i < rows.n; i++)
        items[i] = (struct offsets_item){.topic = rows.rows[i].topic,
                                         .partition = rows.rows[i].partition,
                                         .leader = rows.rows[i].leader};
    pt_code code = offsets_committed(&ask, job->group, items, rows.n, err);
    for (size_t i = 0; code == PT_OK && i < rows.n; i++) {
        rows.rows[i].committed = items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && items[i].offset >= 0
                                     ? items[i].offset
                                     : PT_UNKNOWN;
        items[i].offset = -1;
        items[i].err = RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (code == PT_OK)
        code = offsets_watermarks(&ask, items, rows.n, RD_KAFKA_OFFSET_END,
                                  "ask for the watermarks", err);
    for (size_t i = 0; code == PT_OK && i < rows.n; i++) {
        rows.rows[i].high = items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && items[i].offset >= 0
                                ? items[i].offset
                                : PT_UNKNOWN;
        rows.rows[i].low = PT_UNKNOWN;
    }
    /* What is below the low watermark was deleted by retention, whether it was read or not. Without
     * the low watermark the rest still counts. */
    if (code == PT_OK && offsets_watermarks(&ask, items, rows.n, RD_KAFKA_OFFSET_BEGINNING,
                                            "ask for the oldest offsets", NULL) == PT_OK)
        for (size_t i = 0; i < rows.n; i++)
            if (items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && items[i].offset >= 0)
                rows.rows[i].low = items[i].offset;
    free(items);
    return code;
}

void conn_kafka_lag(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    rd_kafka_t *rk = conn_kafka_handle(worker, job->group, &news->error);
    if (rk == NULL || kafka_ask_offsets(worker, rk, job, &news->error) != PT_OK)
        return;
    news->rows = job->rows;
    job->rows = (struct conn_rows){0};
}

void conn_kafka_times(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    news->is_newest = job->is_newest;
    const struct record_times_opts opts = {
        .cfg = worker->connectors->opts.cfg,
        .bootstrap = worker->connectors->opts.bootstrap,
        .is_committed_only = strcmp(conn_get(&job->conn, "consumer.override.isolation.level"),
                                    "read_committed") == 0,
        .timeout_ms = conn_worker_patience_ms(worker, TIMES_MS),
        .is_cancelled = &worker->connectors->is_ending};
    record_times(&opts, job->times, job->n_times, &news->error);
    news->times = job->times;
    news->n_times = job->n_times;
    job->times = NULL;
}

void conn_kafka_done(struct conn_worker *worker)
{
    for (size_t i = 0; i < GROUPS_KEPT; i++)
        handle_free(worker->groups[i].rk);
}
