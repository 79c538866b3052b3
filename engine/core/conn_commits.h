/* Whether the brokers can take what a sink's group commits: its partition of __consumer_offsets has
 * a leader and as many replicas in sync as min.insync.replicas wants. The replicas come with each
 * list of topics; the setting is asked for only while some are missing. Owned by the reactor, but
 * for conn_commits_do. */
#ifndef CORE_CONN_COMMITS_H
#define CORE_CONN_COMMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn_commits {
    int32_t partition; /* -1: not known, the topic is not told to this principal */
    int32_t leader, in_sync, replicas;
    int64_t min_in_sync; /* PT_UNKNOWN not asked yet, or not told */
    int64_t asked_ms;    /* when the replicas were told; PT_UNKNOWN */
    int64_t since_ms;    /* it can take no commit since; PT_UNKNOWN it can, or that isn't known */
};

struct conn_job;
struct conn_model;
struct conn_news;
struct conn_worker;
struct watch_report;
struct witnesses;

void conn_commits_init(struct conn_commits *commits);
/* What the list of topics says. */
void conn_commits_look(struct conn_model *cm, const struct watch_report *report);
bool conn_commits_is_asked(const struct conn_commits *commits);
/* The worker's side. */
void conn_commits_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_commits_take(struct conn_model *cm, const struct conn_news *news);
void conn_commits_clock(struct conn_commits *commits, int64_t by_ms);
void conn_commits_witness(const struct conn_model *cm, struct witnesses *w);
/* The witness's words; false: all replicas are in sync, or nothing is known. */
bool conn_commits_say(const struct conn_commits *commits, char *out, size_t cap, bool *is_bad);

#endif
