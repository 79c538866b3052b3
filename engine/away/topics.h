/* The commands on topics through MSK's own operations, when no broker can be reached. They block,
 * with the deadlines of AWS's calls: for the admin worker. A result says that it went this way.
 * The guards are those of the Kafka way (kafka/admin.h); so are the errors. */
#ifndef AWAY_TOPICS_H
#define AWAY_TOPICS_H

#include "away/worker.h"
#include "kafka/alter.h"

/* Creates a topic. Where its partitions or replicas are not given, MSK's default for this cluster
 * is taken, and the result says so. Errors PT_EEXISTS. */
pt_code away_create_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                          struct pt_error *err);
pt_code away_plan_create_topic(struct away *away, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err);
/* Errors PT_ENOTFOUND. */
pt_code away_delete_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                          struct pt_error *err);
pt_code away_plan_delete_topic(struct away *away, const struct pt_command *cmd,
                               struct pt_result *result, struct pt_error *err);
/* Adds partitions and changes settings, as struct admin_ops says; also the dry run. MSK cannot take
 * a setting out, nor check a change without making it. Errors PT_ENOTFOUND, those of kafka/alter.h.
 */
pt_code away_alter_topic(struct away *away, const struct pt_command *cmd, enum alter_writer writer,
                         struct pt_result *result, struct pt_error *err);
/* Fills partitions, whose offsets are unknown, and configs. Errors PT_ENOTFOUND. */
pt_code away_describe_topic(struct away *away, const struct pt_command *cmd,
                            struct pt_result *result, struct pt_error *err);
/* Always PT_EUNSUPPORTED: records are read from brokers only. */
pt_code away_peek_topic(struct away *away, const struct pt_command *cmd, struct pt_result *result,
                        struct pt_error *err);
/* Always PT_EUNSUPPORTED: AWS knows no consumer groups. */
pt_code away_topic_groups(const struct pt_command *cmd, struct pt_error *err);

#endif
