/* One look of the watcher: what is asked, and what is remembered from look to look. One thread. */
#ifndef KAFKA_WATCH_LOOK_H
#define KAFKA_WATCH_LOOK_H

#include <regex.h>

#include "kafka/offsets.h"
#include "kafka/topic_list.h"
#include "kafka/watch.h"

struct look {
    rd_kafka_t *rk;                  /* the caller's */
    const atomic_bool *is_cancelled; /* the caller's */
    char broker_error[200];          /* what the error callback said last */
    regex_t regex;
    bool has_regex, takes_internal;
    struct topic_list list;     /* with the last known offsets */
    struct offsets_item *items; /* the watched partitions; topics point into list */
    size_t *partition_of;       /* of items[i], into list.partitions */
    size_t n_items;
    struct offsets_dead dead;
    size_t n_brokers;
    struct pt_broker *brokers;
    char cluster_id[64];
    int32_t controller_id;
    bool has_metadata;                     /* of any look */
    int64_t metadata_us, low_us, group_us; /* when next */
    int64_t since_ms;
    size_t n_stale;
};

/* Errors PT_ECONFIG. look_done also after an error. */
pt_code look_init(struct look *look, const char *topics_regex, const atomic_bool *is_cancelled,
                  struct pt_error *err);
void look_done(struct look *look);

/* Everything is to be asked again in the next look. */
void look_forget_times(struct look *look);
/* Another group: what the last one committed is unknown of this one. */
void look_forget_group(struct look *look);

/* Look; NULL without memory, or when cancelled. group "" none. */
struct watch_report *look_once(struct look *look, const char *group);

/* A report that only says why there is none. */
struct watch_report *look_failed(struct look *look, const struct pt_error *why);

#endif
