#include "connector/watch/workers.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/worker.h"

enum {
    ALL_MS = 2 * WORKER_ASK_MS, /* for all of them together */
    FRESH_MS = 45000,
    ABSENT_MS = 60000 /* a task that is out of the group for this long is not just rebalancing */
};

void conn_workers_init(struct conn_workers *workers)
{
    memset(workers, 0, sizeof *workers);
    workers->asked_ms = PT_UNKNOWN;
}

/* ------------------------------------------------------------------ which workers there are */

static struct conn_far_worker *workers_find(struct conn_workers *workers, const char *id)
{
    for (size_t i = 0; i < workers->n; i++)
        if (strcmp(workers->items[i].id, id) == 0)
            return &workers->items[i];
    return NULL;
}

static struct conn_far_worker *workers_add(struct conn_workers *workers, const char *id)
{
    if (workers->n == WORKERS_MAX)
        return NULL;
    struct conn_far_worker *item = &workers->items[workers->n++];
    memset(item, 0, sizeof *item);
    text_copy(item->id, sizeof item->id, id);
    item->since_ms = item->absent_ms = PT_UNKNOWN;
    return item;
}

static void add_task(struct conn_far_worker *item, int32_t id)
{
    size_t used = strlen(item->tasks);
    item->n_tasks++;
    if (used + 16 < sizeof item->tasks)
        snprintf(item->tasks + used, sizeof item->tasks - used, "%s%d", used > 0 ? ", " : "",
                 (int)id);
    else if (strstr(item->tasks, "…") == NULL)
        snprintf(item->tasks + used, sizeof item->tasks - used, " …");
}

void conn_workers_follow(struct conn_workers *workers, const struct conn *conn, const char *url)
{
    struct conn_workers next;
    conn_workers_init(&next);
    next.asked_ms = workers->asked_ms;
    for (size_t i = 0; i < conn->n_tasks; i++) {
        const struct conn_task *task = &conn->tasks[i];
        if (task->worker[0] == '\0' || worker_is_at(url, task->worker))
            continue;
        struct conn_far_worker *item = workers_find(&next, task->worker);
        if (item == NULL && (item = workers_add(&next, task->worker)) == NULL)
            continue;
        add_task(item, task->id);
    }
    for (size_t i = 0; i < next.n; i++) {
        const struct conn_far_worker *before = workers_find(workers, next.items[i].id);
        struct conn_far_worker *item = &next.items[i];
        if (before == NULL)
            continue;
        item->answer = before->answer;
        item->has_answered = before->has_answered;
        item->since_ms = before->since_ms;
        /* It has other tasks now: which tasks were out of the group says nothing about them. */
        bool is_same = strcmp(item->tasks, before->tasks) == 0;
        item->absent_ms = is_same ? before->absent_ms : PT_UNKNOWN;
    }
    /* One that has no task now may get some again: that it once answered is kept. */
    for (size_t i = 0; i < workers->n; i++) {
        const struct conn_far_worker *before = &workers->items[i];
        struct conn_far_worker *item =
            before->has_answered && workers_find(&next, before->id) == NULL
                ? workers_add(&next, before->id)
                : NULL;
        if (item != NULL)
            item->has_answered = true;
    }
    *workers = next;
}

size_t conn_workers_count(const struct conn_workers *workers)
{
    size_t n = 0;
    for (size_t i = 0; i < workers->n; i++)
        n += workers->items[i].n_tasks > 0;
    return n;
}

bool conn_workers_has_new(const struct conn_workers *workers)
{
    for (size_t i = 0; i < workers->n; i++)
        if (workers->items[i].n_tasks > 0 && workers->items[i].answer == WORKER_UNASKED)
            return true;
    return false;
}

/* ------------------------------------------------------------------ what they answer */

void conn_workers_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    int64_t until_us = clock_mono_us() + (int64_t)ALL_MS * 1000;
    if (conn_worker_setup(worker, &news->error) != PT_OK)
        return;
    news->workers = job->workers;
    for (size_t i = 0; i < news->workers.n; i++) {
        struct conn_far_worker *item = &news->workers.items[i];
        bool is_left_out = item->n_tasks == 0 || clock_mono_us() >= until_us;
        item->answer =
            is_left_out ? WORKER_UNASKED
                        : worker_ask(&worker->setup.client.net, worker->connectors->url, item->id);
    }
}

void conn_workers_take(struct conn_model *cm, const struct conn_news *news)
{
    if (news->error.code != PT_OK)
        return;
    cm->workers.asked_ms = news->asked_ms;
    for (size_t i = 0; i < news->workers.n; i++) {
        const struct conn_far_worker *from = &news->workers.items[i];
        struct conn_far_worker *item = workers_find(&cm->workers, from->id);
        if (item == NULL || from->answer == WORKER_UNASKED)
            continue;
        if (item->answer != from->answer)
            item->since_ms = news->asked_ms;
        item->answer = from->answer;
        item->has_answered = item->has_answered || item->answer == WORKER_ANSWERS;
    }
}

/* None of the tasks that the back end assigns to it is in the group. */
static bool is_absent(const struct conn_model *cm, const char *id)
{
    for (size_t i = 0; i < cm->conn.n_tasks; i++)
        if (strcmp(cm->conn.tasks[i].worker, id) == 0 &&
            conn_group_has_task(&cm->members, cm->conn.tasks[i].id))
            return false;
    return true;
}

void conn_workers_note_group(struct conn_model *cm, int64_t now_ms)
{
    for (size_t i = 0; i < cm->workers.n; i++) {
        struct conn_far_worker *item = &cm->workers.items[i];
        if (!cm->members.are_tasks_known || !is_absent(cm, item->id))
            item->absent_ms = PT_UNKNOWN;
        else if (item->absent_ms == PT_UNKNOWN)
            item->absent_ms = now_ms;
    }
}

void conn_workers_clock(struct conn_workers *workers, int64_t by_ms)
{
    clock_shift(&workers->asked_ms, by_ms);
    for (size_t i = 0; i < workers->n; i++) {
        struct conn_far_worker *item = &workers->items[i];
        clock_shift(&item->since_ms, by_ms);
        clock_shift(&item->absent_ms, by_ms);
    }
}

/* ------------------------------------------------------------------ what that means */

/* Its address may be one that only the workers can reach: when it never answered before, a
 * connection that fails needs the group as a second witness. */
static bool is_away(const struct conn_far_worker *item, int64_t now_ms)
{
    bool is_out = item->absent_ms != PT_UNKNOWN && now_ms - item->absent_ms >= ABSENT_MS;
    return item->answer == WORKER_SILENT ||
           (item->answer == WORKER_UNREACHED && (item->has_answered || is_out));
}

void conn_workers_witness(const struct conn_model *cm, struct witnesses *w)
{
    const struct conn_far_worker *worst = NULL;
    if (cm->workers.asked_ms == PT_UNKNOWN || w->now_ms - cm->workers.asked_ms > FRESH_MS)
        return;
    for (size_t i = 0; i < cm->workers.n; i++) {
        const struct conn_far_worker *item = &cm->workers.items[i];
        if (item->n_tasks > 0 && is_away(item, w->now_ms) &&
            (worst == NULL || item->n_tasks > worst->n_tasks))
            worst = item;
    }
    if (worst == NULL)
        return;
    w->away_worker = worst->id;
    w->away_tasks = worst->tasks;
    w->n_away_tasks = worst->n_tasks;
    w->is_away_silent = worst->answer == WORKER_SILENT;
    w->is_away_absent = worst->absent_ms != PT_UNKNOWN;
    w->away_since_ms = worst->since_ms;
}

static const char *word_of(const struct conn_far_worker *item, int64_t now_ms)
{
    switch (item->answer) {
    case WORKER_ANSWERS:
        return "answers";
    case WORKER_SILENT:
        return "takes the connection, and doesn't answer";
    case WORKER_UNREACHED:
        return is_away(item, now_ms) ? "takes no connection"
                                     : "not reached from here: unknown whether it runs";
    case WORKER_UNCLEAR:
        return "not known";
    default:
        return "not asked";
    }
}

bool conn_workers_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                      bool *is_bad)
{
    size_t used = 0;
    *is_bad = false;
    out[0] = '\0';
    for (size_t i = 0; i < cm->workers.n && used < cap; i++) {
        const struct conn_far_worker *item = &cm->workers.items[i];
        if (item->n_tasks == 0)
            continue;
        *is_bad = *is_bad || is_away(item, now_ms);
        used +=
            (size_t)snprintf(out + used, cap - used, "%s%s (task%s %s): %s", used > 0 ? "; " : "",
                             item->id, text_s(item->n_tasks), item->tasks, word_of(item, now_ms));
    }
    return used > 0;
}
