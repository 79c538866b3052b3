/* Reads a topic's records between offsets, once, with an assign-only consumer. */
#ifndef KAFKA_READ_RANGE_H
#define KAFKA_READ_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/config.h"
#include "pintop/error.h"

/* A consumer for one read, and the last message of its error callback (on the reading thread). */
struct reader {
    rd_kafka_t *rk;
    char broker_error[200];
};
/* reader must not move until reader_done. is_whole: whole partitions will be read instead of a
 * few records. Errors as handle_new. */
pt_code reader_init(struct reader *reader, const struct pt_config *cfg, const char *bootstrap,
                    bool is_whole, struct pt_error *err);
void reader_done(struct reader *reader);

struct read_range {
    int32_t partition;
    int64_t next;    /* in: where to begin; out: after the last offset read */
    int64_t end;     /* exclusive; at most the high watermark */
    int64_t skipped; /* out: offsets that were deleted before they were read */
};

struct read_opts {
    struct reader *reader;
    const char *topic;
    struct read_range *ranges;
    size_t n_ranges;
    int stall_ms;        /* PT_ETIMEOUT when nothing came for this long */
    int64_t deadline_us; /* or when this time is reached; INT64_MAX none */
    void *arg;
    void (*record)(void *arg, const rd_kafka_message_t *message);
    bool (*tick)(void *arg); /* called at least every 250 ms; true cancels; may be NULL */
};

/* Errors PT_ETIMEOUT, PT_ECANCELLED, and those of kafka_error. */
pt_code read_ranges(const struct read_opts *opts, struct pt_error *err);

#endif
