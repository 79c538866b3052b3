/* Interprets an answer of Kafka Connect's REST interface: its own answer, one of a proxy or
 * another program, a refusal, or none. Internal to the back end. Thread: any. */
#ifndef CONNECTOR_BACKEND_CONNECT_ANSWER_H
#define CONNECTOR_BACKEND_CONNECT_ANSWER_H

#include "connector/backend/backend.h"

/* Takes an answer that arrived.
 *
 * json    out, the caller's; NULL when the body is empty, or after an error.
 * Errors  what was rejected, or did not come from Kafka Connect, with the fix; an
 *         {"error_code":…} counts whatever the HTTP status is. PT_ESERVER, PT_EIO: a change may
 *         have been made. */
pt_code connect_take(const struct conn_backend *b, const struct http_answer *answer, bool is_change,
                     cJSON **json, struct pt_error *err);

/* Checks that the answer to a change contains the connector's configuration. PT_ESERVER when it
 * does not, so that it is unknown whether it was set. */
pt_code connect_confirmed(const cJSON *json, struct pt_error *err);

/* Makes the error for a call that got no answer (code, *err). Returns the same code. */
pt_code connect_silent(const struct conn_backend *b, pt_code code, struct pt_error *err);

#endif
