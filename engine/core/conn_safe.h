/* Until when the records that wait are safe: each topic keeps its own for its own time. Owned by
 * the reactor, but for conn_keeps_do. */
#ifndef CORE_CONN_SAFE_H
#define CORE_CONN_SAFE_H

#include "pintop/snapshot.h"

enum { KEEPS_MAX = 16 };

/* How long a topic keeps records. */
struct topic_keeps {
    char topic[PT_TOPIC_MAX];
    int64_t ms, bytes; /* -1 without limit; PT_UNKNOWN not told */
};
struct conn_keeps {
    size_t n;
    struct topic_keeps topics[KEEPS_MAX];
};

struct conn_job;
struct conn_model;
struct conn_news;
struct conn_worker;
struct witnesses;

/* The topics in which records wait; false: none does. */
bool conn_keeps_ask(const struct conn_model *cm, struct conn_keeps *out);
void conn_keeps_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
/* c->safe and c->safe_until_ms: the earliest deletion decides, and its topic is named. */
void conn_safe_fill(const struct conn_model *cm, const struct witnesses *w, struct pt_connector *c);

#endif
