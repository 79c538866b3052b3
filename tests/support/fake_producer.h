/* A producer that sends nothing and a source that reads nothing, for a streamer that a test
 * drives with streamer_step and a clock of its own. Both record their calls.
 *
 * The producer holds the records it accepted until the test reports an outcome. Thread: one at a
 * time; a test with more threads has a lock of its own. */
#ifndef SUPPORT_FAKE_PRODUCER_H
#define SUPPORT_FAKE_PRODUCER_H

#include "stream/streamer.h"

/* Gives the records "row N" at offset 100 N one after the other, whatever the index. */
struct fake_source {
    struct source base;
    uint64_t row;     /* the next row */
    uint64_t end_row; /* SOURCE_END from this row on; UINT64_MAX: never */
    bool is_broken;   /* every call fails */
    uint64_t n_next, n_again, n_seek;
    bool is_freed;
    char value[32];
};
void fake_source_init(struct fake_source *src);

struct fake_sent {
    uint64_t index;
    int64_t at_us;
    char value[24]; /* cut to fit */
};

struct fake_producer {
    int64_t now_us;       /* the test's clock */
    int64_t ack_after_us; /* fake_run acknowledges a record after this time; -1: never */
    size_t room;          /* holds at most so many records, then answers PRODUCE_FULL */
    uint64_t refuse;      /* the index that is refused; UINT64_MAX: none */
    bool is_held;
    struct fake_sent *sent; /* all records that were ever accepted, in order */
    size_t n_sent, cap;
    size_t *held; /* indexes into sent[], no outcome yet, oldest first; inside held_all */
    size_t n_held, held_cap, *held_all;
    uint64_t n_full, n_changed; /* how often it answered PRODUCE_FULL; changes of state */
    struct streamer st;
    struct fake_source src;
};

struct fake_opts {
    uint64_t window, first_index, count, stride; /* stride 0 is 1 */
    double rate_per_s;
    uint64_t seed;
};

/* Set up a streamer with positions over a fake source and this producer; the clock is at 1 s. */
void fake_producer_init(struct fake_producer *fp, const struct fake_opts *opts);
/* Ends the streamer, too. */
void fake_producer_done(struct fake_producer *fp);

/* Step until the clock has advanced by for_us. At full rate a step takes 50 µs. Returns the
 * number of steps. */
uint64_t fake_run(struct fake_producer *fp, int64_t for_us);
/* One step. */
int64_t fake_step(struct fake_producer *fp);

/* Acknowledge the n oldest records that are held; returns how many were acknowledged. */
size_t fake_deliver(struct fake_producer *fp, size_t n);
/* Acknowledge, or refuse permanently, a record that is held. */
void fake_deliver_one(struct fake_producer *fp, uint64_t index);
void fake_fail_one(struct fake_producer *fp, uint64_t index);
/* The handle failed and another took its place: the held records get no outcome. */
void fake_replace(struct fake_producer *fp);

/* How often the record with this index was accepted, from sent[from] on. */
size_t fake_times_sent(const struct fake_producer *fp, uint64_t index, size_t from);
/* Whether sent[from …] is exactly first, first + 1, … last, each with its own row. Prints what
 * differs. */
bool fake_sent_run(const struct fake_producer *fp, size_t from, uint64_t first, uint64_t last);

#endif
