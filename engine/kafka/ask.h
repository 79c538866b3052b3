/* Questions to a cluster by a handle of their own, without an engine: who is there, which topics,
 * what would be allowed; and creating and deleting a topic, and sending a few records. Thread: any
 * that may block. */
#ifndef KAFKA_ASK_H
#define KAFKA_ASK_H

#include <stdint.h>

#include "kafka/offsets.h"
#include "kafka/topic_list.h"
#include "pintop/config.h"
#include "pintop/error.h"

struct ask;

/* An IAM token of the caller's; text NULL: the cluster needs none. */
struct ask_token {
    const char *text, *principal;
    int64_t expires_ms; /* Unix */
};

/* Opens a handle. cfg must outlive it. Errors as handle_new; PT_ELOGIN: the token was not
 * accepted. */
pt_code ask_open(const struct pt_config *cfg, const struct ask_token *token, struct ask **ask,
                 struct pt_error *err);
void ask_close(struct ask *ask);

/* Asks for brokers and topics, and waits for the connection first. The caller frees *metadata with
 * rd_kafka_metadata_destroy. Errors those of kafka_error, with what the brokers answered. */
pt_code ask_metadata(struct ask *ask, int timeout_ms, const struct rd_kafka_metadata **metadata,
                     struct pt_error *err);
/* Asks for one topic by its name: only so does the cluster tell whether there is none, or one that
 * may not be seen. ask: of ask_open_group, whose question never creates it.
 * Errors  PT_ENOTFOUND: there is none. PT_EAUTH: it may not be seen. Others as kafka_error. */
pt_code ask_topic(struct ask *ask, const char *topic, int timeout_ms, struct pt_error *err);
/* Creates a topic with the brokers' own numbers of partitions and replicas; with is_only_asked it
 * only asks whether it could. Errors PT_EAUTH, PT_EEXISTS …: as `topics create`. */
pt_code ask_create(struct ask *ask, const char *topic, bool is_only_asked, int timeout_ms,
                   struct pt_error *err);
/* Deletes a topic, with its records. Errors PT_EAUTH, PT_ENOTFOUND …: as `topics delete`. */
pt_code ask_delete(struct ask *ask, const char *topic, int timeout_ms, struct pt_error *err);
/* Asks for the cluster ID; "" when the brokers tell none in time. */
void ask_cluster_id(struct ask *ask, int timeout_ms, char *out, size_t cap);
/* Asks how many offsets lie between the low and high watermarks of all partitions: the topic has at
 * most as many records. topic: of metadata. Errors those of kafka_error; PT_EKAFKA: some partitions
 * did not answer. */
pt_code ask_records(struct ask *ask, const struct rd_kafka_metadata_topic *topic, int timeout_ms,
                    int64_t *records, struct pt_error *err);
/* Asks for the group's committed offsets of one partition, which tells whether they may be seen. */
pt_code ask_group(const struct pt_config *cfg, const struct ask_token *token, const char *group,
                  const char *topic, int timeout_ms, struct pt_error *err);

/* Opens a handle for the committed offsets of a group, which it never joins. Errors as ask_open. */
pt_code ask_open_group(const struct pt_config *cfg, const struct ask_token *token,
                       const char *group, struct ask **ask, struct pt_error *err);
/* Asks that handle for the committed offsets of n partitions. Errors as offsets_committed. */
pt_code ask_committed(struct ask *ask, const char *group, struct offsets_item *items, size_t n,
                      int timeout_ms, struct pt_error *err);

/* A record to be sent; key NULL: without one. */
struct ask_record {
    const char *topic, *key, *value;
    size_t len;
    bool is_acked, is_unclear; /* out; is_unclear: it may be stored, or not */
    /* out, once it is acknowledged */
    int32_t partition;
    int64_t offset, acked_ms; /* how long it took */
};
/* Sends n records with a producer as the streams have it, and waits until it is known of each
 * what became of it; some may be stored also when it fails. The topics must exist: the mock, and
 * brokers with auto.create.topics.enable, would create them. Errors  those of kafka_error and
 * kafka_asked; PT_ETIMEOUT: not all were acknowledged in time.
 */
pt_code ask_send(const struct pt_config *cfg, const struct ask_token *token,
                 struct ask_record *records, size_t n, int timeout_ms, struct pt_error *err);

/* A right on a topic that exists. */
struct ask_right {
    const char *topic;
    struct pt_error err; /* out; PT_OK: it is there, PT_EAUTH: it is not, others: not known */
};
/* Finds out whether n topics may be written, and changes nothing: what is sent wants as many
 * acknowledgements as no broker accepts, which it says only to those who may write. Errors as
 * ask_open; then the rights are not filled. */
pt_code ask_may_write(const struct pt_config *cfg, const struct ask_token *token,
                      struct ask_right *rights, size_t n, int timeout_ms, struct pt_error *err);
/* The same for reading: the end of partition 0 is fetched, without a group. */
pt_code ask_may_read(const struct pt_config *cfg, const struct ask_token *token,
                     struct ask_right *rights, size_t n, int timeout_ms, struct pt_error *err);

/* Asks for min.insync.replicas of n topics that exist; -1 where the brokers do not say. Errors
 * those of kafka_error; values are -1 then. */
pt_code ask_min_isr(struct ask *ask, const char *const *topics, size_t n, int timeout_ms,
                    int32_t *values, struct pt_error *err);

#endif
