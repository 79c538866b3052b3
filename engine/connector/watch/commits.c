#include "connector/watch/commits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "connector/watch/internal.h"
#include "connector/watch/worker.h"
#include "kafka/topic_numbers.h"

#define OFFSETS_TOPIC "__consumer_offsets"

enum { ASK_MS = 4000, AGAIN_MS = 3000 };

void conn_commits_init(struct conn_commits *commits)
{
    *commits = (struct conn_commits){
        .partition = -1, .min_in_sync = PT_UNKNOWN, .asked_ms = PT_UNKNOWN, .since_ms = PT_UNKNOWN};
}

static int commits_compare(const void *name, const void *topic)
{
    return strcmp(name, ((const struct pt_topic *)topic)->name);
}

static bool can_commit(const struct conn_commits *c)
{
    return c->leader >= 0 && (c->min_in_sync == PT_UNKNOWN || c->in_sync >= c->min_in_sync);
}

static void commits_note(struct conn_commits *c, int64_t now_ms)
{
    if (can_commit(c))
        c->since_ms = PT_UNKNOWN;
    else if (c->since_ms == PT_UNKNOWN)
        c->since_ms = now_ms;
}

void conn_commits_look(struct conn_model *cm, const struct watch_report *report)
{
    struct conn_commits *c = &cm->commits;
    const struct pt_topic *topic =
        bsearch(OFFSETS_TOPIC, report->topics, report->n_topics, sizeof *topic, commits_compare);
    if (report->n_topics == 0) /* the list failed: the last report stays, with its age */
        return;
    if (topic == NULL || topic->n_partitions <= 0 || cm->group[0] == '\0') {
        conn_commits_init(c);
        return;
    }
    int32_t partition = group_offsets_partition(cm->group, topic->n_partitions);
    const struct pt_partition *own =
        &report->partitions[topic->first_partition + (size_t)partition];
    if (partition != c->partition)
        conn_commits_init(c);
    c->partition = partition;
    c->leader = own->leader;
    c->in_sync = own->in_sync;
    c->replicas = own->replicas;
    c->asked_ms = report->time_ms;
    if (c->in_sync >= c->replicas) /* requested again when one is missing again */
        c->min_in_sync = PT_UNKNOWN;
    commits_note(c, report->time_ms);
}

bool conn_commits_is_asked(const struct conn_commits *c)
{
    return c->partition >= 0 && c->leader >= 0 && c->in_sync < c->replicas;
}

void conn_commits_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    static const char *const names[] = {"min.insync.replicas"};
    rd_kafka_t *rk = conn_kafka_handle(worker, job->group, &news->error);
    news->min_in_sync = PT_UNKNOWN;
    if (rk != NULL)
        topic_numbers(rk, OFFSETS_TOPIC, "settings of the topic", names, &news->min_in_sync, 1,
                      conn_worker_patience_ms(worker, ASK_MS), &worker->connectors->is_ending,
                      &news->error);
}

void conn_commits_take(struct conn_model *cm, const struct conn_news *news)
{
    struct conn_commits *c = &cm->commits;
    /* The broker that was asked may be the one that has just failed. */
    if (news->error.code != PT_OK && news->error.code != PT_EAUTH)
        cm->next_ms[CONN_ASK_COMMITS] = news->asked_ms + AGAIN_MS;
    if (news->error.code != PT_OK || !conn_commits_is_asked(c))
        return;
    c->min_in_sync = news->min_in_sync;
    commits_note(c, news->asked_ms);
}

void conn_commits_clock(struct conn_commits *c, int64_t by_ms)
{
    clock_shift(&c->asked_ms, by_ms);
    clock_shift(&c->since_ms, by_ms);
}

void conn_commits_witness(const struct conn_model *cm, struct witnesses *w)
{
    enum { FRESH_MS = 30000 };
    const struct conn_commits *c = &cm->commits;
    if (c->asked_ms == PT_UNKNOWN || w->now_ms - c->asked_ms > FRESH_MS)
        return;
    w->commits_since_ms = c->since_ms;
    w->is_commits_leaderless = c->leader < 0;
    w->commits_partition = c->partition;
    w->commits_in_sync = c->in_sync;
    w->commits_wanted = c->min_in_sync;
}

bool conn_commits_say(const struct conn_commits *c, char *out, size_t cap, bool *is_bad)
{
    if (c->asked_ms == PT_UNKNOWN || (c->leader >= 0 && c->in_sync >= c->replicas))
        return false;
    *is_bad = !can_commit(c);
    int used = snprintf(out, cap, "partition %d of " OFFSETS_TOPIC ": %d of %d replicas in sync%s",
                        (int)c->partition, (int)c->in_sync, (int)c->replicas,
                        c->leader < 0 ? ", no leader" : "");
    if (used < 0 || (size_t)used >= cap || c->leader < 0)
        return true;
    if (c->min_in_sync == PT_UNKNOWN)
        snprintf(out + used, cap - (size_t)used, "; min.insync.replicas is not known");
    else
        snprintf(out + used, cap - (size_t)used,
                 ", min.insync.replicas %" PRId64 ": commits are %s", c->min_in_sync,
                 *is_bad ? "refused" : "taken");
    return true;
}
