/* Whether the brokers can store what a sink's group commits: its partition of __consumer_offsets
 * has a leader, and as many in-sync replicas as min.insync.replicas demands. The replicas come with
 * each list of topics; the setting is requested only while some are out of sync. Thread: the
 * reactor's, except for conn_commits_do. */
#ifndef CONNECTOR_WATCH_COMMITS_H
#define CONNECTOR_WATCH_COMMITS_H

#include "connector/watch/memory.h"

struct conn_worker;

void conn_commits_init(struct conn_commits *commits);
/* Takes what the list of topics reports. */
void conn_commits_look(struct conn_model *cm, const struct watch_report *report);
bool conn_commits_is_asked(const struct conn_commits *commits);
/* On the worker's thread. */
void conn_commits_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_commits_take(struct conn_model *cm, const struct conn_news *news);
void conn_commits_clock(struct conn_commits *commits, int64_t by_ms);
void conn_commits_witness(const struct conn_model *cm, struct witnesses *w);
/* Writes what the witness reports; false when all replicas are in sync, or nothing is known. */
bool conn_commits_say(const struct conn_commits *commits, char *out, size_t cap, bool *is_bad);

#endif
