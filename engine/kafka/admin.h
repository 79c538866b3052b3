/* Topics: create, delete, alter, describe, peek. Two implementations share one struct of functions:
 * a live cluster (Admin API) and the embedded one (mock cluster). All calls block, with deadlines:
 * they are for the admin worker only. */
#ifndef KAFKA_ADMIN_H
#define KAFKA_ADMIN_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/alter.h"
#include "pintop/command.h"
#include "pintop/error.h"

struct admin;

struct admin_ops {
    const char *name;
    /* Puts "Created topic NAME." into result->text. */
    pt_code (*create)(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                      struct pt_error *err);
    pt_code (*remove)(struct admin *admin, const char *topic, struct pt_result *result,
                      struct pt_error *err);
    /* Adds partitions and changes settings ("key=value"; "key=" takes it out): sends only what
     * differs from what is, and puts the difference and what follows from it into lines. With
     * is_plan it only says so, and the brokers check it. writer: of the streams of this pintop, the
     * one that writes into the topic. Errors PT_ENOTFOUND, those of kafka/alter.h. */
    pt_code (*alter)(struct admin *admin, const struct pt_command *cmd, enum alter_writer writer,
                     struct pt_result *result, struct pt_error *err);
    /* Fills partitions and configs. An unknown topic is refused (PT_ENOTFOUND) before any
     * request is sent that could create it. */
    pt_code (*describe)(struct admin *admin, const char *topic, struct pt_result *result,
                        struct pt_error *err);
    /* Reads the newest cmd->count records over all partitions (at most 1,000 records and 1 MiB;
     * beyond that is_truncated is set), oldest first. With is_at it reads the first count
     * records of that partition from that offset on, and puts remarks on the offset into text. */
    pt_code (*peek)(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                    struct pt_error *err);
    /* Fills groups: those that have committed offsets of the topic or read it, and those that may,
     * for all that this principal is told; the most lagging first. What is cut or cannot be told
     * is said in text. Errors PT_ENOTFOUND, those of kafka_asked. */
    pt_code (*groups)(struct admin *admin, const char *topic, struct pt_result *result,
                      struct pt_error *err);
};

struct admin_opts {
    const struct pt_config *cfg;
    const char *bootstrap;         /* as for handles; may be NULL */
    rd_kafka_mock_cluster_t *mock; /* the embedded cluster in this process, or NULL */
    int32_t mock_brokers;
    const char *group; /* the sink's, for its committed offsets; may be NULL */
    int timeout_ms;    /* of each request; 10,000 */
};

struct admin {
    const struct admin_ops *ops;
    struct admin_opts opts;
    rd_kafka_t *rk;         /* HANDLE_MONITOR, created when first needed */
    char broker_error[200]; /* the last message of the error callback */
};

/* The pointers in opts must outlive the admin. Chooses embedded when opts->mock is set, else
 * live. */
struct admin *admin_new(const struct admin_opts *opts);
void admin_free(struct admin *admin);

/* Dry runs of create and remove: look whether the topic is there, and say what would be done.
 * Errors PT_EEXISTS, PT_ENOTFOUND, as admin_ops. */
pt_code admin_plan_create(struct admin *admin, const struct pt_command *cmd,
                          struct pt_result *result, struct pt_error *err);
pt_code admin_plan_delete(struct admin *admin, const char *topic, struct pt_result *result,
                          struct pt_error *err);

#endif
