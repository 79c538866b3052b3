/* A connector from the JSON of Kafka Connect's REST interface: its state, its tasks and its
 * settings. Internal to the back end. Thread: any. */
#ifndef CONNECTOR_BACKEND_CONNECT_FACTS_H
#define CONNECTOR_BACKEND_CONNECT_FACTS_H

#include "base/json.h"
#include "connector/conn.h"

/* Fills a connector from the two answers about it.
 *
 * name    as Connect has it, with any characters.
 * status  of /connectors/NAME/status; info of /connectors/NAME. Either may be NULL or of another
 *         shape: what is missing there stays empty.
 * conn    initialised by conn_init; the caller calls conn_done, also after false.
 *
 * Returns false when out of memory. */
bool connect_facts_take(const char *name, const cJSON *status, const cJSON *info,
                        struct conn *conn);
/* Copies a text, made printable; "" when there is none at that path. */
void connect_facts_copy(const cJSON *json, const char *path, char *out, size_t cap);

#endif
