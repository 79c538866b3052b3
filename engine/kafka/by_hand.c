#include "kafka/by_hand.h"

#include "pintop/draft.h"

bool is_by_hand(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value;
    size_t len;
    /* Most records have no headers, and this costs nothing then. */
    return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           rd_kafka_header_get_last(headers, PT_DRAFT_MARK, &value, &len) ==
               RD_KAFKA_RESP_ERR_NO_ERROR;
}
