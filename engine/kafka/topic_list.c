/* Turns librdkafka's metadata into the snapshot's topics. */
#include "kafka/topic_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/topic_name.h"

/* librdkafka ends up to a millisecond before its limit. */
enum { LIMIT_SLACK_US = 10000 };

/* librdkafka says "no connection" also when its connections are being made all the time that it was
 * given. Unless one failed, the brokers are late. */
static bool is_being_connected(rd_kafka_resp_err_t code, const char *why, int64_t left_us)
{
    return code == RD_KAFKA_RESP_ERR__TRANSPORT && left_us <= LIMIT_SLACK_US && why != NULL &&
           why[0] == 0;
}

pt_code topic_list_ask(rd_kafka_t *rk, int timeout_ms, const char *why,
                       const struct rd_kafka_metadata **metadata, struct pt_error *err)
{
    int64_t end_us = clock_mono_us() + timeout_ms / 2 * 2 * INT64_C(1000);
    /* Two attempts: the first request may have been given to a broker that has just died, and
     * waits there. */
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, metadata, timeout_ms / 2);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = rd_kafka_metadata(rk, 1, NULL, metadata, timeout_ms / 2);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        *metadata = NULL;
        rd_kafka_poll(rk, 0); /* the error callback knows more than "timed out" */
        if (is_being_connected(code, why, end_us - clock_mono_us())) {
            code = RD_KAFKA_RESP_ERR__TIMED_OUT;
        }
        return kafka_error(err, code, "ask the cluster for its topics", why);
    }
    return PT_OK;
}

const struct rd_kafka_metadata_topic *topic_list_find(const struct rd_kafka_metadata *metadata,
                                                      const char *topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *candidate = &metadata->topics[i];
        if (strcmp(candidate->topic, topic) == 0 &&
            candidate->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
            return candidate;
        }
    }
    return NULL;
}

static int topic_list_compare_topics(const void *a, const void *b)
{
    const struct rd_kafka_metadata_topic *const *left = a, *const *right = b;
    return strcmp((*left)->topic, (*right)->topic);
}

static int topic_list_compare_partitions(const void *a, const void *b)
{
    const struct pt_partition *left = a, *right = b;
    return (left->partition > right->partition) - (left->partition < right->partition);
}

static void add_partitions(struct topic_list *list, struct pt_topic *topic,
                           const struct rd_kafka_metadata_topic *from)
{
    struct pt_partition *first = list->partitions + list->n_partitions;
    for (int i = 0; i < from->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *p = &from->partitions[i];
        first[i] = (struct pt_partition){.partition = p->id,
                                         .leader = p->leader,
                                         .replicas = p->replica_cnt,
                                         .in_sync = p->isr_cnt,
                                         .low = PT_UNKNOWN,
                                         .high = PT_UNKNOWN,
                                         .committed = PT_UNKNOWN,
                                         .lag = PT_UNKNOWN};
        topic->leaderless += p->leader < 0;
        topic->under_replicated += p->isr_cnt < p->replica_cnt;
        if (p->replica_cnt > topic->replication) {
            topic->replication = p->replica_cnt;
        }
    }
    qsort(first, (size_t)from->partition_cnt, sizeof(*first), topic_list_compare_partitions);
    list->n_partitions += (size_t)from->partition_cnt;
}

static void topic_list_add_topic(struct topic_list *list,
                                 const struct rd_kafka_metadata_topic *from)
{
    struct pt_topic *topic = &list->topics[list->n_topics++];
    *topic = (struct pt_topic){.n_partitions = from->partition_cnt,
                               .is_internal = strncmp(from->topic, "__", 2) == 0,
                               .stream = -1,
                               .messages = PT_UNKNOWN,
                               .high = PT_UNKNOWN,
                               .committed = PT_UNKNOWN,
                               .lag = PT_UNKNOWN,
                               .in_per_s = NAN,
                               .bytes_in_per_s = NAN,
                               .max_lag = PT_UNKNOWN,
                               .lag_s = NAN,
                               .out_per_s = NAN,
                               .asked_ms = PT_UNKNOWN,
                               .first_partition = list->n_partitions};
    memcpy(topic->name, from->topic, strlen(from->topic) + 1);
    add_partitions(list, topic, from);
}

pt_code topic_list_make(const struct rd_kafka_metadata *metadata, struct topic_list *list,
                        struct pt_error *err)
{
    size_t n = (size_t)metadata->topic_cnt, n_partitions = 0;
    const struct rd_kafka_metadata_topic **sorted = malloc((n + 1) * sizeof(const void *));
    memset(list, 0, sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        n_partitions += (size_t)metadata->topics[i].partition_cnt;
    }
    list->topics = calloc(n + 1, sizeof(*list->topics));
    list->partitions = calloc(n_partitions + 1, sizeof(*list->partitions));
    if (!sorted || !list->topics || !list->partitions) {
        free(sorted);
        topic_list_done(list);
        return pt_error_set(err, PT_ENOMEM, NULL, "list of topics: out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &metadata->topics[i];
    }
    qsort(sorted, n, sizeof(*sorted), topic_list_compare_topics);
    for (size_t i = 0; i < n; i++) {
        if (sorted[i]->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
            topic_name_check(sorted[i]->topic, "", NULL) == PT_OK) {
            topic_list_add_topic(list, sorted[i]);
        }
    }
    free(sorted);
    return PT_OK;
}

void topic_list_done(struct topic_list *list)
{
    free(list->topics);
    free(list->partitions);
    memset(list, 0, sizeof(*list));
}
