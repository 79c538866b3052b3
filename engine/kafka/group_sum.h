/* What consumer groups have to do with one topic: which of them read it, and their lag. Pure: the
 * questions are in kafka/admin_groups.c. */
#ifndef KAFKA_GROUP_SUM_H
#define KAFKA_GROUP_SUM_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "kafka/offsets.h"
#include "pintop/command.h"

/* Whether a member of the group has partitions of the topic, or has subscribed to it. Reads the
 * consumer protocol's wire formats; other bytes are nobody's. */
bool group_sum_reads(const struct rd_kafka_group_info *info, const char *topic);

/* Whether such a group can have committed offsets of a topic, so that it is worth a request: it
 * consumes, or has no members that would tell, and its description was not refused. */
bool group_sum_may_commit(const struct rd_kafka_group_info *info);

/* Fills what the description tells: name, state, members. What it does not tell is unknown. A
 * refused description is told in why and fix. */
void group_sum_describe(const struct rd_kafka_group_info *info, struct pt_described_group *out);

/* Adds the lag.
 *
 * items      the n partitions with the group's committed offsets, -1 none.
 * low, high  their watermarks; PT_UNKNOWN. */
void group_sum_lag(const struct offsets_item *items, const int64_t *low, const int64_t *high,
                   size_t n, struct pt_described_group *out);

/* How many groups may be asked for their offsets at one look. Each costs the brokers connections,
 * and MSK allows few new ones a second where they sign in with IAM. */
size_t group_sum_most(bool is_iam);

/* For qsort: the most lagging first, then those of which a part is known, then by name. */
int group_sum_compare(const void *a, const void *b);

#endif
