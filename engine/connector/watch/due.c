/* Which connectors are polled often, how often the list is read, and the jobs about one
 * connector. */
#include <string.h>

#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/watchers.h"

enum {
    FAST_MS = 2000,
    LIST_CALLS = 20 /* a minute, for lists of several pages */
};

int conn_asks_under_way(const struct conn_models *cs, enum conn_ask ask)
{
    int n = 0;
    for (size_t i = 0; i < cs->n; i++)
        n += cs->items[i].is_asked[ask];
    return n;
}

struct conn_job *conn_job_for(struct conn_model *cm, enum conn_ask ask)
{
    struct conn_job *job = conn_job_new(ask);
    if (job == NULL || !conn_copy(&job->conn, &cm->conn)) {
        conn_job_free(job);
        return NULL;
    }
    text_copy(job->group, sizeof job->group, cm->group);
    job->key = cm->key;
    return job;
}

void conn_send_job(struct conn_models *cs, struct conn_model *cm, struct conn_job *job,
                   int64_t now_ms, int64_t period_ms)
{
    cm->is_asked[job->ask] = true;
    cm->asked_at_ms[job->ask] = now_ms;
    cm->next_ms[job->ask] = now_ms + period_ms;
    connectors_ask(cs->watchers, job);
}

bool conn_is_abnormal(const struct conn_model *cm)
{
    return !cm->has_verdict || cm->verdict.verdict > PT_V_PAUSED ||
           cm->verdict.verdict == PT_V_UNKNOWN || cm->verdict.verdict == PT_V_TRANSITION;
}

static bool due_is_named(const struct conn_models *cs, const struct conn *conn)
{
    return cs->named != NULL &&
           (strcmp(conn->name, cs->named) == 0 || strcmp(conn->id, cs->named) == 0);
}

bool conn_is_wanted(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    return cs->n == 1 || due_is_named(cs, &cm->conn) || now_ms < cm->open_until_ms ||
           strcmp(cm->group, cs->primary_group) == 0;
}

bool conn_is_looked_at(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    return conn_is_wanted(cs, cm, now_ms) || (cm->is_ours && conn_is_abnormal(cm));
}

static bool is_changing(const struct conn_models *cs, int64_t now_ms)
{
    if (now_ms < cs->hurry_until_ms)
        return true;
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].has_verdict && cs->items[i].verdict.verdict == PT_V_TRANSITION)
            return true;
    return false;
}

/* A list of many pages is read less often. */
static int64_t at_least_ms(const struct conn_models *cs, int64_t period_ms)
{
    int64_t pages_ms = cs->list_calls > 1 ? (int64_t)cs->list_calls * 60000 / LIST_CALLS : 0;
    return pages_ms > period_ms ? pages_ms : period_ms;
}

int64_t conn_list_usual_ms(const struct conn_models *cs)
{
    return at_least_ms(cs, pt_config_int(cs->desk->cfg, "pintop.connector.poll.ms"));
}

int64_t conn_list_period_ms(const struct conn_models *cs, int64_t now_ms)
{
    int64_t period_ms = pt_config_int(cs->desk->cfg, "pintop.connector.poll.ms");
    if (is_changing(cs, now_ms) && period_ms > FAST_MS)
        period_ms = FAST_MS;
    period_ms = at_least_ms(cs, period_ms);
    return cs->pause_ms > period_ms ? cs->pause_ms : period_ms;
}

bool conn_is_suspicious(const struct conn_model *cm, const struct sink *sink, int64_t now_ms)
{
    int64_t patience_ms = conn_lag_patience_ms(cm, sink) / 2;
    for (size_t i = 0; i < cm->n_rows; i++)
        if (conn_lag_is_stuck(cm, &cm->rows[i], sink, patience_ms, now_ms))
            return true;
    return false;
}
