/* Whether a worker of Kafka Connect answers at the address by which the others know it. Each worker
 * tells of all tasks, those of a worker that hangs included: that one is found by asking it. */
#ifndef CONNECTOR_WORKER_H
#define CONNECTOR_WORKER_H

#include <stdbool.h>

#include "net/http.h"

enum { WORKER_ASK_MS = 3000 };

enum worker_answer {
    WORKER_UNASKED,
    WORKER_ANSWERS,
    WORKER_SILENT,    /* it takes the connection, and no answer comes */
    WORKER_UNREACHED, /* no connection: it is down, or can't be reached from here */
    WORKER_UNCLEAR    /* TLS, a proxy, another program, cancelled: it tells nothing of the worker */
};

/* Ask one, for WORKER_ASK_MS at most. Any answer of its own is one, a refused login too; none is
 * sent, since the address is only what was told.
 *
 * url  of the worker that is asked for everything: the scheme is that one's.
 * id   "host:port", the worker_id of a task. */
enum worker_answer worker_ask(const struct http_transport *net, const char *url, const char *id);

/* That is the address of the URL itself. */
bool worker_is_at(const char *url, const char *id);

#endif
