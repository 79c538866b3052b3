/* Shared by the admin's files. */
#ifndef KAFKA_ADMIN_PRIVATE_H
#define KAFKA_ADMIN_PRIVATE_H

#include "kafka/admin.h"
#include "kafka/asked.h"

extern const struct admin_ops admin_live_ops, admin_embedded_ops;

/* Every operation begins with this: the monitor handle, created on first use. Errors as
 * handle_new. */
pt_code admin_begin(struct admin *admin, struct pt_error *err);
/* The same, and checks that changes are allowed and that the name is valid: for Kafka, and for a
 * new topic also by the name rule. */
pt_code admin_begin_change(struct admin *admin, const char *topic, bool is_new,
                           struct pt_error *err);

/* Fetches the metadata and finds the topic in it. A missing topic is not an error here: *found
 * then has topic NULL. The caller frees metadata with rd_kafka_metadata_destroy, also when
 * nothing was found. */
pt_code admin_find_topic(struct admin *admin, const char *topic,
                         const struct rd_kafka_metadata **metadata,
                         const struct rd_kafka_metadata_topic **found, struct pt_error *err);
/* Waits until the topic list has the topic with at least so many partitions, and a leader for each
 * of them; n_partitions 0: until it no longer has it. Returns false when the deadline passes
 * first. */
bool admin_wait_topic(struct admin *admin, const char *topic, int n_partitions);

/* Requests of the Admin API, on a live cluster (admin_request.c). The caller destroys the options.
 */
rd_kafka_AdminOptions_t *admin_live_options(struct admin *admin, rd_kafka_admin_op_t op);
/* Waits for the answer; the caller destroys *event, which is NULL after an error. *is_lost: the
 * request may have been carried out in spite of the error. Errors those of kafka_asked. */
pt_code admin_live_wait(struct admin *admin, rd_kafka_queue_t *queue, enum kafka_ask ask,
                        const char *name, const char *what, rd_kafka_event_t **event, bool *is_lost,
                        struct pt_error *err);
/* The outcome for the one topic that a request was about. Errors those of kafka_asked. */
pt_code admin_live_outcome(const rd_kafka_topic_result_t *const *results, size_t n,
                           enum kafka_ask ask, const char *what, bool *is_lost,
                           struct pt_error *err);
bool admin_live_is_mock(struct admin *admin);
/* The settings of a topic. The entries are the event's; admin_live_configs_done, also after an
 * error. */
struct admin_configs {
    rd_kafka_event_t *event;
    const rd_kafka_ConfigEntry_t **entries;
    size_t n;
};
pt_code admin_live_configs(struct admin *admin, const char *topic, struct admin_configs *configs,
                           struct pt_error *err);
void admin_live_configs_done(struct admin_configs *configs);
/* In admin_alter.c. */
pt_code admin_live_alter(struct admin *admin, const struct pt_command *cmd,
                         enum alter_writer writer, struct pt_result *result, struct pt_error *err);
/* Looks up what a plan has to know, as far as the cluster tells it, and adds it to facts
 * (admin_alter_facts.c). */
void admin_alter_facts(struct admin *admin, const struct alter_plan *plan,
                       struct alter_facts *facts);

/* The functions of admin_lost.c. */
struct admin_change {
    const char *topic;
    bool is_create; /* otherwise it is a deletion */
    bool was_there; /* the topic existed before the request */
    bool is_lost;   /* the request was sent, and no answer came */
};
/* Returns true when the change may have been made in spite of this error. */
bool admin_is_lost(rd_kafka_resp_err_t code);
/* Finds out what became of the change. code and err belong to the lost answer. PT_OK means that
 * it was made, and result says so. */
pt_code admin_look_after(struct admin *admin, const struct admin_change *change, pt_code code,
                         struct pt_result *result, struct pt_error *err);

pt_code admin_no_topic(const char *topic, struct pt_error *err);

/* Puts partitions with watermarks and committed offsets into result. */
pt_code admin_describe_partitions(struct admin *admin, const char *topic, struct pt_result *result,
                                  struct pt_error *err);
/* In peek.c; the same for both implementations. */
pt_code admin_peek(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                   struct pt_error *err);

/* In admin_groups.c; the same for both implementations. */
pt_code admin_groups(struct admin *admin, const char *topic, struct pt_result *result,
                     struct pt_error *err);

/* Puts text into the result, cut to fit. */
void admin_say(struct pt_result *result, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
