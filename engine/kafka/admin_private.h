/* Between the admin's files. */
#ifndef KAFKA_ADMIN_PRIVATE_H
#define KAFKA_ADMIN_PRIVATE_H

#include "kafka/admin.h"

extern const struct admin_ops admin_live_ops, admin_embedded_ops;

/* What every operation begins with: the monitor handle, made now if need be. Errors as
 * handle_new. */
pt_code admin_begin(struct admin *admin, struct pt_error *err);
/* The same, and that something may be changed and the name is allowed: by Kafka, and for a new
 * topic by the name rule. */
pt_code admin_begin_change(struct admin *admin, const char *topic, bool is_new,
                           struct pt_error *err);

/* The metadata, and the topic in it. topic NULL in *found: there is none, which is no error here.
 * metadata: the caller's, rd_kafka_metadata_destroy, also when nothing was found. */
pt_code admin_find_topic(struct admin *admin, const char *topic,
                         const struct rd_kafka_metadata **metadata,
                         const struct rd_kafka_metadata_topic **found, struct pt_error *err);
/* Wait until the topic list has it (is_there), with a leader for each partition, or no longer has
 * it. False: not by the deadline. */
bool admin_wait_topic(struct admin *admin, const char *topic, bool is_there);

/* admin_lost.c */
struct admin_change {
    const char *topic;
    bool is_create; /* else it is deleted */
    bool was_there; /* before it was asked for */
    bool is_lost;   /* it went out, and no answer came */
};
/* Does an error mean that it may have been done? */
bool admin_is_lost(rd_kafka_resp_err_t code);
/* What became of it. code and err: of the lost answer. PT_OK: it is done, and result says so. */
pt_code admin_look_after(struct admin *admin, const struct admin_change *change, pt_code code,
                         struct pt_result *result, struct pt_error *err);

pt_code admin_no_topic(const char *topic, struct pt_error *err);

/* Partitions with watermarks and committed offsets into result. */
pt_code admin_describe_partitions(struct admin *admin, const char *topic, struct pt_result *result,
                                  struct pt_error *err);
/* peek.c; the same for both. */
pt_code admin_peek(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                   struct pt_error *err);

/* Text into the result, cut to fit. */
void admin_say(struct pt_result *result, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
