/* Checks whether a worker of Kafka Connect answers at the address that it advertises to the
 * others. Each worker reports all tasks, including those of a worker that hangs, which is found
 * by asking it directly. */
#ifndef CONNECTOR_WITNESS_WORKER_H
#define CONNECTOR_WITNESS_WORKER_H

#include <stdbool.h>

#include "net/http.h"

enum { WORKER_ASK_MS = 3000 };

enum worker_answer {
    WORKER_UNASKED,
    WORKER_ANSWERS,
    WORKER_SILENT,    /* it accepts the connection, and no answer comes */
    WORKER_UNREACHED, /* no connection: it is down, or unreachable from here */
    WORKER_UNCLEAR    /* TLS, a proxy, another program, cancelled: inconclusive */
};

/* Asks one worker, for WORKER_ASK_MS at most. Any answer of its own counts, even a refused login;
 * no credentials are sent, since the address is only what another worker reported.
 *
 * url  of the worker that pintop is configured for: its scheme is used.
 * id   "host:port", the worker_id of a task. */
enum worker_answer worker_ask(const struct http_transport *net, const char *url, const char *id);

/* True when that is the address of the URL itself. */
bool worker_is_at(const char *url, const char *id);

#endif
