/* The threads that ask about connectors: one for the back end's list, one for the details that the
 * list lacks, one for CloudWatch and logs, one for S3, one for Kafka, and one for the operator's
 * commands. Each takes jobs from its own queue in order, so that a service that hangs delays no
 * other. The reactor decides what to ask, and when (asks.c). */
#ifndef CONNECTOR_WATCH_WATCHERS_H
#define CONNECTOR_WATCH_WATCHERS_H

#include "connector/watch/worker.h"

pt_code connectors_start(const struct connectors_opts *opts, struct connectors **out,
                         struct pt_error *err);
/* Stops the threads and cancels their calls. connectors may be NULL. */
void connectors_stop(struct connectors *connectors);
/* Takes the job over. Thread: any. */
void connectors_ask(struct connectors *connectors, struct conn_job *job);
/* Ends the running write probe, and all later ones; what was written is deleted, and the result is
 * reported. Thread: any. */
void connectors_end_probe(struct connectors *connectors);
/* The same, and waits at most wait_ms until that is done. */
void connectors_await_probe(struct connectors *connectors, int64_t wait_ms);
/* Calls to AWS within the last minute, without those of the lists. Thread: any. */
int connectors_calls(struct connectors *connectors);
/* Drops the AWS credentials: the next call gets new ones. */
void connectors_forget_keys(struct connectors *connectors);

/* The URL of the Kafka Connect worker that is asked, as configured: it may contain a user name.
 * Valid as long as cfg. */
const char *connectors_url(const struct pt_config *cfg);

#endif
