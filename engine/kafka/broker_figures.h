/* What the statistics of the producer's and the watcher's handle tell of the brokers, put together:
 * round trip, throttle, and what is sent. One thread. */
#ifndef KAFKA_BROKER_FIGURES_H
#define KAFKA_BROKER_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "kafka/stats.h"

/* How often the watcher's handle makes statistics. One costs all threads together 0.8 ms of a core
 * with 3 brokers (5 KB of JSON, 0.1 ms to parse it), and 1.6 ms with 30 (47 KB, 0.6 ms): at this
 * interval 0.02 to 0.03 % of a core. */
enum { BROKER_STATS_MS = 5000 };

/* All zero is a new one. */
struct broker_figures {
    bool has_producer, has_watcher;
    int64_t producer_us, watcher_us; /* mono, when they came */
    struct stats producer, watcher;  /* the last ones, with rates. In the watcher's, the round trip
                                      * of a broker stays when no request was made since */
    int64_t rtt_us[PT_BROKERS_MAX];  /* mono, when that of watcher.brokers[i] came */
};

/* Take new statistics of the one or the other handle. */
void broker_figures_producer(struct broker_figures *figures, const struct stats *stats,
                             int64_t now_us);
void broker_figures_watcher(struct broker_figures *figures, const struct stats *stats,
                            int64_t now_us);

/* Fills the broker's round trip, throttle and rate as they are known now. */
void broker_figures_fill(const struct broker_figures *figures, int64_t now_us,
                         struct pt_broker *broker);

#endif
