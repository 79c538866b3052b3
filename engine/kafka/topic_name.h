/* Rules for topic names. */
#ifndef KAFKA_TOPIC_NAME_H
#define KAFKA_TOPIC_NAME_H

#include "pintop/error.h"

/* Checks Kafka's own rule for topic names (1 to 249 of [a-zA-Z0-9._-], not "." or "..") and the
 * name rule for new ones (prefix, "" none). Errors PT_ENAME with the fix. Thread: any. */
pt_code topic_name_check(const char *name, const char *prefix, struct pt_error *err);

#endif
