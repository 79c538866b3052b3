#include "kafka/broker_figures.h"

#include <math.h>
#include <string.h>

/* Three of the watcher's statistics, and five of the producer's, which come each second: older ones
 * say nothing about now. */
#define WATCHER_FRESH_US (3 * BROKER_STATS_MS * INT64_C(1000))
#define PRODUCER_FRESH_US INT64_C(5000000)

/* Returns the broker's place in the statistics, or n_brokers. */
static size_t figures_index(const struct stats *stats, int32_t id)
{
    size_t i = 0;
    while (i < stats->n_brokers && stats->brokers[i].id != id)
        i++;
    return i;
}

/* before: out, the statistics that these replace. */
static void figures_note(struct stats *last, bool *has_last, const struct stats *stats,
                         struct stats *before)
{
    static const struct stats none = {.ts_us = PT_UNKNOWN};
    *before = *has_last ? *last : none;
    *last = *stats;
    stats_rates(before, last);
    *has_last = true;
}

void broker_figures_producer(struct broker_figures *figures, const struct stats *stats,
                             int64_t now_us)
{
    struct stats before;
    figures_note(&figures->producer, &figures->has_producer, stats, &before);
    figures->producer_us = now_us;
}

void broker_figures_watcher(struct broker_figures *figures, const struct stats *stats,
                            int64_t now_us)
{
    struct stats before;
    int64_t rtt_us[PT_BROKERS_MAX];
    memcpy(rtt_us, figures->rtt_us, sizeof rtt_us);
    figures_note(&figures->watcher, &figures->has_watcher, stats, &before);
    figures->watcher_us = now_us;
    for (size_t i = 0; i < figures->watcher.n_brokers; i++) {
        struct pt_broker *broker = &figures->watcher.brokers[i];
        size_t old = figures_index(&before, broker->id);
        figures->rtt_us[i] = now_us;
        if (!isnan(broker->rtt_ms) || broker->state != PT_BROKER_UP || old == before.n_brokers)
            continue;
        broker->rtt_ms = before.brokers[old].rtt_ms;
        broker->rtt_p99_ms = before.brokers[old].rtt_p99_ms;
        broker->throttle_ms = before.brokers[old].throttle_ms;
        figures->rtt_us[i] = rtt_us[old];
    }
}

/* Returns what fresh statistics say of the broker; NULL: nothing. A handle that never needed a
 * connection to it knows nothing of it. */
static const struct pt_broker *figures_find(const struct stats *stats, bool is_fresh, int32_t id)
{
    size_t i = is_fresh ? figures_index(stats, id) : stats->n_brokers;
    return i < stats->n_brokers && stats->brokers[i].state != PT_BROKER_UNKNOWN ? &stats->brokers[i]
                                                                                : NULL;
}

/* librdkafka counts only the requests that had to wait: 0 means that those that were made did not
 * have to, and nothing at all where none was made. */
static double figures_throttle(const struct pt_broker *known, bool has_rtt)
{
    return known != NULL && (has_rtt || known->throttle_ms > 0) ? known->throttle_ms : NAN;
}

static double figures_sent(const struct pt_broker *producer, const struct pt_broker *watcher)
{
    if (producer == NULL)
        return watcher != NULL ? watcher->sent_bytes_per_s : NAN;
    return producer->sent_bytes_per_s + (watcher != NULL ? watcher->sent_bytes_per_s : 0);
}

void broker_figures_fill(const struct broker_figures *figures, int64_t now_us,
                         struct pt_broker *broker)
{
    const struct stats *watched = &figures->watcher;
    const struct pt_broker *producer = figures_find(
        &figures->producer,
        figures->has_producer && now_us - figures->producer_us <= PRODUCER_FRESH_US, broker->id);
    const struct pt_broker *watcher = figures_find(
        watched, figures->has_watcher && now_us - figures->watcher_us <= WATCHER_FRESH_US,
        broker->id);
    bool is_produced = producer != NULL && !isnan(producer->rtt_ms);
    bool is_watched = watcher != NULL && !isnan(watcher->rtt_ms) &&
                      now_us - figures->rtt_us[watcher - watched->brokers] <= WATCHER_FRESH_US;
    const struct pt_broker *of = is_produced ? producer : is_watched ? watcher : NULL;
    broker->rtt_ms = of != NULL ? of->rtt_ms : NAN;
    broker->rtt_p99_ms = of != NULL ? of->rtt_p99_ms : NAN;
    broker->rtt_of = is_produced ? PT_RTT_PRODUCE : is_watched ? PT_RTT_WATCH : PT_RTT_UNKNOWN;
    /* The longer one; fmax ignores what is unknown while the other is known. */
    broker->throttle_ms =
        fmax(figures_throttle(producer, is_produced), figures_throttle(watcher, is_watched));
    broker->sent_bytes_per_s = figures_sent(producer, watcher);
}
