/* The write probe: a command of the operator's, and what it found as a witness for some minutes.
 * The reactor's, but for conn_probe_command. */
#ifndef CORE_CONN_PROBE_H
#define CORE_CONN_PROBE_H

#include "connector/probe.h"
#include "pintop/snapshot.h"

/* What is remembered of the last one. */
struct conn_probe {
    struct pt_probe shown; /* asked_ms PT_UNKNOWN: none was made */
    bool is_telling;       /* what it found holds for the connector, too */
    bool is_denied;        /* by an answer of the store, and not by its silence or its haste */
    const struct rule *rule;
    char cause[PT_CAUSE_MAX], fix[PT_CAUSE_MAX], fix_failed[PT_CAUSE_MAX];
};

struct conn_job;
struct conn_model;
struct conn_news;
struct conn_worker;
struct witnesses;

void conn_probe_init(struct conn_probe *probe);
/* The topics that it reads, for the job. */
void conn_probe_fill(const struct conn_model *cm, struct conn_job *job);
/* The worker's side. is_plan: only what would be written, and `seen` to have exactly that done.
 * The result is DONE also when the store refuses: its lines tell. */
pt_code conn_probe_command(struct conn_worker *worker, const struct conn_job *job,
                           struct pt_result *result, struct pt_error *err);
void conn_probe_take(struct conn_model *cm, const struct conn_news *news);
void conn_probe_clock(struct conn_model *cm, int64_t by_ms);
void conn_probe_witness(const struct conn_model *cm, struct witnesses *w);
void conn_probe_evidence(const struct conn_model *cm, struct pt_connector *c);

#endif
