/* Who is in a consumer group: its state, its members, and which partition each of them has.
 *
 * By rd_kafka_list_groups, though it asks every broker: rd_kafka_DescribeConsumerGroups goes the
 * way of rd_kafka_ListConsumerGroupOffsets, by which librdkafka ends the process when the
 * coordinator's connection drops under it. Thread: one that may block. */
#ifndef KAFKA_GROUP_H
#define KAFKA_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

enum { GROUP_MEMBERS_MAX = 256, GROUP_OWNED_MAX = 4096 };

struct group_member {
    char client_id[128], host[64]; /* printable; host without Java's leading slash */
    char id[128];                  /* another one each time that it joins; printable */
    size_t n_owned;
};

struct group_owned {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    size_t member; /* into members[] */
};

/* One look. Free with group_look_done. */
struct group_look {
    bool is_there;  /* the coordinator knows it; else it never was, has expired, or is hidden
                       from this principal */
    char state[24]; /* "Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "Dead" */
    char protocol_type[16]; /* "consumer"; "connect": it is a worker cluster's */
    size_t n_members;       /* all of them */
    size_t n_listed;        /* of them in members[] */
    struct group_member *members;
    size_t n_owned;
    struct group_owned *owned;
    bool is_truncated; /* there is more than is listed */
};

/* Ask. Waits at most timeout_ms, and can't be cancelled: keep it short.
 * Errors  PT_EUNSUPPORTED: the cluster can't tell (the embedded one); those of kafka_error. */
pt_code group_ask(rd_kafka_t *rk, const char *group, int timeout_ms, struct group_look *look,
                  struct pt_error *err);
void group_look_done(struct group_look *look);

/* A member's assignment as the consumer protocol has it on the wire (version, topics with their
 * partitions, user data), added to look->owned. False: it isn't that; what was read stays. */
bool group_read_assignment(const void *bytes, size_t len, size_t member, struct group_look *look);

/* Which partition of __consumer_offsets keeps what the group commits: Java's hash of its id over
 * the number of partitions, n > 0. Pure. */
int32_t group_offsets_partition(const char *group, int32_t n);

#endif
