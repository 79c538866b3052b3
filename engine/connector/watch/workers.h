/* The other workers that run tasks of a connector, as witnesses: whether each answers, and whether
 * its tasks are in the consumer group. Thread: the reactor's, except for conn_workers_do. */
#ifndef CONNECTOR_WATCH_WORKERS_H
#define CONNECTOR_WATCH_WORKERS_H

#include "connector/watch/memory.h"

struct conn_worker;

void conn_workers_init(struct conn_workers *workers);
/* Takes the workers from the connector's tasks. url: of the worker that answers for all; it is left
 * out. */
void conn_workers_follow(struct conn_workers *workers, const struct conn *conn, const char *url);
/* How many of them have tasks now. */
size_t conn_workers_count(const struct conn_workers *workers);
/* One of these was never asked. */
bool conn_workers_has_new(const struct conn_workers *workers);
/* On the worker's thread; the workers are those of the job. */
void conn_workers_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_workers_take(struct conn_model *cm, const struct conn_news *news);
/* The group's members have just been reported: see cm->members. */
void conn_workers_note_group(struct conn_model *cm, int64_t now_ms);
void conn_workers_clock(struct conn_workers *workers, int64_t by_ms);
/* Fills in the one that certainly does not answer, if there is one. */
void conn_workers_witness(const struct conn_model *cm, struct witnesses *w);
/* Writes what the witness reports; false when there is no other worker. */
bool conn_workers_say(const struct conn_model *cm, int64_t now_ms, char *out, size_t cap,
                      bool *is_bad);

#endif
