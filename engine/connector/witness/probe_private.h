/* Shared by the files of the probe. Pure. Thread: any. */
#ifndef CONNECTOR_WITNESS_PROBE_PRIVATE_H
#define CONNECTOR_WITNESS_PROBE_PRIVATE_H

#include "connector/witness/probe.h"

/* Returns an error without the operation that it begins with: "AccessDenied: …" of
 * "S3 PutObject: AccessDenied: …". Valid as long as err. */
const char *probe_reason_of(const struct pt_error *err);
/* Returns whether the call got no answer from the store. */
bool probe_is_silence(const struct pt_error *err);

/* What was written at each place. */
struct probe_write {
    const struct conn *conn;
    size_t bytes;    /* of the object */
    int64_t wait_ms; /* after which it counts as not answered */
};
/* Fills is_telling, rule, cause, fix and fix_failed of a probe that was run. */
void probe_explain(const struct probe_write *write, struct probe *probe);

#endif
