/* A refusal is mended by the right that the question wanted: the same code means another right for
 * each question. */
#ifndef KAFKA_ASKED_H
#define KAFKA_ASKED_H

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

enum kafka_ask {
    ASK_CREATE_TOPIC,
    ASK_DELETE_TOPIC,
    ASK_TOPIC_CONFIG,
    ASK_READ,
    ASK_GROUP,
    ASK_WRITE,
    KAFKA_ASKS
};

/* kafka_error, with the fix made from what was asked.
 *
 * name  of the topic or group that it was asked of. */
pt_code kafka_asked(struct pt_error *err, rd_kafka_resp_err_t code, enum kafka_ask ask,
                    const char *name, const char *what, const char *why);

#endif
