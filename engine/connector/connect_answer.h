/* What an answer of Kafka Connect's REST interface says: an answer of its own, one of a proxy or of
 * another program, a refusal, or nothing. Internal to the back end. Thread: any. */
#ifndef CONNECTOR_CONNECT_ANSWER_H
#define CONNECTOR_CONNECT_ANSWER_H

#include "connector/backend.h"

/* An answer that came.
 *
 * json    out, the caller's; NULL: it is empty, or there was an error.
 * Errors  what was refused, or isn't Kafka Connect's, with the next step; that of an
 *         {"error_code":…} whatever the HTTP status is. PT_ESERVER, PT_EIO: a change may be done.
 */
pt_code connect_take(const struct conn_backend *b, const struct http_answer *answer, bool is_change,
                     cJSON **json, struct pt_error *err);

/* The configuration that a connector has now is in the answer to what sets it. PT_ESERVER: it
 * isn't, so whether it was set is not known. */
pt_code connect_confirmed(const cJSON *json, struct pt_error *err);

/* The words for a call that got no answer (code, *err); the same code. */
pt_code connect_silent(const struct conn_backend *b, pt_code code, struct pt_error *err);

#endif
