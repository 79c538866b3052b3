/* What becomes of a record by hand in its topic: what is refused, and what follows from sending it.
 * Pure. Thread: any. */
#ifndef KAFKA_PRODUCE_PLAN_H
#define KAFKA_PRODUCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/command.h"
#include "pintop/draft.h"

/* What is known of the topic beside the cluster's own answers. */
struct produce_opts {
    const char *stream; /* the stream of this pintop that writes the topic; NULL none */
};

struct produce_facts {
    const char *topic;
    const struct produce_opts *opts;
    int32_t n_partitions;
    bool has_leader;       /* the record's partition has one, or it names none */
    bool has_settings;     /* of the topic; otherwise the next ones are unknown */
    bool is_embedded;      /* its topics have no settings */
    char no_settings[300]; /* why they are unknown */
    bool is_compacted;
    int64_t topic_max_bytes;  /* max.message.bytes: of a batch of records; PT_UNKNOWN */
    int64_t client_max_bytes; /* message.max.bytes: of a record; PT_UNKNOWN */
    bool is_compressed;       /* a batch is smaller than its records */
    char partitioner[40];     /* librdkafka's, for a record that names no partition */
    size_t n_seen, n_json;    /* of the newest records: with a value; whose value is JSON */
    bool has_seen;            /* they were read */
};

/* The bytes of key, value and headers; and of a batch that has only this record, as Kafka counts
 * it before compression (record batch, version 2). */
int64_t produce_record_bytes(const struct pt_draft *draft);
int64_t produce_batch_bytes(const struct pt_draft *draft);
bool produce_is_json(const char *value, size_t len);

/* Refuses what the cluster would refuse.
 * Errors PT_EUSAGE; PT_EKAFKA: the partition has no leader. */
pt_code produce_judge(const struct pt_draft *draft, const struct produce_facts *facts,
                      struct pt_error *err);
/* Puts what is sent ("change") and what follows from it ("WARN", "note") into result->lines, and
 * its fingerprint into result->seen. Errors PT_ENOMEM. */
pt_code produce_tell(const struct pt_draft *draft, const struct produce_facts *facts,
                     struct pt_result *result, struct pt_error *err);

#endif
