/* What is refused of a record by hand, and why. */
#include "kafka/produce_plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "pintop/snapshot.h"

/* Of a batch: everything before its records, and of a record attributes, time and offset within
 * the batch (Kafka protocol, record batch version 2). */
enum { BATCH_HEAD_BYTES = 61, RECORD_HEAD_BYTES = 3 };

/* A length as a variable-length zigzag number; that of null is -1. */
static int64_t produce_varint_bytes(int64_t n)
{
    uint64_t zigzag = n < 0 ? 1 : (uint64_t)n * 2;
    int64_t bytes = 1;
    while (zigzag >= 0x80) {
        zigzag >>= 7;
        bytes++;
    }
    return bytes;
}

static int64_t produce_bytes_bytes(const char *bytes, size_t len)
{
    return bytes != NULL ? produce_varint_bytes((int64_t)len) + (int64_t)len
                         : produce_varint_bytes(-1);
}

int64_t produce_record_bytes(const struct pt_draft *draft)
{
    int64_t bytes = (int64_t)(draft->key_len + draft->value_len);
    for (size_t i = 0; i < draft->n_headers; i++)
        bytes += (int64_t)(strlen(draft->headers[i].name) + draft->headers[i].value_len);
    return bytes;
}

int64_t produce_batch_bytes(const struct pt_draft *draft)
{
    int64_t bytes = RECORD_HEAD_BYTES + produce_bytes_bytes(draft->key, draft->key_len) +
                    produce_bytes_bytes(draft->value, draft->value_len) +
                    produce_varint_bytes((int64_t)draft->n_headers);
    for (size_t i = 0; i < draft->n_headers; i++) {
        const struct pt_draft_header *header = &draft->headers[i];
        bytes += produce_bytes_bytes(header->name, strlen(header->name)) +
                 produce_bytes_bytes(header->value, header->value_len);
    }
    return BATCH_HEAD_BYTES + produce_varint_bytes(bytes) + bytes;
}

bool produce_is_json(const char *value, size_t len)
{
    cJSON *json = NULL;
    bool is_json = json_parse(value, len, &json, NULL) == PT_OK;
    json_free(json);
    return is_json;
}

static pt_code produce_judge_place(const struct pt_draft *draft, const struct produce_facts *facts,
                                   struct pt_error *err)
{
    if (draft->partition >= facts->n_partitions)
        return pt_error_set(err, PT_EUSAGE, "Leave the partition out, or name one that there is",
                            "topic %.100s has %d partition%s, numbered from 0, and the record is "
                            "for partition %d",
                            facts->topic, (int)facts->n_partitions,
                            facts->n_partitions == 1 ? "" : "s", (int)draft->partition);
    if (!facts->has_leader)
        return pt_error_set(err, PT_EKAFKA, "Wait until a broker leads it, or name another one",
                            "partition %d of topic %.100s has no leader, so no broker takes "
                            "records for it",
                            (int)draft->partition, facts->topic);
    return PT_OK;
}

static pt_code produce_judge_size(const struct pt_draft *draft, const struct produce_facts *facts,
                                  struct pt_error *err)
{
    int64_t record = produce_record_bytes(draft), batch = produce_batch_bytes(draft);
    if (facts->client_max_bytes != PT_UNKNOWN && record > facts->client_max_bytes)
        return pt_error_set(err, PT_EUSAGE,
                            "Make it smaller, or raise the limit with -X message.max.bytes=N",
                            "topic %.100s: the record has %" PRId64 " bytes, and this client sends "
                            "at most %" PRId64 " (message.max.bytes)",
                            facts->topic, record, facts->client_max_bytes);
    if (facts->topic_max_bytes != PT_UNKNOWN && batch > facts->topic_max_bytes &&
        !facts->is_compressed)
        return pt_error_set(err, PT_EUSAGE,
                            "Make it smaller, or raise max.message.bytes of the topic (`pintop "
                            "topics alter`)",
                            "topic %.100s: the record has %" PRId64
                            " bytes as it is sent, and the topic takes at most %" PRId64
                            " (max.message.bytes)",
                            facts->topic, batch, facts->topic_max_bytes);
    return PT_OK;
}

pt_code produce_judge(const struct pt_draft *draft, const struct produce_facts *facts,
                      struct pt_error *err)
{
    pt_code code = produce_judge_place(draft, facts, err);
    if (code == PT_OK && facts->has_settings && facts->is_compacted && draft->key == NULL)
        code = pt_error_set(err, PT_EUSAGE, "Give it a key",
                            "topic %.100s is compacted, and a compacted topic refuses every record "
                            "without a key",
                            facts->topic);
    return code == PT_OK ? produce_judge_size(draft, facts, err) : code;
}
