/* Sends the requests to AWS that are due beside the list, in order of urgency. At most 60 calls a
 * minute are made (20 while there is one connector and nothing is wrong with it), including those
 * of the list, so fifty connectors cannot all be asked about at once: first comes the one that the
 * user looks at, then what every verdict needs, faulty connectors before the others, then the rest.
 * What was not requested yet is shown as such. The metrics of many connectors take one call. What
 * AWS throttles or fails to answer is requested less and less often. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/watchers.h"

enum {
    A_MINUTE = 60,
    ONE_A_MINUTE = 20,
    HISTORY_MS = 3 * 3600 * 1000, /* how far back metrics and logs are requested */
    METRICS_NEAR_MS = 60000,
    METRICS_FAR_MS = 300000, /* an answer counts for ten minutes */
    TOGETHER_MS = 30000,     /* what is due this soon is requested along with the others */
    LOG_BACK_MS = 15 * 60000,
    CHANGING_MS = 30000,     /* while a change is in progress */
    OBJECTS_SOON_MS = 10000, /* while something looks wrong */
    OBJECTS_ILL_MS = 60000,
    LISTS_NEAR = 4, /* LIST calls of one search in the store */
    LISTS_FAR = 2,
    DENIED_MS = 600000,
    REFRESH_MS = 15000, /* after the key that requests everything again */
    PAUSE_MS = 10000,
    PAUSE_MAX_MS = 60000,
    MANY = 50,
    UNDER_WAY_MAX = 2 /* of one kind: the answers to a queue of hundreds would be outdated */
};

/* How urgent a connector is. */
enum rank {
    RANK_WANTED, /* the user looks at it */
    RANK_ILL,
    RANK_OTHER
};

/* ------------------------------------------------------------------ how often */

struct ask_row {
    enum conn_ask ask;
    int cost; /* calls, at most */
    int64_t period_ms[RANK_OTHER + 1];
    bool (*is_wanted)(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms);
    /* Fills in what the job needs beside the connector; false when out of memory. NULL: nothing. */
    bool (*fill)(const struct conn_models *cs, const struct conn_model *cm, struct conn_job *job,
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

/* AWS answered, even if the answer is a denial or that nothing was found. */
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

static bool aws_has_trouble(const struct conn_model *cm)
{
    return cm->has_verdict && cm->verdict.verdict > PT_V_PAUSED;
}

static bool looks_ill(const struct conn_model *cm)
{
    const struct conn_metrics *m = cm->metrics;
    bool is_metric_bad = m != NULL && (m->errored > 0 || m->running == 0);
    return aws_has_trouble(cm) || is_metric_bad || conn_lag_is_standing(cm) ||
           (cm->conn.state[0] != '\0' && strcmp(cm->conn.state, "RUNNING") != 0);
}

static enum rank aws_rank_of(const struct conn_models *cs, const struct conn_model *cm,
                             int64_t now_ms)
{
    if (conn_is_wanted(cs, cm, now_ms))
        return RANK_WANTED;
    return looks_ill(cm) ? RANK_ILL : RANK_OTHER;
}

/* ------------------------------------------------------------------ how many calls */

/* Calls that the requests in flight may still make. */
static int aws_promised(const struct conn_models *cs)
{
    int n = 0;
    for (size_t i = 0; i < cs->n; i++)
        for (int ask = 0; ask < CONN_ASKS; ask++)
            n += cs->items[i].is_asked[ask] ? cs->items[i].cost[ask] : 0;
    return n;
}

/* Calls of the back end's list, if they are counted. */
static int lists_a_minute(const struct conn_models *cs, int64_t now_ms)
{
    if (!conn_row_of(cs)->is_rationed)
        return 0;
    int calls = cs->list_calls > 1 ? cs->list_calls : 1;
    double period_ms = 0.96 * (double)conn_list_period_ms(cs, now_ms);
    return calls * (int)ceil(60000 / period_ms);
}

/* How many calls may still be made now. */
static int aws_room(const struct conn_models *cs, int64_t now_ms)
{
    int all = cs->n * ONE_A_MINUTE < A_MINUTE ? (int)cs->n * ONE_A_MINUTE : A_MINUTE;
    /* A command about connectors needs answers now, and a faulty connector is asked about more. */
    if (cs->desk->run->connector != NULL || (cs->n == 1 && looks_ill(&cs->items[0])))
        all = A_MINUTE;
    return all - lists_a_minute(cs, now_ms) - connectors_calls(cs->watchers) - aws_promised(cs);
}

/* ------------------------------------------------------------------ one kind after the other */

static bool is_brief(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    (void)now_ms;
    return conn_row_of(cs)->is_list_brief && cm->asked_ms != PT_UNKNOWN;
}

static bool has_changes(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    (void)now_ms;
    return conn_row_of(cs)->last_change != NULL && cm->asked_ms != PT_UNKNOWN;
}

static bool has_checks(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    (void)now_ms;
    return conn_row_of(cs)->has_checks && cm->asked_ms != PT_UNKNOWN && cm->conn.has_settings;
}

static bool has_log(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    bool is_unwell =
        aws_has_trouble(cm) || (cm->has_verdict && cm->verdict.verdict == PT_V_UNKNOWN);
    return conn_row_of(cs)->has_worker_log && cm->asked_ms != PT_UNKNOWN && is_unwell &&
           cm->conn.log_group[0] != '\0' && conn_is_looked_at(cs, cm, now_ms);
}

static bool fill_log(const struct conn_models *cs, const struct conn_model *cm,
                     struct conn_job *job, int64_t now_ms)
{
    (void)cs;
    int64_t since_ms = cm->verdict.since_ms != PT_UNKNOWN ? cm->verdict.since_ms : now_ms;
    job->since_ms = since_ms - LOG_BACK_MS;
    if (now_ms - job->since_ms > HISTORY_MS)
        job->since_ms = now_ms - HISTORY_MS;
    return true;
}

static bool fill_checks(const struct conn_models *cs, const struct conn_model *cm,
                        struct conn_job *job, int64_t now_ms)
{
    job->is_anew = now_ms < cs->refreshed_ms + REFRESH_MS;
    text_copy(job->only, sizeof job->only, cm->objects.bucket_region);
    return true;
}

static bool has_store(const struct conn_models *cs, const struct conn_model *cm,
                      const struct sink *sink)
{
    bool has_rows = cm->n_rows > 0 || cm->lag_error.code != PT_OK || cm->does_match_nothing;
    return sink->is_s3 && cm->conn.has_settings && !conn_row_of(cs)->info.is_in_process && has_rows;
}

/* Calls to a store of the user's own are not counted. */
static bool is_own_store(const struct sink *sink)
{
    return sink->store_url[0] != '\0';
}

static bool is_store_due(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    bool is_time = now_ms >= cm->next_ms[CONN_ASK_OBJECTS];
    if (!is_time && cm->lag <= 0 && cm->objects_error.code == PT_OK)
        return false; /* most of the time; what follows is expensive */
    if (!has_store(cs, cm, &cm->sink))
        return false;
    bool is_worried = cm->objects_error.code != PT_OK || conn_is_suspicious(cm, &cm->sink, now_ms);
    bool is_denied = cm->objects_error.code == PT_EAUTH && !cm->objects.is_as_connector;
    bool is_near = is_own_store(&cm->sink) || conn_is_wanted(cs, cm, now_ms);
    int64_t soon_ms = is_near ? OBJECTS_SOON_MS : OBJECTS_ILL_MS;
    bool is_soon = is_worried && !is_denied && cm->n_failed[CONN_ASK_OBJECTS] == 0 &&
                   (cm->objects_asked_ms == PT_UNKNOWN || now_ms - cm->objects_asked_ms >= soon_ms);
    return is_soon || is_time;
}

static int lists_of(const struct conn_model *cm)
{
    return cm->rank == RANK_OTHER ? LISTS_FAR : LISTS_NEAR;
}

static bool fill_store(const struct conn_models *cs, const struct conn_model *cm,
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
        text_copy(job->topics[i], sizeof job->topics[i], cs->desk->set->topics[i]);
    job->lists = is_own_store(&cm->sink) ? LISTS_NEAR : lists_of(cm);
    return true;
}

/* In the order in which they are sent for a connector. Descriptions are requested after a change;
 * the long periods only catch changes that nobody saw. */
/* clang-format off */
static const struct ask_row rows[] = {
    {CONN_ASK_DETAILS, 1,          {600000, 600000, 3600000}, is_brief,     NULL       },
    {CONN_ASK_LOG,     2,          {60000,  60000,  600000 }, has_log,      fill_log   },
    {CONN_ASK_CHANGES, 2,          {600000, 600000, 3600000}, has_changes,  NULL       },
    {CONN_ASK_OBJECTS, LISTS_NEAR, {60000,  60000,  600000 }, is_store_due, fill_store },
    {CONN_ASK_CHECKS,  2,          {600000, 600000, 3600000}, has_checks,   fill_checks},
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

static void aws_meter(struct conn_model *cm, struct conn_job *job, int64_t now_ms)
{
    struct conn_metered *one = &job->metered[job->n_metered++];
    bool is_far = cm->rank == RANK_OTHER;
    one->key = cm->key;
    text_copy(one->name, sizeof one->name, cm->conn.name);
    cm->is_asked[CONN_ASK_METRICS] = true;
    cm->asked_at_ms[CONN_ASK_METRICS] = now_ms;
    cm->next_ms[CONN_ASK_METRICS] = now_ms + (is_far ? METRICS_FAR_MS : METRICS_NEAR_MS);
}

/* Sends one request for as many connectors as a call holds, once one of them is due. Returns false
 * when none is due or no call is left. */
static bool ask_metrics_of_many(struct conn_models *cs, int64_t now_ms)
{
    bool is_due = false;
    for (size_t i = 0; i < cs->n && !is_due; i++)
        is_due = is_metered(&cs->items[i], now_ms);
    if (!is_due || now_ms < cs->quiet_until_ms[CONN_ASK_METRICS] || aws_room(cs, now_ms) < 1)
        return false;
    struct conn_job *job = conn_job_new(CONN_ASK_METRICS);
    if (job == NULL || (job->metered = calloc(METRICS_AT_ONCE, sizeof *job->metered)) == NULL) {
        conn_job_free(job);
        return false;
    }
    job->since_ms = now_ms - HISTORY_MS;
    for (size_t i = 0; i < cs->n && job->n_metered < METRICS_AT_ONCE; i++)
        if (is_metered(&cs->items[i], now_ms + TOGETHER_MS))
            aws_meter(&cs->items[i], job, now_ms);
    connectors_ask(cs->watchers, job);
    return true;
}

/* ------------------------------------------------------------------ turns */

static bool aws_is_due(const struct conn_models *cs, const struct conn_model *cm,
                       const struct ask_row *row, int64_t now_ms)
{
    enum conn_ask ask = row->ask;
    bool is_time = now_ms >= cm->next_ms[ask] || ask == CONN_ASK_OBJECTS; /* is_store_due decides */
    return is_time && !cm->is_asked[ask] && !cm->is_gone && now_ms >= cs->quiet_until_ms[ask] &&
           row->is_wanted(cs, cm, now_ms);
}

/* The order within a rank: first the connectors that were never asked about, of these the ones that
 * read nothing; then the one that was asked about longest ago. */
static int64_t order_of(const struct conn_model *cm, enum conn_ask ask)
{
    bool is_first = cm->asked_at_ms[ask] == 0;
    bool is_idle = cm->metrics != NULL && cm->metrics->read_per_s == 0;
    return is_first ? -1 - is_idle : cm->asked_at_ms[ask];
}

/* Calls that the job makes, at most. */
static int cost_of(const struct ask_row *row, const struct conn_model *cm)
{
    if (row->ask != CONN_ASK_OBJECTS)
        return row->cost;
    return is_own_store(&cm->sink) ? 0 : lists_of(cm);
}

/* False without memory: nothing was sent, and the same would be tried again at once. */
static bool send_row(struct conn_models *cs, struct conn_model *cm, const struct ask_row *row,
                     int64_t now_ms)
{
    struct conn_job *job = conn_job_for(cm, row->ask);
    if (job == NULL || (row->fill != NULL && !row->fill(cs, cm, job, now_ms))) {
        conn_job_free(job);
        return false;
    }
    int64_t period_ms = row->period_ms[cm->rank];
    if (cm->rank == RANK_OTHER && cs->n > MANY) /* keeps the calls of a minute constant */
        period_ms = period_ms / MANY * (int64_t)cs->n;
    if (row->ask == CONN_ASK_OBJECTS && is_own_store(&cm->sink) && cm->rank != RANK_OTHER)
        period_ms = OBJECTS_SOON_MS;
    if (row->ask == CONN_ASK_CHANGES && strstr(cm->conn.operation.state, "IN_PROGRESS") != NULL)
        period_ms = CHANGING_MS;
    cm->cost[row->ask] = cost_of(row, cm);
    conn_send_job(cs, cm, job, now_ms, period_ms);
    return true;
}

/* The connector whose turn it is; NULL when none is due. */
static struct conn_model *next_of(struct conn_models *cs, const struct ask_row *row, enum rank rank,
                                  bool is_first, int64_t now_ms)
{
    struct conn_model *best = NULL;
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        if (cm->rank == (int)rank && (!is_first || cm->asked_at_ms[row->ask] == 0) &&
            (best == NULL || order_of(cm, row->ask) < order_of(best, row->ask)) &&
            aws_is_due(cs, cm, row, now_ms))
            best = cm;
    }
    return best;
}

/* The user pressed the key that requests everything again, or what the user looks at has changed:
 * sent now, however many calls the minute had. */
static bool is_asked_for(const struct conn_models *cs, const struct conn_model *cm,
                         enum conn_ask ask, int64_t now_ms)
{
    bool is_new = cs->n > 1 && cm->asked_at_ms[ask] == 0;
    bool is_change = (ask == CONN_ASK_DETAILS || ask == CONN_ASK_CHANGES) && cm->next_ms[ask] == 0;
    return cm->rank == RANK_WANTED &&
           (is_new || is_change || now_ms < cs->refreshed_ms + REFRESH_MS);
}

/* Sends everything of a kind and rank that is due; is_first: only for connectors never asked about.
 * keep: calls that are left for others. Returns false when some wait for their turn. */
static bool ask_row(struct conn_models *cs, const struct ask_row *row, enum rank rank,
                    bool is_first, int keep, int64_t now_ms)
{
    struct conn_model *cm;
    while ((cm = next_of(cs, row, rank, is_first, now_ms)) != NULL) {
        if (conn_asks_under_way(cs, row->ask) >= UNDER_WAY_MAX ||
            (aws_room(cs, now_ms) - keep < cost_of(row, cm) &&
             !is_asked_for(cs, cm, row->ask, now_ms)))
            return false;
        if (!send_row(cs, cm, row, now_ms))
            return false;
    }
    return true;
}

static void aws_hasten(struct conn_model *cm, enum conn_ask ask, int64_t period_ms)
{
    int64_t next_ms = cm->asked_at_ms[ask] + period_ms;
    bool is_held = cm->n_failed[ask] > 0 || cm->is_refused[ask];
    if (!is_held && next_ms < cm->next_ms[ask])
        cm->next_ms[ask] = next_ms;
}

/* What was planned for a connector that nobody looked at comes earlier once somebody does. */
static void set_rank(struct conn_model *cm, enum rank rank)
{
    bool is_nearer = (int)rank < cm->rank;
    cm->rank = rank;
    for (size_t i = 0; is_nearer && i < ROWS; i++)
        aws_hasten(cm, rows[i].ask, rows[i].period_ms[rank]);
    if (is_nearer)
        aws_hasten(cm, CONN_ASK_METRICS, METRICS_NEAR_MS);
}

/* In each rank one kind after the other. For connectors that nobody looks at, a kind waits until
 * the one before it is done: otherwise little would be left for what every verdict needs. */
void conn_aws_asks(struct conn_models *cs, int64_t now_ms)
{
    enum { FOR_WANTED = 4, FOR_OTHERS = 8 };
    const struct ask_row *details = row_of(CONN_ASK_DETAILS);
    for (size_t i = 0; i < cs->n; i++)
        set_rank(&cs->items[i], aws_rank_of(cs, &cs->items[i], now_ms));
    while (conn_row_of(cs)->has_metrics && ask_metrics_of_many(cs, now_ms)) {
    }
    for (size_t i = 0; i < ROWS; i++)
        ask_row(cs, &rows[i], RANK_WANTED, false, 0, now_ms);
    if (!ask_row(cs, details, RANK_ILL, false, FOR_WANTED, now_ms) ||
        !ask_row(cs, details, RANK_OTHER, false, FOR_WANTED, now_ms))
        return;
    for (size_t i = 0; i < ROWS; i++)
        ask_row(cs, &rows[i], RANK_ILL, false, FOR_WANTED + FOR_OTHERS, now_ms);
    for (size_t i = 0; i < 2 * ROWS; i++) /* first those never asked about */
        if (!ask_row(cs, &rows[i % ROWS], RANK_OTHER, i < ROWS, FOR_WANTED, now_ms))
            return;
}
