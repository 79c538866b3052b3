/* Fixes for refused requests. The same error code means a different missing permission for each
 * kind of request, so the fix depends on what was asked. */
#ifndef KAFKA_ASKED_H
#define KAFKA_ASKED_H

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

enum kafka_ask {
    ASK_CREATE_TOPIC,
    ASK_DELETE_TOPIC,
    ASK_TOPIC_CONFIG,
    ASK_ADD_PARTITIONS,
    ASK_ALTER_CONFIG,
    ASK_READ,
    ASK_GROUP,
    ASK_WRITE,
    ASK_SEE_TOPIC,
    ASK_BROKER_CONFIG,
    KAFKA_ASKS
};

/* Like kafka_error, with the fix made from the request.
 *
 * name  the topic or group that the request was about. */
pt_code kafka_asked(struct pt_error *err, rd_kafka_resp_err_t code, enum kafka_ask ask,
                    const char *name, const char *what, const char *why);

#endif
