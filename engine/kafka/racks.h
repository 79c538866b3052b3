/* The racks of the brokers (broker.rack). librdkafka has them from the metadata since 2.3; before,
 * each broker is asked for its configuration. Nothing here waits: a request is sent in one look,
 * and its answer is taken in a later one. One thread. */
#ifndef KAFKA_RACKS_H
#define KAFKA_RACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

struct racks {
    rd_kafka_queue_t *queue; /* NULL: nothing is asked */
    size_t n_open;           /* answers that are still to come */
    int64_t next_us;         /* mono, when the brokers are asked again */
    struct pt_error error;   /* PT_OK, or why the last broker that told nothing did not */
    size_t n;
    struct {
        int32_t id;
        char rack[64];
    } known[PT_BROKERS_MAX];
};

/* All zero is a new one. Must be called before its handle is freed; what is known stays. */
void racks_done(struct racks *racks);

/* Takes what was answered, fills the racks of these brokers as far as they are known, and asks them
 * when that is due, every 10 minutes. */
void racks_look(struct racks *racks, rd_kafka_t *rk, struct pt_broker *brokers, size_t n);

/* Takes the rack that a broker tells; NULL: it has no broker.rack. */
void racks_note(struct racks *racks, int32_t id, const char *rack);

#endif
