/* Owns what a report says of a look: copies of its lists, with each topic's sums. */
#include "kafka/watch_look_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* How far the group came: to the low watermark when it has never committed. */
static int64_t sums_position(const struct pt_partition *p)
{
    int64_t low = p->low != PT_UNKNOWN ? p->low : 0;
    int64_t at = p->committed != COMMITTED_NONE ? p->committed : low;
    return at < p->high ? at : p->high;
}

static void sum_topic(struct pt_topic *topic, const struct pt_partition *partitions)
{
    bool has_high = true, has_low = true, has_lag = true;
    int64_t high = 0, messages = 0, committed = 0, lag = 0;
    for (int32_t i = 0; i < topic->n_partitions; i++) {
        const struct pt_partition *p = &partitions[i];
        if (p->high == PT_UNKNOWN) {
            has_high = false;
            break;
        }
        has_low = has_low && p->low != PT_UNKNOWN;
        has_lag = has_lag && p->lag != PT_UNKNOWN;
        high += p->high;
        messages += has_low && p->high > p->low ? p->high - p->low : 0;
        committed += has_lag ? sums_position(p) : 0;
        lag += has_lag ? p->lag : 0;
    }
    topic->high = has_high ? high : PT_UNKNOWN;
    topic->messages = has_high && has_low ? messages : PT_UNKNOWN;
    topic->committed = has_high && has_lag ? committed : PT_UNKNOWN;
    topic->lag = has_high && has_lag ? lag : PT_UNKNOWN;
}

static void *copy_array(const void *from, size_t n, size_t size)
{
    void *copy = malloc(n * size + 1);
    if (copy && n > 0) {
        memcpy(copy, from, n * size);
    }
    return copy;
}

struct watch_report *look_report_new(int64_t mono_us)
{
    struct watch_report *report = calloc(1, sizeof(*report));
    if (report) {
        report->mono_us = mono_us;
        report->time_ms = clock_real_ms();
        report->since_ms = PT_UNKNOWN;
        report->controller_id = -1;
    }
    return report;
}

bool look_report_fill(const struct look *look, struct watch_report *report)
{
    report->topics = copy_array(look->list.topics, look->list.n_topics, sizeof(*report->topics));
    report->partitions =
        copy_array(look->list.partitions, look->list.n_partitions, sizeof(*report->partitions));
    report->brokers = copy_array(look->brokers, look->n_brokers, sizeof(*report->brokers));
    if (!report->topics || !report->partitions || !report->brokers) {
        return false;
    }
    report->n_topics = look->list.n_topics;
    report->n_partitions = look->list.n_partitions;
    report->n_brokers = look->n_brokers;
    for (size_t i = 0; i < report->n_partitions; i++) {
        struct pt_partition *p = &report->partitions[i];
        p->lag = offsets_lag(p->low, p->high, p->committed);
    }
    for (size_t i = 0; i < report->n_topics; i++) {
        struct pt_topic *topic = &report->topics[i];
        if (topic->is_watched) {
            sum_topic(topic, report->partitions + topic->first_partition);
        }
    }
    for (size_t i = 0; i < report->n_partitions; i++) {
        if (report->partitions[i].committed == COMMITTED_NONE) {
            report->partitions[i].committed = PT_UNKNOWN;
        }
    }
    memcpy(report->cluster_id, look->cluster_id, sizeof(report->cluster_id));
    report->controller_id = look->controller_id;
    report->n_stale = look->n_stale;
    return true;
}
