/* `pintop engine --metrics`: the newest snapshot as OpenMetrics text over HTTP, for Prometheus.
 *
 * It reads snapshots by the link and asks the engine for nothing. It has a thread of its own,
 * answers GET /metrics alone, and takes 16 connections at a time. There is no login: whoever
 * reaches the address reads the figures, which is why that is this host alone unless an address is
 * given. */
#ifndef CLI_METRICS_HTTP_H
#define CLI_METRICS_HTTP_H

#include "pintop/error.h"
#include "pintop/link.h"

struct metrics_http;

/* address: "9404" and "127.0.0.1:9404": this host alone; "0.0.0.0:9404", "[::]:9404" and the like.
 * Parses it without a server. Errors PT_EUSAGE. */
pt_code metrics_http_check(const char *address, struct pt_error *err);
/* Starts to serve. The link must stay open until metrics_http_stop.
 *
 * where   out: the URL, cap bytes.
 * Errors  PT_EUSAGE (address), PT_EUNSUPPORTED (this pintop was built without libmicrohttpd),
 * PT_EIO (the port is taken …). */
pt_code metrics_http_start(const char *address, const struct pt_link *link,
                           struct metrics_http **server, char *where, size_t cap,
                           struct pt_error *err);
/* Ends it; NULL is fine. */
void metrics_http_stop(struct metrics_http *server);

#endif
