/* The state of a consumer group, its members, and the partitions that each of them has.
 *
 * It uses rd_kafka_list_groups, although that asks every broker: rd_kafka_DescribeConsumerGroups
 * shares code with rd_kafka_ListConsumerGroupOffsets, with which librdkafka aborts the process
 * when the coordinator's connection drops meanwhile. Thread: one that may block. */
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
    char id[128];                  /* changes each time the member joins; printable */
    size_t n_owned;
};

struct group_owned {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    size_t member; /* into members[] */
};

/* One answer. Free it with group_look_done. */
struct group_look {
    bool is_there;  /* the coordinator knows the group; otherwise it never existed, has expired,
                     * or is hidden from this principal */
    char state[24]; /* "Stable", "Empty", "PreparingRebalance", "CompletingRebalance", "Dead" */
    char protocol_type[16]; /* "consumer"; "connect" for a cluster of Connect workers */
    size_t n_members;       /* all of them */
    size_t n_listed;        /* of them in members[] */
    struct group_member *members;
    size_t n_owned;
    struct group_owned *owned;
    bool is_truncated; /* there are more than are listed */
};

/* Asks for the group. Waits at most timeout_ms and cannot be cancelled: keep it short.
 * Errors  PT_EUNSUPPORTED: the cluster does not report it (the embedded one); those of
 * kafka_error. */
pt_code group_ask(rd_kafka_t *rk, const char *group, int timeout_ms, struct group_look *look,
                  struct pt_error *err);
void group_look_done(struct group_look *look);

/* Reads a member's assignment in the consumer protocol's wire format (version, topics with their
 * partitions, user data) and adds it to look->owned. Returns false for another format; what was
 * read until then stays. */
bool group_read_assignment(const void *bytes, size_t len, size_t member, struct group_look *look);

/* Returns the partition of __consumer_offsets that stores the group's commits: Java's hash of
 * the group ID modulo the number of partitions, n > 0. Pure. */
int32_t group_offsets_partition(const char *group, int32_t n);

#endif
