/* What a topic may be called. */
#ifndef KAFKA_TOPIC_NAME_H
#define KAFKA_TOPIC_NAME_H

#include "pintop/error.h"

/* Kafka's own rule for a topic's name (1 to 249 of [a-zA-Z0-9._-], not "." or "..") and the name
 * rule for new ones (prefix, "" none). Errors PT_ENAME with the fix. Thread: any. */
pt_code topic_name_check(const char *name, const char *prefix, struct pt_error *err);

#endif
