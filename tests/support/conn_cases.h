/* Connectors and worker logs from JSON files, read by the same code as in the engine. A file
 * that cannot be read fails the test. */
#ifndef SUPPORT_CONN_CASES_H
#define SUPPORT_CONN_CASES_H

#include <cjson/cJSON.h>

#include "connector/judge/judge.h"
#include "connector/witness/ask.h"

enum { CASES_ROOM = 1 << 22 };

cJSON *cases_json(const char *path); /* free with cJSON_Delete */

/* from: {"state", "code", "message", "ctrace", "config": {}, "tasks": [{"state", "trace"}]}.
 * conn: out, free with conn_done. */
void cases_conn(struct conn *conn, const char *name, const cJSON *from);
/* The verdict on the connector; log may be NULL. */
void cases_judge(const struct conn *conn, const struct conn_log *log, struct judgement *j);

/* Whether CloudWatch's filter pattern for the worker log matches this line. */
bool cases_pass(const char *message);
/* events: [{"stream", "age_ms", "message"}], as the log of this connector. blocks: out, free
 * with log_blocks_done. */
void cases_cut(const cJSON *events, const char *connector, struct log_blocks *blocks);

#endif
