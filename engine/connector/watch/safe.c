#include "connector/watch/safe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/worker.h"
#include "kafka/topic_numbers.h"

enum { RETENTION_MS = 3000 };

static struct topic_keeps *safe_find(struct conn_keeps *keeps, const char *topic)
{
    for (size_t i = 0; i < keeps->n; i++)
        if (strcmp(keeps->topics[i].topic, topic) == 0)
            return &keeps->topics[i];
    return NULL;
}

bool conn_keeps_ask(const struct conn_model *cm, struct conn_keeps *out)
{
    out->n = 0;
    for (size_t i = 0; i < cm->n_rows && out->n < KEEPS_MAX; i++) {
        const struct lag_row *row = &cm->rows[i];
        if (conn_lag_of(row) == 0 || safe_find(out, row->topic) != NULL)
            continue;
        struct topic_keeps *to = &out->topics[out->n++];
        text_copy(to->topic, sizeof to->topic, row->topic);
        to->ms = to->bytes = PT_UNKNOWN;
    }
    return out->n > 0;
}

void conn_keeps_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    static const char *const names[] = {"retention.ms", "retention.bytes"};
    rd_kafka_t *rk = conn_kafka_handle(worker, job->group, &news->error);
    news->keeps = job->keeps;
    for (size_t i = 0; rk != NULL && i < news->keeps.n; i++) {
        struct topic_keeps *to = &news->keeps.topics[i];
        struct pt_error why;
        int64_t values[2];
        pt_code code = topic_numbers(rk, to->topic, "retention of a topic", names, values, 2,
                                     conn_worker_patience_ms(worker, RETENTION_MS),
                                     &worker->connectors->is_ending, &why);
        to->ms = values[0];
        to->bytes = values[1];
        /* After a timeout the other topics would time out, too; what is known stays. */
        if (code == PT_ECANCELLED || code == PT_ETIMEOUT) {
            news->error = why;
            return;
        }
    }
}

/* The row whose first waiting record is deleted first. */
struct earliest {
    const char *topic;
    int64_t until_ms, keeps_ms; /* PT_UNKNOWN none */
    bool is_unknown; /* some topic's retention, or the timestamp of its first waiting record */
    bool by_size;
};

static struct earliest find_earliest(const struct conn_model *cm)
{
    struct earliest e = {.topic = "", .until_ms = PT_UNKNOWN, .keeps_ms = PT_UNKNOWN};
    struct conn_keeps *keeps = (struct conn_keeps *)(uintptr_t)&cm->keeps;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        const struct topic_keeps *of = safe_find(keeps, row->topic);
        if (conn_lag_of(row) == 0)
            continue;
        if (of == NULL || of->ms == PT_UNKNOWN) {
            e.is_unknown = true;
            continue;
        }
        e.by_size = e.by_size || of->bytes > 0;
        if (of->ms < 0)
            continue; /* kept without limit */
        if (row->first_ms == PT_UNKNOWN) {
            e.is_unknown = true;
            continue;
        }
        if (e.until_ms == PT_UNKNOWN || row->first_ms + of->ms < e.until_ms) {
            e.until_ms = row->first_ms + of->ms;
            e.keeps_ms = of->ms;
            e.topic = row->topic;
        }
    }
    return e;
}

void conn_safe_fill(const struct conn_model *cm, const struct witnesses *w, struct pt_connector *c)
{
    char when[32], keeps[32];
    c->safe_until_ms = PT_UNKNOWN;
    c->waiting_ms = w->oldest_ms;
    if (w->lag == PT_UNKNOWN || w->lag == 0)
        return;
    if (w->is_embedded) {
        snprintf(c->safe, sizeof c->safe,
                 "%" PRId64 " records wait; the streams are held before any is dropped", w->lag);
        return;
    }
    struct earliest e = find_earliest(cm);
    c->safe_until_ms = e.until_ms;
    if (e.until_ms != PT_UNKNOWN) {
        clock_format_ms(e.until_ms, when, sizeof when);
        when[10] = ' ';
        judge_how_long((double)e.keeps_ms / 1000, keeps, sizeof keeps);
        snprintf(
            c->safe, sizeof c->safe,
            "%" PRId64 " records wait in Kafka; the first of %.120s, which keeps %s, %s %.16sZ%s%s",
            w->lag, e.topic, keeps, e.until_ms < w->now_ms ? "may be deleted since" : "is deleted",
            when, e.by_size ? ", or sooner: retention by size" : "",
            e.is_unknown ? "; of other topics that is not known" : "");
    } else if (e.is_unknown) {
        snprintf(c->safe, sizeof c->safe,
                 "%" PRId64 " records wait in Kafka; how long it keeps them is not known", w->lag);
    } else {
        snprintf(c->safe, sizeof c->safe, "%" PRId64 " records wait in Kafka, which keeps them%s",
                 w->lag, e.by_size ? ": retention by size" : " without limit");
    }
}
