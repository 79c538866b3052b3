/* What is due to be asked of AWS about connectors beyond their list, and in which order. A minute
 * has at most 60 calls (20 where there is one connector, and it is well), the list's among them, so
 * of fifty connectors not all can be asked about at once: first the one that somebody looks at,
 * then what every verdict needs, those that look ill before the others, then the rest. What was
 * not asked yet is told as that. Metrics of many are one call. What AWS throttles or fails to
 * answer is asked less and less often. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/conn_model_private.h"

enum {
    A_MINUTE = 60,
    ONE_A_MINUTE = 20,
    HISTORY_MS = 3 * 3600 * 1000, /* that the questions about metrics reach back */
    METRICS_NEAR_MS = 60000,
    METRICS_FAR_MS = 300000, /* an answer proves something for ten minutes */
    TOGETHER_MS = 30000,     /* due so soon: asked along with the others */
    LOG_BACK_MS = 15 * 60000,
    CHANGING_MS = 30000,     /* a change is under way */
    OBJECTS_SOON_MS = 10000, /* while something is suspected */
    OBJECTS_ILL_MS = 60000,
    LISTS_NEAR = 4, /* of a look at the store */
    LISTS_FAR = 2,
    DENIED_MS = 600000,
    REFRESH_MS = 15000, /* after the key that asks all again */
    PAUSE_MS = 10000,
    PAUSE_MAX_MS = 60000,
    MANY = 50,
    UNDER_WAY_MAX = 2 /* of one kind: a queue of hundreds would answer about the past */
};

/* Whose turn it is. */
enum rank {
    RANK_WANTED, /* somebody looks at it */
    RANK_ILL,
    RANK_OTHER
};

/* ------------------------------------------------------------------ how often */

struct ask_row {
    enum conn_ask ask;
    int cost; /* calls, at most */
    int64_t period_ms[RANK_OTHER + 1];
    bool (*is_wanted)(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms);
    /* What the job holds beside the connector; false: no memory. NULL: nothing. */
    bool (*fill)(const struct pt_engine *eng, const struct conn_model *cm, struct conn_job *job,
                 int64_t now_ms);
};

int64_t conn_aws_pause_ms(unsigned n_failed)
{
    unsigned doublings = n_failed > 1 ? n_failed - 1 : 0;
    return doublings < 3 ? (int64_t)PAUSE_MS << doublings : PAUSE_MAX_MS;
}

void conn_aws_changed(struct conn_model *cm)
{
    cm->is_detail_old = true;
    cm->next_ms[CONN_ASK_DETAILS] = cm->next_ms[CONN_ASK_CHANGES] = 0;
    cm->n_failed[CONN_ASK_DETAILS] = cm->n_failed[CONN_ASK_CHANGES] = 0;
}

/* An answer, though not the one that was hoped for. */
static bool is_answer(const struct pt_error *err)
{
    return err->code == PT_OK || err->code == PT_EAUTH || err->code == PT_ENOTFOUND;
}

void conn_aws_heard(struct conn_models *cs, struct conn_model *cm, enum conn_ask ask,
                    const struct pt_error *err, bool is_own, int64_t asked_ms)
{
    if (conn_is_throttle(err))
        cs->quiet_until_ms[ask] = asked_ms + conn_aws_pause_ms(++cs->n_throttled[ask]);
    else
        cs->n_throttled[ask] = 0;
    cm->n_failed[ask] = is_answer(err) || is_own ? 0 : cm->n_failed[ask] + 1;
    cm->is_refused[ask] = err->code == PT_EAUTH && !is_own;
    if (cm->is_refused[ask])
        cm->next_ms[ask] = asked_ms + DENIED_MS;
    else if (cm->n_failed[ask] > 0)
        cm->next_ms[ask] = asked_ms + conn_aws_pause_ms(cm->n_failed[ask]);
}

static bool has_trouble(const struct conn_model *cm)
{
    return cm->has_verdict && cm->verdict.verdict > PT_V_PAUSED;
}

static bool looks_ill(const struct conn_model *cm)
{
    const struct conn_metrics *m = cm->metrics;
    bool is_metric_bad = m != NULL && (m->errored > 0 || m->running == 0);
    return has_trouble(cm) || is_metric_bad || conn_lag_is_standing(cm) ||
           (cm->conn.state[0] != '\0' && strcmp(cm->conn.state, "RUNNING") != 0);
}

static enum rank rank_of(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms)
{
    if (conn_is_wanted(eng, cm, now_ms))
        return RANK_WANTED;
    return looks_ill(cm) ? RANK_ILL : RANK_OTHER;
}

/* ------------------------------------------------------------------ how many */

/* Calls that what is under way may still make. */
static int promised(const struct conn_models *cs)
{
    int n = 0;
    for (size_t i = 0; i < cs->n; i++)
        for (int ask = 0; ask < CONN_ASKS; ask++)
            n += cs->items[i].is_asked[ask] ? cs->items[i].cost[ask] : 0;
    return n;
}

/* Of the back end's list, if that is AWS's. */
static int lists_a_minute(const struct pt_engine *eng, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    if (cs->ops != &conn_mskconnect)
        return 0;
    int calls = cs->list_calls > 1 ? cs->list_calls : 1;
    double period_ms = 0.96 * (double)conn_list_period_ms(eng, now_ms);
    return calls * (int)ceil(60000 / period_ms);
}

/* How many calls may still be made now. */
static int room(const struct pt_engine *eng, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    int all = cs->n * ONE_A_MINUTE < A_MINUTE ? (int)cs->n * ONE_A_MINUTE : A_MINUTE;
    /* A command about connectors wants to know now; and who is ill is asked about more. */
    if (eng->run.connector != NULL || (cs->n == 1 && looks_ill(&cs->items[0])))
        all = A_MINUTE;
    return all - lists_a_minute(eng, now_ms) - connectors_calls(eng->connectors) - promised(cs);
}

/* ------------------------------------------------------------------ one kind after the other */

static bool is_brief(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms)
{
    (void)now_ms;
    const struct conn_models *cs = &eng->model.connectors;
    return cs->ops != NULL && cs->ops->is_list_brief && cm->asked_ms != PT_UNKNOWN;
}

static bool is_described(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms)
{
    return is_brief(eng, cm, now_ms) && cm->conn.has_settings;
}

static bool has_log(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms)
{
    bool is_unwell = has_trouble(cm) || (cm->has_verdict && cm->verdict.verdict == PT_V_UNKNOWN);
    return is_brief(eng, cm, now_ms) && is_unwell && cm->conn.log_group[0] != '\0' &&
           conn_is_looked_at(eng, cm, now_ms);
}

static bool fill_log(const struct pt_engine *eng, const struct conn_model *cm, struct conn_job *job,
                     int64_t now_ms)
{
    (void)eng;
    int64_t since_ms = cm->verdict.since_ms != PT_UNKNOWN ? cm->verdict.since_ms : now_ms;
    job->since_ms = since_ms - LOG_BACK_MS;
    if (now_ms - job->since_ms > HISTORY_MS)
        job->since_ms = now_ms - HISTORY_MS;
    return true;
}

static bool fill_checks(const struct pt_engine *eng, const struct conn_model *cm,
                        struct conn_job *job, int64_t now_ms)
{
    job->is_anew = now_ms < eng->model.connectors.refreshed_ms + REFRESH_MS;
    text_copy(job->only, sizeof job->only, cm->objects.bucket_region);
    return true;
}

static bool has_store(const struct pt_engine *eng, const struct conn_model *cm,
                      const struct sink *sink)
{
    const struct conn_models *cs = &eng->model.connectors;
    bool has_rows = cm->n_rows > 0 || cm->lag_error.code != PT_OK || cm->does_match_nothing;
    return sink->is_s3 && cm->conn.has_settings && cs->ops != &conn_embedded && has_rows;
}

/* A store of one's own isn't counted by the call. */
static bool is_own_store(const struct sink *sink)
{
    return sink->store_url[0] != '\0';
}

static bool is_store_due(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms)
{
    bool is_time = now_ms >= cm->next_ms[CONN_ASK_OBJECTS];
    struct sink sink;
    if (!is_time && cm->lag <= 0 && cm->objects_error.code == PT_OK)
        return false; /* most of the time; the rest is dear */
    sink_read(&cm->conn, &sink);
    if (!has_store(eng, cm, &sink))
        return false;
    bool is_worried = cm->objects_error.code != PT_OK || conn_is_suspicious(cm, &sink, now_ms);
    bool is_denied = cm->objects_error.code == PT_EAUTH && !cm->objects.is_as_connector;
    bool is_near = is_own_store(&sink) || conn_is_wanted(eng, cm, now_ms);
    int64_t soon_ms = is_near ? OBJECTS_SOON_MS : OBJECTS_ILL_MS;
    bool is_soon = is_worried && !is_denied && cm->n_failed[CONN_ASK_OBJECTS] == 0 &&
                   (cm->objects_asked_ms == PT_UNKNOWN || now_ms - cm->objects_asked_ms >= soon_ms);
    return is_soon || is_time;
}

static int lists_of(const struct conn_model *cm)
{
    return cm->rank == RANK_OTHER ? LISTS_FAR : LISTS_NEAR;
}

static bool fill_store(const struct pt_engine *eng, const struct conn_model *cm,
                       struct conn_job *job, int64_t now_ms)
{
    (void)now_ms;
    job->rows.rows = calloc(cm->n_rows + 1, sizeof *job->rows.rows);
    if (job->rows.rows == NULL)
        return false;
    for (size_t i = 0; i < cm->n_rows; i++) {
        struct conn_row *row = &job->rows.rows[job->rows.n++];
        text_copy(row->topic, sizeof row->topic, cm->rows[i].topic);
        row->partition = cm->rows[i].partition;
        row->committed = cm->rows[i].committed;
        row->high = cm->rows[i].high;
        row->newest_offset = cm->rows[i].newest_offset;
        row->newest_ms = cm->rows[i].newest_ms;
        conn_losses_to_ask(&cm->rows[i], row);
    }
    for (int i = 0; i < PT_STREAMS; i++)
        text_copy(job->topics[i], sizeof job->topics[i], eng->set.topics[i]);
    struct sink sink;
    sink_read(&cm->conn, &sink);
    job->lists = is_own_store(&sink) ? LISTS_NEAR : lists_of(cm);
    return true;
}

/* In the order in which a connector is asked about. Descriptions come on change; the long periods
 * only catch what went on while nobody looked. */
/* clang-format off */
static const struct ask_row rows[] = {
    {CONN_ASK_DETAILS, 1,          {600000, 600000, 3600000}, is_brief,     NULL       },
    {CONN_ASK_LOG,     2,          {60000,  60000,  600000 }, has_log,      fill_log   },
    {CONN_ASK_CHANGES, 2,          {600000, 600000, 3600000}, is_brief,     NULL       },
    {CONN_ASK_OBJECTS, LISTS_NEAR, {60000,  60000,  600000 }, is_store_due, fill_store },
    {CONN_ASK_CHECKS,  2,          {600000, 600000, 3600000}, is_described, fill_checks},
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof *rows };

static const struct ask_row *row_of(enum conn_ask ask)
{
    size_t i = 0;
    while (rows[i].ask != ask)
        i++;
    return &rows[i];
}

/* ------------------------------------------------------------------ metrics */

static bool is_metered(const struct conn_model *cm, int64_t now_ms)
{
    return !cm->is_asked[CONN_ASK_METRICS] && !cm->is_gone && cm->conn.name[0] != '\0' &&
           now_ms >= cm->next_ms[CONN_ASK_METRICS];
}

static void meter(struct conn_model *cm, struct conn_job *job, int64_t now_ms)
{
    struct conn_metered *one = &job->metered[job->n_metered++];
    bool is_far = cm->rank == RANK_OTHER;
    one->key = cm->key;
    text_copy(one->name, sizeof one->name, cm->conn.name);
    cm->is_asked[CONN_ASK_METRICS] = true;
    cm->asked_at_ms[CONN_ASK_METRICS] = now_ms;
    cm->next_ms[CONN_ASK_METRICS] = now_ms + (is_far ? METRICS_FAR_MS : METRICS_NEAR_MS);
}

/* As many as a call holds, once one of them is due. False: none is, or there is no room. */
static bool ask_metrics_of_many(struct pt_engine *eng, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    bool is_due = false;
    for (size_t i = 0; i < cs->n && !is_due; i++)
        is_due = is_metered(&cs->items[i], now_ms);
    if (!is_due || now_ms < cs->quiet_until_ms[CONN_ASK_METRICS] || room(eng, now_ms) < 1)
        return false;
    struct conn_job *job = conn_job_new(CONN_ASK_METRICS);
    if (job == NULL || (job->metered = calloc(METRICS_AT_ONCE, sizeof *job->metered)) == NULL) {
        conn_job_free(job);
        return false;
    }
    job->since_ms = now_ms - HISTORY_MS;
    for (size_t i = 0; i < cs->n && job->n_metered < METRICS_AT_ONCE; i++)
        if (is_metered(&cs->items[i], now_ms + TOGETHER_MS))
            meter(&cs->items[i], job, now_ms);
    connectors_ask(eng->connectors, job);
    return true;
}

/* ------------------------------------------------------------------ turns */

static bool is_due(const struct pt_engine *eng, const struct conn_model *cm,
                   const struct ask_row *row, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    enum conn_ask ask = row->ask;
    bool is_time = now_ms >= cm->next_ms[ask] || ask == CONN_ASK_OBJECTS; /* is_store_due's */
    return is_time && !cm->is_asked[ask] && !cm->is_gone && now_ms >= cs->quiet_until_ms[ask] &&
           row->is_wanted(eng, cm, now_ms);
}

/* Before which other: those never asked about, of them the ones that take nothing; else the one
 * whose answer is oldest. */
static int64_t order_of(const struct conn_model *cm, enum conn_ask ask)
{
    bool is_first = cm->asked_at_ms[ask] == 0;
    bool is_idle = cm->metrics != NULL && cm->metrics->read_per_s == 0;
    return is_first ? -1 - is_idle : cm->asked_at_ms[ask];
}

/* Calls that the job makes, at most. */
static int cost_of(const struct ask_row *row, const struct conn_model *cm)
{
    struct sink sink;
    if (row->ask != CONN_ASK_OBJECTS)
        return row->cost;
    sink_read(&cm->conn, &sink);
    return is_own_store(&sink) ? 0 : lists_of(cm);
}

static void send_row(struct pt_engine *eng, struct conn_model *cm, const struct ask_row *row,
                     int64_t now_ms)
{
    struct conn_job *job = conn_job_for(cm, row->ask);
    if (job == NULL || (row->fill != NULL && !row->fill(eng, cm, job, now_ms))) {
        conn_job_free(job);
        return;
    }
    int64_t period_ms = row->period_ms[cm->rank];
    if (cm->rank == RANK_OTHER && eng->model.connectors.n > MANY) /* the minute stays as long */
        period_ms = period_ms / MANY * (int64_t)eng->model.connectors.n;
    struct sink sink;
    sink_read(&cm->conn, &sink);
    if (row->ask == CONN_ASK_OBJECTS && is_own_store(&sink) && cm->rank != RANK_OTHER)
        period_ms = OBJECTS_SOON_MS;
    if (row->ask == CONN_ASK_CHANGES && strstr(cm->conn.operation.state, "IN_PROGRESS") != NULL)
        period_ms = CHANGING_MS;
    cm->cost[row->ask] = cost_of(row, cm);
    conn_send_job(eng, cm, job, now_ms, period_ms);
}

/* The next of them; NULL: none is due. */
static struct conn_model *next_of(struct pt_engine *eng, const struct ask_row *row, enum rank rank,
                                  bool is_first, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    struct conn_model *best = NULL;
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        if (cm->rank == (int)rank && (!is_first || cm->asked_at_ms[row->ask] == 0) &&
            (best == NULL || order_of(cm, row->ask) < order_of(best, row->ask)) &&
            is_due(eng, cm, row, now_ms))
            best = cm;
    }
    return best;
}

/* An operator's key, or a change of what somebody looks at: asked now, whatever the minute has had.
 */
static bool is_asked_for(const struct pt_engine *eng, const struct conn_model *cm,
                         enum conn_ask ask, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    bool is_new = cs->n > 1 && cm->asked_at_ms[ask] == 0;
    bool is_change = (ask == CONN_ASK_DETAILS || ask == CONN_ASK_CHANGES) && cm->next_ms[ask] == 0;
    return cm->rank == RANK_WANTED &&
           (is_new || is_change || now_ms < cs->refreshed_ms + REFRESH_MS);
}

/* All of a kind and rank that are due; is_first: those never asked about. False: some wait for
 * their turn. keep: calls that are left for others. */
static bool ask_row(struct pt_engine *eng, const struct ask_row *row, enum rank rank, bool is_first,
                    int keep, int64_t now_ms)
{
    struct conn_model *cm;
    while ((cm = next_of(eng, row, rank, is_first, now_ms)) != NULL) {
        if (conn_asks_under_way(&eng->model.connectors, row->ask) >= UNDER_WAY_MAX ||
            (room(eng, now_ms) - keep < cost_of(row, cm) &&
             !is_asked_for(eng, cm, row->ask, now_ms)))
            return false;
        send_row(eng, cm, row, now_ms);
    }
    return true;
}

static void hasten(struct conn_model *cm, enum conn_ask ask, int64_t period_ms)
{
    int64_t next_ms = cm->asked_at_ms[ask] + period_ms;
    bool is_held = cm->n_failed[ask] > 0 || cm->is_refused[ask];
    if (!is_held && next_ms < cm->next_ms[ask])
        cm->next_ms[ask] = next_ms;
}

/* What was planned for one that nobody looks at comes earlier when somebody does. */
static void set_rank(struct conn_model *cm, enum rank rank)
{
    bool is_nearer = (int)rank < cm->rank;
    cm->rank = rank;
    for (size_t i = 0; is_nearer && i < ROWS; i++)
        hasten(cm, rows[i].ask, rows[i].period_ms[rank]);
    if (is_nearer)
        hasten(cm, CONN_ASK_METRICS, METRICS_NEAR_MS);
}

/* In each rank one kind after the other; of those that nobody looks at a kind waits until the one
 * before it is done, or little would be left for what every verdict needs. */
void conn_aws_asks(struct pt_engine *eng, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    enum { FOR_WANTED = 4, FOR_OTHERS = 8 };
    const struct ask_row *details = row_of(CONN_ASK_DETAILS);
    for (size_t i = 0; i < cs->n; i++)
        set_rank(&cs->items[i], rank_of(eng, &cs->items[i], now_ms));
    while (cs->ops == &conn_mskconnect && ask_metrics_of_many(eng, now_ms)) {
    }
    for (size_t i = 0; i < ROWS; i++)
        ask_row(eng, &rows[i], RANK_WANTED, false, 0, now_ms);
    if (!ask_row(eng, details, RANK_ILL, false, FOR_WANTED, now_ms) ||
        !ask_row(eng, details, RANK_OTHER, false, FOR_WANTED, now_ms))
        return;
    for (size_t i = 0; i < ROWS; i++)
        ask_row(eng, &rows[i], RANK_ILL, false, FOR_WANTED + FOR_OTHERS, now_ms);
    for (size_t i = 0; i < 2 * ROWS; i++) /* first those never asked about */
        if (!ask_row(eng, &rows[i % ROWS], RANK_OTHER, i < ROWS, FOR_WANTED, now_ms))
            return;
}
