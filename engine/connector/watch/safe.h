/* Until when the waiting records are safe: each topic has a retention of its own. Thread: the
 * reactor's, except for conn_keeps_do. */
#ifndef CONNECTOR_WATCH_SAFE_H
#define CONNECTOR_WATCH_SAFE_H

#include "connector/watch/memory.h"

struct conn_worker;

/* Finds the topics in which records wait; false when there are none. */
bool conn_keeps_ask(const struct conn_model *cm, struct conn_keeps *out);
void conn_keeps_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
/* Sets c->safe and c->safe_until_ms: the earliest deletion decides, and its topic is named. */
void conn_safe_fill(const struct conn_model *cm, const struct witnesses *w, struct pt_connector *c);

#endif
