/* What the deeds share: lines "name value", and the error for what a back end cannot do. */
#ifndef CONNECTOR_CHANGE_FACT_LINES_H
#define CONNECTOR_CHANGE_FACT_LINES_H

#include "desk/result_lines.h"
#include "pintop/error.h"

struct conn_worker;

/* Returns the value of a setting as it may be shown: "***" for a secret. */
const char *conn_shown(const char *name, const char *value);
/* Adds a line, unless the value is "". */
void conn_add_fact(struct result_lines *lines, const char *name, const char *value);
/* Returns PT_EUNSUPPORTED: "MSK Connect cannot restart a connector". */
pt_code conn_cannot(const struct conn_worker *worker, const char *what, struct pt_error *err);

#endif
