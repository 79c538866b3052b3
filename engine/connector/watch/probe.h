/* The write probe: a command of the operator, whose result is a witness for some minutes. Thread:
 * the reactor's, except for conn_probe_command. */
#ifndef CONNECTOR_WATCH_PROBE_H
#define CONNECTOR_WATCH_PROBE_H

#include "connector/watch/memory.h"

struct conn_worker;

void conn_probe_init(struct conn_probe *probe);
/* Adds the topics that the connector reads to the job. Always PT_OK. */
pt_code conn_probe_fill(const struct conn_models *cs, const struct conn_model *cm,
                        struct conn_job *job, struct pt_error *err);
/* On the worker's thread. is_plan: the result has only what would be written, and `seen`, with
 * which exactly that can be carried out. The result is DONE also when the store rejects the writes:
 * its lines say so. */
pt_code conn_probe_command(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, char *said, struct pt_error *err);
void conn_probe_take(struct conn_model *cm, const struct conn_news *news);
void conn_probe_clock(struct conn_model *cm, int64_t by_ms);
void conn_probe_witness(const struct conn_model *cm, struct witnesses *w);
void conn_probe_evidence(const struct conn_model *cm, struct pt_connector *c);

#endif
