/* One look of the watcher: what is asked, and what is remembered from look to look. One thread. */
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
    int64_t busy_until_us; /* the group is at work there */
    int64_t committed;     /* the sum, when it was asked last; -1 none */
    int64_t lag;
};

struct look {
    rd_kafka_t *rk;                  /* the caller's */
    const atomic_bool *is_cancelled; /* the caller's */
    char broker_error[200];          /* what the error callback said last */
    regex_t regex;
    bool has_regex, takes_internal;
    struct topic_list list;     /* with the last known offsets */
    struct look_topic *topics;  /* of list.topics */
    bool *is_refused;           /* of list.partitions: the broker refused it, until the next list */
    bool *is_stale;             /* of list.partitions: it did not answer last */
    struct offsets_item *items; /* what is asked in this look; topics point into list */
    size_t *partition_of;       /* of items[i], into list.partitions */
    size_t n_items;
    size_t n_watched;                     /* partitions */
    struct look_names wanted[WATCH_WHYS]; /* the caller fills it */
    char turn[PT_TOPIC_MAX];              /* the last topic whose turn it was */
    int64_t turn_us;                      /* when turns were taken last */
    bool is_all_due;                      /* everything is asked in the next look */
    struct offsets_dead dead;
    size_t n_brokers;
    struct pt_broker *brokers;
    char answered[PT_HOST_MAX + 32]; /* who gave the metadata: "host:port/bootstrap" */
    bool has_reached; /* a broker answered at the address that the cluster advertises */
    char cluster_id[64];
    int32_t controller_id;
    bool has_metadata;             /* of any look */
    int64_t metadata_us, group_us; /* when next */
    int64_t since_ms;
    int64_t wait_ms; /* the caller fills it: watch_opts */
    int late;        /* so often a look ran out of time though nothing is wrong with the way there:
                        the next one's questions get twice the time, each time */
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
