/* Connectors and worker logs out of JSON files, put through the code that reads them as the engine
 * does it; a file that can't be read fails the test. */
#ifndef SUPPORT_CONN_CASES_H
#define SUPPORT_CONN_CASES_H

#include <cjson/cJSON.h>

#include "connector/ask.h"
#include "connector/judge.h"

enum { CASES_ROOM = 1 << 22 };

cJSON *cases_json(const char *path); /* cJSON_Delete */

/* from: {"state", "code", "message", "ctrace", "config": {}, "tasks": [{"state", "trace"}]}. conn:
 * out, conn_done. */
void cases_conn(struct conn *conn, const char *name, const cJSON *from);
/* What the judge makes of it; log may be NULL. */
void cases_judge(const struct conn *conn, const struct conn_log *log, struct judgement *j);

/* Does CloudWatch's filter pattern of the worker log let this line through? */
bool cases_pass(const char *message);
/* events: [{"stream", "age_ms", "message"}], as the log of this connector. blocks: out,
 * log_blocks_done. */
void cases_cut(const cJSON *events, const char *connector, struct log_blocks *blocks);

#endif
