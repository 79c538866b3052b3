/* A record as it is, as the text of a record by hand: for who wants to change it and produce it
 * again. */
#include <string.h>

#include "kafka/peek_private.h"
#include "pintop/draft.h"

char *peek_whole(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    struct pt_draft draft = {.key = message->key,
                             .key_len = message->key_len,
                             .value = message->payload,
                             .value_len = message->len,
                             .partition = message->partition};
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return pt_draft_write(&draft, NULL);
    size_t n = rd_kafka_header_cnt(headers);
    if (n > PT_DRAFT_HEADERS_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct pt_draft_header *header = &draft.headers[draft.n_headers++];
        const void *value = NULL;
        rd_kafka_header_get_all(headers, i, &header->name, &value, &header->value_len);
        header->value = value;
    }
    return pt_draft_write(&draft, NULL);
}
