#include "kafka/broker_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

static const struct pt_broker *broker_list_find(const struct pt_broker *brokers, size_t n,
                                                int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (brokers[i].id == id) {
            return &brokers[i];
        }
    }
    return NULL;
}

static struct pt_broker broker_of(int32_t id, enum pt_broker_state state)
{
    return (struct pt_broker){.id = id,
                              .state = state,
                              .since_ms = PT_UNKNOWN,
                              .rtt_ms = NAN,
                              .rtt_p99_ms = NAN,
                              .throttle_ms = NAN,
                              .sent_bytes_per_s = NAN};
}

static void add_missing(const struct rd_kafka_metadata_partition *partition,
                        const struct pt_broker *before, size_t n_before, struct pt_broker *brokers,
                        size_t *n)
{
    for (int i = 0; i < partition->replica_cnt && *n < PT_BROKERS_MAX; i++) {
        int32_t id = partition->replicas[i];
        const struct pt_broker *known = broker_list_find(before, n_before, id);
        if (id < 0 || broker_list_find(brokers, *n, id)) {
            continue;
        }
        struct pt_broker *own = &brokers[(*n)++];
        *own = broker_of(id, PT_BROKER_DOWN);
        if (known) {
            memcpy(own->host, known->host, sizeof own->host);
            own->port = known->port;
        }
    }
}

static bool broker_list_has(const int32_t *ids, int n, int32_t id)
{
    for (int i = 0; i < n; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static void broker_list_count(const struct rd_kafka_metadata_partition *partition,
                              struct pt_broker *brokers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pt_broker *own = &brokers[i];
        bool is_in_sync = broker_list_has(partition->isrs, partition->isr_cnt, own->id);
        own->leads += partition->leader == own->id;
        own->behind +=
            !is_in_sync && broker_list_has(partition->replicas, partition->replica_cnt, own->id);
    }
}

size_t broker_list_make(const struct rd_kafka_metadata *metadata, const struct pt_broker *before,
                        size_t n_before, struct pt_broker **out)
{
    size_t n = 0, listed = (size_t)metadata->broker_cnt;
    struct pt_broker *brokers = calloc(listed + PT_BROKERS_MAX, sizeof *brokers);
    *out = brokers;
    if (!brokers) {
        return 0;
    }
    for (size_t i = 0; i < listed; i++) {
        brokers[n] = broker_of(metadata->brokers[i].id, PT_BROKER_UP);
        brokers[n].port = metadata->brokers[i].port;
        printable_str(brokers[n].host, sizeof brokers[n].host, metadata->brokers[i].host);
        n++;
    }
    for (int t = 0; t < metadata->topic_cnt; t++) {
        for (int p = 0; p < metadata->topics[t].partition_cnt; p++) {
            add_missing(&metadata->topics[t].partitions[p], before, n_before, brokers, &n);
        }
    }
    for (int t = 0; t < metadata->topic_cnt; t++) {
        for (int p = 0; p < metadata->topics[t].partition_cnt; p++) {
            broker_list_count(&metadata->topics[t].partitions[p], brokers, n);
        }
    }
    return n;
}
