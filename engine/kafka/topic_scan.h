/* Reads one topic's records once, from given offsets to the ends at the time the scan began. It
 * assigns partitions only: there is no group, and nothing is committed. */
#ifndef KAFKA_TOPIC_SCAN_H
#define KAFKA_TOPIC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/config.h"
#include "pintop/error.h"

/* One partition: start is in, the rest is out. */
struct scan_partition {
    int32_t partition;
    int64_t start;   /* first offset wanted; a negative one means the oldest available, and
                      * expired stays 0 */
    int64_t end;     /* out: the high watermark when the scan began */
    int64_t next;    /* out: the offset after the last one read */
    int64_t expired; /* out: offsets from start to the low watermark, deleted by retention */
    int64_t records; /* out: how many records the callback got */
};

struct scan_opts {
    const struct pt_config *cfg;
    const char *bootstrap; /* as for handles; may be NULL */
    const char *topic;
    struct scan_partition *partitions; /* owned by the caller, with starts */
    size_t n_partitions;
    int stall_ms; /* give up when nothing comes for this long; 0: 30,000 */
    void *arg;
    /* Called for each record; key is NULL when it has none. The bytes are valid during the call.
     * May be NULL. */
    void (*record)(void *arg, int32_t partition, int64_t offset, const void *key, size_t key_len,
                   const void *value, size_t value_len);
    /* Called in place of it for a record by hand (kafka/by_hand.h). NULL: these are records like
     * the others. */
    void (*by_hand)(void *arg);
    /* Called at least every 250 ms with the records done of all wanted; true cancels. May be
     * NULL. */
    bool (*progress)(void *arg, int64_t done, int64_t total);
};

/* Scans; returns when every partition was read up to its end.
 *
 * partitions  out, as above; after an error filled as far as it was read.
 * Errors  PT_ENOTFOUND no such topic or partition (taken from the topic list, so that the request
 *         never creates it), PT_ETIMEOUT nothing came, PT_ECANCELLED, PT_EAUTH, PT_EKAFKA,
 *         PT_ECONFIG, PT_ENOMEM.
 * Thread  any that may block; the callbacks come on it. */
pt_code topic_scan(const struct scan_opts *opts, struct pt_error *err);

/* Returns a topic's number of partitions from the topic list; -1 in *n_partitions when there is
 * no such topic. Errors as above. */
pt_code topic_partitions(const struct pt_config *cfg, const char *bootstrap, const char *topic,
                         int32_t *n_partitions, struct pt_error *err);

#endif
