/* One look of the watcher: what it asks for, and what it remembers from look to look. One
 * thread. */
#ifndef KAFKA_WATCH_LOOK_H
#define KAFKA_WATCH_LOOK_H

#include <regex.h>

#include "kafka/offsets.h"
#include "kafka/topic_list.h"
#include "kafka/watch_report.h"

/* Names, sorted. */
struct look_names {
    char **names;
    size_t n;
};
void look_names_done(struct look_names *names);

/* What is remembered of a topic, beside list.topics. */
struct look_topic {
    int64_t asked_us;      /* mono; 0 never */
    int64_t low_us;        /* mono, when its low watermarks are due */
    int64_t busy_until_us; /* the group is active there */
    int64_t committed;     /* the sum at the last answer; -1 none */
    int64_t lag;
};

struct look {
    rd_kafka_t *rk;                  /* owned by the caller */
    const atomic_bool *is_cancelled; /* owned by the caller */
    char broker_error[200];          /* the last message of the error callback */
    regex_t regex;
    bool has_regex, takes_internal;
    struct topic_list list;     /* with the last known offsets */
    struct look_topic *topics;  /* of list.topics */
    bool *is_refused;           /* of list.partitions: the broker refused it; kept until the next
                                 * list */
    bool *is_stale;             /* of list.partitions: it did not answer the last request */
    struct offsets_item *items; /* what this look asks for; topics point into list */
    size_t *partition_of;       /* for items[i], an index into list.partitions */
    size_t n_items;
    size_t n_watched;                     /* partitions */
    struct look_names wanted[WATCH_WHYS]; /* filled by the caller */
    char turn[PT_TOPIC_MAX];              /* the last topic that had its turn */
    int64_t turn_us;                      /* when turns were last taken */
    bool is_all_due;                      /* the next look asks for everything */
    struct offsets_dead dead;
    size_t n_brokers;
    struct pt_broker *brokers;
    char answered[PT_HOST_MAX + 32]; /* the server that sent the metadata: "host:port/bootstrap" */
    bool has_reached; /* a broker answered at an address that the cluster advertises */
    char cluster_id[64];
    int32_t controller_id;
    bool has_metadata;             /* from any look */
    int64_t metadata_us, group_us; /* when the next one is due */
    int64_t since_ms;
    int64_t wait_ms; /* filled by the caller: watch_opts */
    int late;        /* how often in a row a look timed out though the network is fine: the
                      * requests of the next one get twice the time, each time */
    size_t n_stale;
};

/* Errors PT_ECONFIG. Call look_done also after an error. */
pt_code look_init(struct look *look, const char *topics_regex, const atomic_bool *is_cancelled,
                  struct pt_error *err);
void look_done(struct look *look);

/* Makes everything due in the next look. */
void look_forget_times(struct look *look);
/* For another group: what the last one committed says nothing about it. */
void look_forget_group(struct look *look);

/* Looks once. Returns NULL when out of memory, or when cancelled. group "" is none. */
struct watch_report *look_once(struct look *look, const char *group);

/* Returns a report that only says why there is none. */
struct watch_report *look_failed(struct look *look, const struct pt_error *why);

#endif
