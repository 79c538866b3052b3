/* Topics: create, delete, describe, peek. One struct of functions for the two ways there are: a
 * live cluster (Admin API) and the embedded one (mock cluster). All calls block with deadlines:
 * for the admin worker only. */
#ifndef KAFKA_ADMIN_H
#define KAFKA_ADMIN_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "pintop/command.h"
#include "pintop/error.h"

struct admin;

struct admin_ops {
    const char *name;
    /* text: out, "Created topic NAME." in result->text. */
    pt_code (*create)(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                      struct pt_error *err);
    pt_code (*remove)(struct admin *admin, const char *topic, struct pt_result *result,
                      struct pt_error *err);
    /* Fills partitions, configs. Asking about an unknown topic is refused (PT_ENOTFOUND) before
     * anything is sent that could create it. */
    pt_code (*describe)(struct admin *admin, const char *topic, struct pt_result *result,
                        struct pt_error *err);
    /* The newest cmd->count records over all partitions (at most 1,000; at most 1 MiB, then
     * is_truncated), oldest first; with is_at the first count records of that partition from that
     * offset on, and in text what is to be said about the offset. */
    pt_code (*peek)(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                    struct pt_error *err);
};

struct admin_opts {
    const struct pt_config *cfg;
    const char *bootstrap;         /* as for handles; may be NULL */
    rd_kafka_mock_cluster_t *mock; /* the embedded cluster in this process, or NULL */
    int32_t mock_brokers;
    const char *group; /* the sink's, for committed offsets; may be NULL */
    int timeout_ms;    /* of each request; 10,000 */
};

struct admin {
    const struct admin_ops *ops;
    struct admin_opts opts;
    rd_kafka_t *rk;         /* HANDLE_MONITOR, made when first needed */
    char broker_error[200]; /* what the error callback said last */
};

/* opts' pointers must outlive it. Picks embedded when opts->mock is set, else live. */
struct admin *admin_new(const struct admin_opts *opts);
void admin_free(struct admin *admin);

/* A dry run of create or remove: looks whether the topic is there, and says what would be done.
 * Errors PT_EEXISTS, PT_ENOTFOUND, as admin_ops. */
pt_code admin_plan(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                   struct pt_error *err);

/* Free what describe and peek put into result (records, partitions, configs), not result itself. */
void admin_result_done(struct pt_result *result);

#endif
