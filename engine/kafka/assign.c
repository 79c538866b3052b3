#include "kafka/assign.h"

/* A stop takes two turns of the queue of librdkafka's main thread, one for the request and one for
 * its answer. A question that the same thread answers in turn comes back behind each of them. */
enum { STOP_TURNS = 2 };

rd_kafka_resp_err_t kafka_assign(rd_kafka_t *rk, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t code = rd_kafka_assign(rk, list);
    for (int i = 0; i < STOP_TURNS; i++) {
        rd_kafka_topic_partition_list_t *now;
        if (rd_kafka_assignment(rk, &now) == RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_topic_partition_list_destroy(now);
    }
    return code;
}
